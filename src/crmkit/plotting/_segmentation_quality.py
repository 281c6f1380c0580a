"""Segmentations side by side, judged by four criteria, on one page."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from crmkit._figures import NOTHING, decimals
from crmkit._figures import share as percent
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_segmentation_quality"]

_COLUMNS: Final = (
    "segmentation", "criterion", "figure", "column", "segment", "value", "threshold", "verdict", "name_en", "name_zh",
    "segment_name_en", "segment_name_zh",
)  # fmt: skip

_CRITERIA: Final = {
    "measurable": Label("Measurable", "可衡量性"),
    "accessible": Label("Accessible", "可进入性"),
    "different": Label("Different", "差异性"),
    "stable": Label("Stable", "稳定性"),
}
# What a page has room for; of the two effects of numbers that of ranks, which no single customer makes.
_SHOWN: Final = (
    "missing_share", "unlabelled_share", "smallest_share", "contactable_share", "rank_epsilon_squared", "cramers_v",
    "jaccard", "adjusted_rand", "psi", "agreement_share",
)  # fmt: skip
_LOWER_IS_BETTER: Final = ("missing_share", "unlabelled_share", "psi")
_BY_COLUMN: Final = ("rank_epsilon_squared", "cramers_v")
_OF_COLUMN: Final = Label("{name}: {column}", "{name}：{column}")
_WORST_COLUMN: Final = Label("{name}, worst column", "{name}，最差的列")
_WORST_SEGMENT: Final = Label("{name}, weakest segment", "{name}，最弱的客群")
_OF_SEGMENTS: Final = Label("{name}: sizes of segments", "{name}：客群规模")
_VERDICTS: Final = {
    "met": (BLUE, 1.0, Label("Limit met", "达标")),
    "doubtful": (ORANGE, 0.45, Label("Doubtful", "存疑")),
    "missed": (ORANGE, 1.0, Label("Limit missed", "未达标")),
    "none": (GREY, 0.55, Label("No limit", "无标准")),
}
_CIRCULAR: Final = Label("made the segments", "参与了分群")

# Shares of the width, and inches.
_NAMES: Final = 0.36
_PAD: Final = 0.015
_NUMBER: Final = 0.36
_INCHES_PER_ROW: Final = 0.42
_INCHES_PER_COLUMN: Final = 2.2
# Letters in points, the largest and what they may take of the height of a row and of the width.
_LETTERS: Final = 9.5
_OF_ROW: Final = 0.31
_OF_WIDTH: Final = 0.0165
_SMALLER: Final = 0.8
# Width of a bold letter in heights; Chinese ones are square.
_BOLD: Final = 0.62
_HEADING_LINES: Final = 2
_MOST_LETTERS: Final = 28
_LONGEST: Final = 44
_POINTS_PER_INCH: Final = 72
_RULE: Final = "#E5E5E5"
_EMPTY: Final = "#F2F2F2"
_DARK: Final = "#222222"

_NO_ROWS: Final = Message(en="{@table} has no rows to draw.", zh="{@table} 没有可画的行。")


class _Cell(NamedTuple):
    """A number of a segmentation and how it is written, what judges it, and a word on it."""

    value: float
    said: str
    threshold: float
    verdict: str
    note: str


def plot_segmentation_quality(table: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw segmentations side by side: a row per figure, a column per segmentation, by four criteria.

    Of figures of segments the weakest segment is drawn, and named; of those of columns the worst column, except for
    outcomes, which have a row each.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table
        As `crmkit.segment.quality.segmentation_quality_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Bars run from 0 to 1, larger values fill them; a line marks the limit. Blue met its limit,
        orange missed it, pale orange is in doubt, grey has none.

    Raises
    ------
    SchemaError
        If a column is missing, or there is nothing to draw.
    TypeError
        If ``table`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.segment import TierSegmenter
    >>> from crmkit.segment.quality import segmentation_quality_table
    >>> customers = ck.customer_summary(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30")
    >>> tiers = TierSegmenter().fit(customers)
    >>> quality = segmentation_quality_table(customers, segmentations={"tiers": tiers}, n_resamples=5)
    >>> ax = plot_segmentation_quality(quality)
    """
    given = table_of(
        table, _COLUMNS, name="table", made_by="segment.quality.segmentation_quality_table", language=language
    )
    names = list(dict.fromkeys(given["segmentation"]))
    rows = _rows(given, names, language)
    if not rows:
        raise SchemaError(_NO_ROWS())
    criteria = list(dict.fromkeys(criterion for criterion, _ in rows))
    n_rows = len(rows) + len(criteria)
    ax = axes_for(ax, size=(3.2 + _INCHES_PER_COLUMN * len(names), 1 + _INCHES_PER_ROW * n_rows))
    font = _font(ax, n_rows)
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(n_rows, -1)
    width = (1 - _NAMES) / len(names)
    for at, name in enumerate(names):
        heading = _heading(str(name), room=(width - 2 * _PAD) * _width(ax) / font)
        ax.text(_NAMES + at * width + _PAD, -0.4, heading, color=_DARK, fontsize=font, va="center", weight="bold")
    row, last = 0, ""
    for (criterion, label), cells in rows.items():
        if criterion != last:
            ax.text(0, row + 0.55, _CRITERIA[criterion].text(language), color=_DARK, fontsize=font, va="center",
                    weight="bold")  # fmt: skip
            ax.axhline(row + 0.05, color=_DARK, linewidth=0.8)
            row, last = row + 1, criterion
        ax.text(_PAD, row + 0.5, _cut(label, _LONGEST), color=_DARK, fontsize=0.9 * font, va="center")
        for at, name in enumerate(names):
            if name in cells:
                _draw(ax, cells[name], left=_NAMES + at * width + _PAD, width=width - 2 * _PAD, row=row, font=font)
        ax.axhline(row + 1, color=_RULE, linewidth=0.6)
        row += 1
    found = {cell.verdict for cells in rows.values() for cell in cells.values()}
    for verdict, (color, alpha, said) in _VERDICTS.items():
        if verdict in found:
            ax.plot([], [], color=color, alpha=alpha, marker="s", linestyle="none", label=said.text(language))
    for text in legend(ax).get_texts():
        text.set_fontsize(font)
    _leave_as_typed(ax)
    return in_language(ax, language)


def _font(ax: Axes, n_rows: int) -> float:
    """The size of letters that rows and width have room for."""
    height = ax.bbox.height / ax.figure.dpi * _POINTS_PER_INCH
    return float(min(_LETTERS, _OF_ROW * height / (n_rows + 1), _OF_WIDTH * _width(ax)))


def _width(ax: Axes) -> float:
    """The width of axes in points."""
    return float(ax.bbox.width / ax.figure.dpi * _POINTS_PER_INCH)


def _heading(name: str, *, room: float) -> str:
    """A name in two lines at most, in so much room, measured in heights of its letters."""
    most = max(int(room / (_BOLD if name.isascii() else 1.0)), 4)
    lines = textwrap.wrap(name, most)
    return "\n".join(lines if len(lines) <= _HEADING_LINES else [lines[0], lines[1][: most - 1] + "…"])


def _rows(table: pd.DataFrame, names: list[str], language: Language) -> dict[tuple[str, str], dict[str, _Cell]]:
    """The cells by criterion and label of the row, and by segmentation; criteria in their order."""
    found: dict[tuple[str, str], dict[str, _Cell]] = {}
    for criterion in _CRITERIA:
        of_criterion = table[table["criterion"] == criterion]
        for figure in _SHOWN:
            lines = of_criterion[of_criterion["figure"] == figure]
            for label, part in _parts(lines, figure, language):
                cells = {name: _worst(part[part["segmentation"] == name], figure, language) for name in names}
                there = {name: cell for name, cell in cells.items() if cell is not None}
                if there:
                    found[criterion, label] = there
    return found


def _parts(lines: pd.DataFrame, figure: str, language: Language) -> list[tuple[str, pd.DataFrame]]:
    """The rows that the lines of a figure make."""
    if lines.empty:
        return []
    name = str(lines[f"name_{language}"].iloc[0])
    if figure in _BY_COLUMN:
        columns = list(dict.fromkeys(lines["column"]))
        return [
            (_OF_COLUMN.text(language).format(name=name, column=column), lines[lines["column"] == column])
            for column in columns
        ]
    if figure == "psi":
        whole = lines["column"].isna()
        parts = [(_OF_SEGMENTS, lines[whole]), (_WORST_COLUMN, lines[~whole])]
        return [(label.text(language).format(name=name), part) for label, part in parts if len(part)]
    if figure == "missing_share":
        return [(_WORST_COLUMN.text(language).format(name=name), lines)]
    of_segments = lines[lines["segment"].notna()]
    if len(of_segments):
        return [(_WORST_SEGMENT.text(language).format(name=name), of_segments)]
    return [(name, lines)]


def _worst(lines: pd.DataFrame, figure: str, language: Language) -> _Cell | None:
    """The line of the worst value, with the segment or the column that it is of."""
    if lines.empty:
        return None
    known = lines[lines["value"].notna()]
    if known.empty:
        circular = (lines["verdict"] == "circular").any()
        return _Cell(math.nan, "", math.nan, "none", _CIRCULAR.text(language) if circular else "")
    values = known["value"].astype(float)
    line = known.iloc[int((values if figure in _LOWER_IS_BETTER else -values).argmax())]
    name = line[f"segment_name_{language}"]
    of = name if pd.notna(name) else line["column"] if figure not in _BY_COLUMN else None
    note = "" if of is None or pd.isna(of) or (figure == "contactable_share" and pd.isna(line["segment"])) else str(of)
    # Where nothing is missing, no column is the worst.
    note = "" if figure == "missing_share" and not line["value"] else note
    verdict = line["verdict"] if line["verdict"] in _VERDICTS else "none"
    value = float(line["value"])
    said = percent(value) if figure.endswith("_share") else decimals(value)
    return _Cell(value, said, float(line["threshold"]), str(verdict), note)


def _draw(ax: Axes, cell: _Cell, *, left: float, width: float, row: int, font: float) -> None:
    """A number with a bar and the limit, and below them a word."""
    if math.isnan(cell.value):
        ax.text(
            left, row + 0.5, cell.note or NOTHING, color=GREY, fontsize=_SMALLER * font, va="center", style="italic"
        )
        return
    color, alpha, _ = _VERDICTS[cell.verdict]
    middle = row + (0.34 if cell.note else 0.5)
    of_number = color if cell.verdict in ("met", "missed") else _DARK
    ax.text(left, middle, cell.said, color=of_number, fontsize=font, va="center")
    if cell.note:
        ax.text(left, row + 0.76, _cut(cell.note, _MOST_LETTERS), color=GREY, fontsize=_SMALLER * font, va="center")
    start, full = left + _NUMBER * width, (1 - _NUMBER) * width
    ax.barh(middle, full, height=0.3, left=start, color=_EMPTY)
    ax.barh(middle, full * min(max(cell.value, 0.0), 1.0), height=0.3, left=start, color=color, alpha=alpha)
    if not math.isnan(cell.threshold):
        at = start + full * min(max(cell.threshold, 0.0), 1.0)
        ax.plot([at, at], [middle - 0.24, middle + 0.24], color=_DARK, linewidth=1.0)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _leave_as_typed(ax: Axes) -> None:
    """Names that users typed are no formulas: $10 to $20."""
    for text in ax.texts:
        text.set_parse_math(False)
