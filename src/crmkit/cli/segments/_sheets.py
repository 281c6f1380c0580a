"""The segments as a sheet, which is printed as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._names import Label, Language

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Named, Sheet
    from crmkit.cli.segments._rows import Rows
    from crmkit.views import SegmentedBase

__all__ = ["PRINTED", "print_profile", "print_quality", "score_sheets", "sheets_of"]

PRINTED: Final = ("segment_name", "n_customers", "customer_share", "value", "value_share")
"""The columns that are printed."""

_WITHOUT_ORDER: Final = ("potential", "unsold")
_COLUMNS: Final = (
    *("segment_name", "n_customers", "customer_share", "n_orders", "value", "value_share", "mean_value"),
)
_PROFILE: Final = Label("Profile of the segments", "分群画像")
_CHOICE: Final = Label("How many clusters", "聚类数的选择")
_QUALITY: Final = Label("Quality of the segments", "分群质量")
_STATUS: Final = Label("Status", "状态")
_STATUSES: Final = {
    "scored": Label("scored", "已评分"),
    "incomplete": Label("a criterion is not known", "准则不全"),
    "knock_out_unknown": Label("not known whether knocked out", "无法判断是否否决"),
    "knocked_out": Label("knocked out", "一票否决"),
}
_WEIGHTS: Final = Label("Weights", "权重")
_EVERYBODY: Final = Label("All {rows}", "全部{rows}")
_SEGMENT: Final = Label("Segment", "分群")
_SHARE_OF: Final = Label("Share of {column}", "{column} 占比")
_COUNT: Final = Label("{rows}", "{rows}数")
_SHARE_OF_ROWS: Final = Label("Share of {rows}", "{rows}占比")
_SPEND, _SHARE_OF_SPEND = Label("Spend", "消费额"), Label("Share of spend", "消费额占比")
_SHARES: Final = Label("Share of {rows} and of value", "{rows}占比与价值占比")


def sheets_of(
    title: Label, summary: pd.DataFrame, found: SegmentedBase, language: Language, *, rows: Rows
) -> list[Sheet]:
    """The summary, its shares drawn, and the profile if there is one."""
    from crmkit._labelling import value_column
    from crmkit._workbook import plain_sheet, profile_sheet, quality_sheet

    sheets = [_summary_sheet(title, summary, language, value=value_column(found.segmenter), rows=rows)]
    if found.profile is not None:
        profile_title = _PROFILE.text(language)
        sheets.append(profile_sheet(profile_title, found.profile, language, names=_names(found, language)))
    if found.quality is not None:
        sheets.append(quality_sheet(_QUALITY.text(language), found.quality, language))
    choice = getattr(found.segmenter, "choice_", None)
    if choice is not None and len(choice):
        sheets.append(plain_sheet(_CHOICE.text(language), choice))
    return sheets


def print_quality(found: SegmentedBase, language: Language) -> None:
    """Print how good the segments are: what is known, and the verdicts."""
    from crmkit._workbook import quality_sheet
    from crmkit.cli.writing import print_sheet

    known = found.quality[found.quality["value"].notna() | found.quality["verdict"].eq("circular")]
    sheet = quality_sheet(_QUALITY.text(language), known.reset_index(drop=True), language)
    print_sheet(sheet, columns=("criterion_name", "figure_name", "of", "value", "threshold", "verdict_name"))


def score_sheets(title: Label, ranked: pd.DataFrame, scorer: Any, language: Language, *, rows: Rows) -> list[Sheet]:
    """How many are scored, and the weights."""
    import pandas as pd

    from crmkit._workbook import Named, Sheet, headings, plain_sheet

    n = ranked["status"].value_counts()
    counts = pd.DataFrame(
        {
            "status": [name.text(language) for code, name in _STATUSES.items() if code in n],
            "n_customers": [int(n[code]) for code in _STATUSES if code in n],
        }
    )
    counts["customer_share"] = counts["n_customers"] / len(ranked)
    own = {"status": Named(_STATUS, "text"), **_counted(rows)}
    return [
        Sheet(title.text(language), counts, headings(counts, language, own=own)),
        plain_sheet(_WEIGHTS.text(language), scorer.weights_),
    ]


def print_profile(found: SegmentedBase, language: Language, *, rows: Rows) -> None:
    """Print what the segments are like, a column per segment."""
    from crmkit._workbook import profile_lines
    from crmkit.cli.writing import print_table

    names, lines, note = profile_lines(found.profile, language, names=_names(found, language))
    heads = [_PROFILE.text(language), *names, _with_rows(_EVERYBODY, rows).text(language)]
    print_table(heads, [[name, *cells, whole] for name, cells, whole in lines])
    click.echo(note.text(language))


def _names(found: SegmentedBase, language: Language) -> dict[str, str]:
    return dict(zip(found.segments["segment"], found.segments[f"name_{language}"], strict=True))


def _summary_sheet(title: Label, summary: pd.DataFrame, language: Language, *, value: str, rows: Rows) -> Sheet:
    """A row per segment; ``value`` is the column that was added up."""
    from crmkit._workbook import Chart, Named, Sheet, headings

    added, shared = (_SPEND, _SHARE_OF_SPEND) if value == "spend" else _named_after(value, language)
    mean = Label(rows.mean.en.format(column=added.en), rows.mean.zh.format(column=added.zh))
    own = {
        **_counted(rows),
        "segment_name": Named(_SEGMENT, "text"),
        "value": Named(added, "money"),
        "value_share": Named(shared, "share"),
        "mean_value": Named(mean, "money"),
    }
    told = summary.assign(segment_name=summary[f"name_{language}"])
    if "n_orders" not in told:
        # Where orders are not known, nobody is without one.
        is_idle = told["segment"].isin(_WITHOUT_ORDER) & told["n_customers"].eq(0)
        told = told[~is_idle].reset_index(drop=True)
    # Not all segments are of a value.
    columns = [name for name in _COLUMNS if name in told and (value or "value" not in name)]
    shares = tuple(name for name in ("customer_share", "value_share") if name in columns)
    chart = Chart(_with_rows(_SHARES, rows).text(language), "segment_name", shares)
    return Sheet(title.text(language), told, headings(told, language, columns=columns, own=own), charts=(chart,))


def _with_rows(label: Label, rows: Rows) -> Label:
    """A label that says of what rows it is; a name at its start keeps its capital."""
    word = rows.many.en if label.en.startswith("{") else rows.many.en.lower()
    return Label(label.en.format(rows=word), label.zh.format(rows=rows.many.zh))


def _counted(rows: Rows) -> dict[str, Named]:
    """What the number of rows and their share are called."""
    from crmkit._workbook import Named

    return {
        "n_customers": Named(_with_rows(_COUNT, rows), "count"),
        "customer_share": Named(_with_rows(_SHARE_OF_ROWS, rows), "share"),
    }


def _named_after(column: str, language: Language) -> tuple[Label, Label]:
    """What the columns are called that add up another one than spend."""
    from crmkit._workbook import COLUMNS

    called = COLUMNS[column].label.text(language) if column in COLUMNS else column
    return Label(called, called), Label(*(text.format(column=called) for text in _SHARE_OF))
