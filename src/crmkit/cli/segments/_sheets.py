"""The segments as a sheet, which is printed as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from crmkit._names import Label, Language

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
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
_EVERYBODY: Final = Label("All customers", "全部客户")
_SEGMENT: Final = Label("Segment", "分群")
_SHARE_OF: Final = Label("Share of {column}", "{column} 占比")
_EACH: Final = Label("{column} per customer", "人均 {column}")
_SPEND: Final = (
    Label("Spend", "消费额"), Label("Share of spend", "消费额占比"), Label("Spend per customer", "人均消费额"),
)  # fmt: skip
_SHARES: Final = Label("Share of customers and of value", "客户占比与价值占比")


def sheets_of(title: Label, summary: pd.DataFrame, found: SegmentedBase, language: Language) -> list[Sheet]:
    """The summary, its shares drawn, and the profile if there is one."""
    from crmkit._labelling import value_column
    from crmkit._workbook import plain_sheet, profile_sheet, quality_sheet

    sheets = [_summary_sheet(title, summary, language, value=value_column(found.segmenter))]
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


def score_sheets(title: Label, ranked: pd.DataFrame, scorer: Any, language: Language) -> list[Sheet]:
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
    own = {"status": Named(_STATUS, "text")}
    return [
        Sheet(title.text(language), counts, headings(counts, language, own=own)),
        plain_sheet(_WEIGHTS.text(language), scorer.weights_),
    ]


def print_profile(found: SegmentedBase, language: Language) -> None:
    """Print what the segments are like, a column per segment."""
    from crmkit._workbook import PROFILE_NOTE, profile_lines
    from crmkit.cli.writing import print_table

    names, lines = profile_lines(found.profile, language, names=_names(found, language))
    heads = [_PROFILE.text(language), *names, _EVERYBODY.text(language)]
    print_table(heads, [[name, *cells, whole] for name, cells, whole in lines])
    click.echo(PROFILE_NOTE.text(language))


def _names(found: SegmentedBase, language: Language) -> dict[str, str]:
    return dict(zip(found.segments["segment"], found.segments[f"name_{language}"], strict=True))


def _summary_sheet(title: Label, summary: pd.DataFrame, language: Language, *, value: str) -> Sheet:
    """A row per segment; ``value`` is the column that was added up."""
    from crmkit._workbook import Chart, Named, Sheet, headings

    added, shared, mean = _SPEND if value == "spend" else _named_after(value, language)
    own = {
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
    chart = Chart(_SHARES.text(language), "segment_name", shares)
    return Sheet(title.text(language), told, headings(told, language, columns=columns, own=own), charts=(chart,))


def _named_after(column: str, language: Language) -> tuple[Label, Label, Label]:
    """What the columns are called that add up another one than spend."""
    from crmkit._workbook import COLUMNS

    called = COLUMNS[column].label.text(language) if column in COLUMNS else column
    shared, mean = (Label(*(text.format(column=called) for text in each)) for each in (_SHARE_OF, _EACH))
    return Label(called, called), shared, mean
