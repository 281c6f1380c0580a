"""KPIs as lines for people, and as the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from crmkit._figures import MARK, NOTHING, count, decimals, marked, share
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.cli.kpis._table import Answer
from crmkit.cli.language import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from crmkit._workbook import Sheet
    from crmkit.cli.reading import Divided

__all__ = ["heads_of", "lines_of", "named", "score_heads", "score_lines", "sheets_of"]

_KPI: Final = Label("KPI", "指标")
_VALUE: Final = Label("Value", "数值")
_HEADS: Final = (
    _KPI, Label("Unit", "单位"), _VALUE,
    Label("Numerator", "分子"), Label("Denominator", "分母"), Label("95% interval", "95% 置信区间"),
)  # fmt: skip
_BESIDE: Final = (
    Label("Control group", "对照组"), Label("Difference", "差值"), Label("Its 95% interval", "差值的 95% 区间"),
)  # fmt: skip
_SCORES: Final = (Label("Owner", "负责人"), Label("Score", "得分"), Label("Light", "亮灯"))
_COMPARED: Final = ("control_value", "difference", "difference_lower", "difference_upper")
# What is in the unit of its KPI.
_IN_UNIT: Final = ("value", "lower", "upper", *_COMPARED)
_SCOPES: Final = {"all": Label("All", "全部"), "no label": Label("(no label)", "（无标签）")}
_PART: Final = Label("incomplete", "未满")
_SHARES: Final = ("share", "rate")
_NAME_TAKEN: Final = Message(
    en="--by cannot take a column called {column}, a name that the result has itself. Rename it in the file.",
    zh="--by 不能使用名为 {column} 的列：结果表自身已有此列名。请在文件中改名。",
)


def named(answer: Answer, by: str | None, language: Language) -> pd.DataFrame:
    """The KPIs with names and units beside their codes, and with the user's own name for what they are by."""
    from crmkit._kpi import catalogue_code
    from crmkit.cli.reading import BY
    from crmkit.labels import LABELS
    from crmkit.metrics import kpi_catalogue

    table = answer.kpis.copy()
    codes = list(table["kpi"])
    units = kpi_catalogue().set_index("kpi")["unit"].loc[[catalogue_code(code) for code in codes]]
    place = list(table.columns).index("kpi") + 1
    table.insert(place, "name", [LABELS["kpi"][code].text(language) for code in codes])
    table.insert(place + 1, "unit", units.to_numpy())
    if by is not None and by in table.columns:
        raise OptionError(_NAME_TAKEN(column=by))
    return table.rename(columns={BY: by})


def heads_of(table: pd.DataFrame, keys: Mapping[str, Label], language: Language) -> list[str]:
    """The heads of the lines."""
    beside = _BESIDE if "difference" in table else ()
    return [head.text(language) for head in (*keys.values(), *_HEADS, *beside)]


def lines_of(table: pd.DataFrame, keys: Mapping[str, Label], language: Language, divided: Divided) -> list[list[str]]:
    """A line per KPI."""
    shown = _with_labels(table, keys, language)
    if "period" in keys:
        mark = f"（{_PART.zh}）" if language == "zh" else f" ({_PART.en})"
        days = zip(table["period"], table["is_complete"], strict=True)
        shown = shown.assign(period=[f"{divided.name(day)}{'' if whole else mark}" for day, whole in days])
    return [_line(row, keys, language) for row in shown.assign(**_texts(table)).to_dict("records")]


def score_heads(language: Language) -> list[str]:
    """The heads of the scores of those in charge of a plan."""
    return [head.text(language) for head in _SCORES]


def score_lines(scorecard: pd.DataFrame, language: Language) -> list[list[str]]:
    """The score of each owner and of the whole."""
    from crmkit._workbook import LIGHTS

    rows = scorecard[scorecard["level"] != "item"].to_dict("records")
    owners = [_SCOPES["all"].text(language) if row["level"] == "all" else str(row["owner"]) for row in rows]
    return [
        [owner, share(row["score"]), LIGHTS[row["light"]].text(language)]
        for owner, row in zip(owners, rows, strict=True)
    ]


def sheets_of(title: Label, table: pd.DataFrame, answer: Answer, language: Language) -> list[Sheet]:
    """The KPIs, and the items of a plan, as sheets."""
    from crmkit._workbook import Named, Sheet, headings, kinds_of_units, scorecard_sheet
    from crmkit.labels import LABELS
    from crmkit.plans import KINDS

    shown = _with_labels(table, answer.keys, language).assign(
        unit=[LABELS["unit"][unit].text(language) for unit in table["unit"]],
        note=_notes(table, language),
    )
    own = {key: Named(head, "day" if key == "period" else "text") for key, head in answer.keys.items()}
    own |= {"name": Named(_KPI, "text"), "value": Named(_VALUE, "number")}
    compared = [name for name in _COMPARED if name in table]
    noted = ["note"] if any(shown["note"]) else []
    columns = [*answer.keys, "name", "unit", "value", "numerator", "denominator", "lower", "upper", *compared, *noted]
    kinds = kinds_of_units(table["unit"])
    found = tuple(
        heading._replace(kind=kinds) if heading.column in _IN_UNIT else heading
        for heading in headings(shown, language, columns=columns, own=own)
    )
    sheets = [Sheet(title.text(language), shown, found)]
    if answer.scorecard is not None:
        names = {code: name.text(language) for code, name in KINDS.items()}
        sheets.append(scorecard_sheet(answer.scorecard.assign(kind=answer.scorecard["kind"].map(names)), language))
    return sheets


def _with_labels(table: pd.DataFrame, keys: Mapping[str, Label], language: Language) -> pd.DataFrame:
    """The table with the labels as text, and words where a row is of all or of those without a label."""
    texts = [key for key in keys if key != "period"]
    shown = {key: ["" if _is_missing(value) else str(value) for value in table[key]] for key in texts}
    if "scope" in table and texts:
        by = texts[0]
        shown[by] = [
            _SCOPES[scope].text(language) if scope in _SCOPES else label
            for scope, label in zip(table["scope"], shown[by], strict=True)
        ]
    return table.assign(**shown)


def _notes(table: pd.DataFrame, language: Language) -> list[str]:
    """What there is to say of a line: that its period is not whole, or touches a hole."""
    whole = table["is_complete"] if "is_complete" in table else [True] * len(table)
    touched = table["touches_hole"] if "touches_hole" in table else [False] * len(table)
    parts = zip(whole, touched, strict=True)
    return [
        " ".join([*([] if is_whole else [_PART.text(language)]), *([MARK] if is_touched else [])])
        for is_whole, is_touched in parts
    ]


def _texts(table: pd.DataFrame) -> dict[str, list[str]]:
    """The numbers as they are written: those of one KPI with as many decimals, so that 2.50 stands above 3.00."""
    import numpy as np
    import pandas as pd

    same = [table[name] for name in ("kpi", "outcome") if name in table]
    texts = {}
    for alike in ([name for name in _IN_UNIT if name in table], ["numerator"], ["denominator"]):
        numbers = table[alike].astype(float)
        cells = numbers.to_numpy()
        is_whole_row = (~np.isfinite(cells) | (cells % 1 == 0)).all(axis=1)
        whole = pd.Series(is_whole_row, index=table.index).groupby(same, dropna=False).transform("all")
        units = table["unit"] if alike[0] in _IN_UNIT else [""] * len(table)
        for name in alike:
            written = zip(numbers[name], units, whole, strict=True)
            texts[name] = [
                share(value) if unit in _SHARES else count(value) if is_whole else decimals(value)
                for value, unit, is_whole in written
            ]
    return texts


def _line(row: Mapping[Any, Any], keys: Mapping[str, Label], language: Language) -> list[str]:
    from crmkit.labels import LABELS

    line = [
        *(row[key] for key in keys),
        marked(row["name"], row.get("touches_hole", False)),
        LABELS["unit"][row["unit"]].text(language),
        row["value"],
        row["numerator"],
        row["denominator"],
        _interval(row["lower"], row["upper"]),
    ]
    if "difference" not in row:
        return line
    return [*line, *(row[name] for name in _COMPARED[:2]), _interval(row["difference_lower"], row["difference_upper"])]


def _interval(lower: str, upper: str) -> str:
    """Both ends; an end that is not known is open."""
    if NOTHING in (lower, upper):
        return NOTHING if lower == upper else f"≤ {upper}" if lower == NOTHING else f"≥ {lower}"
    return f"{lower} – {upper}"


def _is_missing(value: object) -> bool:
    return value is None or value != value
