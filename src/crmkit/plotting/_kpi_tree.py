"""A quantity over the factors whose product it is, and what each did to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from crmkit._figures import NOTHING
from crmkit._figures import share as percent
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._kpi_figures import check_one_group, figure, lines, name_of, said_of, signed
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_kpi_tree"]

_COLUMNS: Final = ("period", "is_complete", "kpi", "role", "value", "previous", "contribution", "contribution_share")

_PERIODS: Final = Label("{earlier} to {day}", "{earlier} 至 {day}")
_UNFINISHED: Final = Label(" (unfinished)", "（未结束）")
_BEFORE: Final = Label("from {value}", "上期 {value}")
_ADDS: Final = Label(": what each factor added, and its share of the change", "：各因素的贡献及其占变动的比重")
_SHARE: Final = Label("{added} ({share})", "{added}（{share}）")

_DARK: Final = "#222222"
_RULE: Final = "#BBBBBB"
# Of the axes: boxes, and how much of its place a box fills.
_BOX_HEIGHT: Final = 0.36
_ROOF: Final = 0.94
_FILL: Final = 0.86
_TOP_WIDTH: Final = 0.44
# Points, and what of the width and the height of a box a letter may take.
_LARGEST: Final = 11.0
_LETTERS: Final = 26
_LETTER: Final = 0.6
_OF_HEIGHT: Final = 0.105
_POINTS_PER_INCH: Final = 72
_INCHES_PER_FACTOR: Final = 2.8

_NO_TREE: Final = Message(
    en="{@table} has no row of the outcome on {day:%Y-%m-%d}, or none of a factor. Keep all roles.",
    zh="{@table} 中 {day:%Y-%m-%d} 没有结果（outcome）的行，或没有因素（factor）的行，请保留所有 role。",
)


def plot_kpi_tree(table: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw a quantity and the factors whose product it is, with what each adds to its change.

    Shown is the last period that is over, beside the one before; if none is over, the last.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table
        As `crmkit.metrics.kpi_driver_table` gives it, for one group or the whole.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made. Letters shrink with the axes.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the outcome above, its factors below. What helps the outcome by its direction in
        `crmkit.metrics.kpi_catalogue` is blue, what harms it orange; without a direction all is grey.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows, those of several groups, or no outcome or factor.
    TypeError
        If ``table`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.metrics import kpi_driver_table, order_kpis
    >>> kpis = order_kpis(as_transactions(load_cdnow()), start="1998-01-01", end="1998-06-30", freq="Q")
    >>> ax = plot_kpi_tree(kpi_driver_table(kpis))
    """
    from crmkit.plotting._ticks import periods

    drawn = table_of(table, _COLUMNS, name="table", made_by="metrics.kpi_driver_table", language=language)
    check_one_group(drawn)
    days = drawn["period"].drop_duplicates().sort_values(ignore_index=True)
    over = drawn.loc[drawn["is_complete"].astype(bool), "period"]
    shown = days.iloc[-1] if over.empty else over.max()
    at = list(days).index(shown)
    cells = drawn[drawn["period"] == shown]
    outcome, factors = (cells[cells["role"] == role] for role in ("outcome", "factor"))
    if outcome.empty or factors.empty:
        raise SchemaError(_NO_TREE(day=shown))
    ax = axes_for(ax, size=(_INCHES_PER_FACTOR * len(factors), 0))
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.02, 1)
    said = periods(days)
    title = said[at] if at == 0 else _PERIODS.text(language).format(earlier=said[at - 1], day=said[at])
    title += _UNFINISHED.text(language) if over.empty else ""
    title += _ADDS.text(language) if at else ""
    width = 1 / len(factors)
    font = _font(ax, _FILL * min(width, _TOP_WIDTH))
    ax.text(0, 1, title, color=GREY, fontsize=font, va="top")
    top = outcome.iloc[0]
    _box(ax, top, top["kpi"], middle=0.5, roof=_ROOF, width=_FILL * _TOP_WIDTH, font=font, language=language)
    floor, roof = _ROOF - _BOX_HEIGHT, _BOX_HEIGHT
    between = (floor + roof) / 2
    ax.plot([0.5, 0.5], [floor, between], color=_RULE, linewidth=1)
    ax.plot([width / 2, 1 - width / 2], [between, between], color=_RULE, linewidth=1)
    for place, (_, factor) in enumerate(factors.iterrows()):
        middle = (place + 0.5) * width
        ax.plot([middle, middle], [between, roof], color=_RULE, linewidth=1)
        _box(ax, factor, top["kpi"], middle=middle, roof=roof, width=_FILL * width, font=font, language=language)
        if place:
            ax.text(place * width, roof / 2, "×", color=GREY, fontsize=1.2 * font, ha="center", va="center")
    return in_language(ax, language)


def _font(ax: Axes, width: float) -> float:
    """How large letters are that fit a box of this share of the width."""
    across, up = (pixels / ax.figure.dpi * _POINTS_PER_INCH for pixels in (ax.bbox.width, ax.bbox.height))
    return min(_LARGEST, width * across / (_LETTERS * _LETTER), _BOX_HEIGHT * up * _OF_HEIGHT)


def _box(
    ax: Axes,
    cell: pd.Series,
    outcome: str,
    *,
    middle: float,
    roof: float,
    width: float,
    font: float,
    language: Language,
) -> None:
    """A quantity: its name, its value, the one before, and what it adds to the outcome."""
    from matplotlib.patches import Rectangle

    edges = (middle - width / 2, roof - _BOX_HEIGHT)
    ax.add_patch(Rectangle(edges, width, _BOX_HEIGHT, facecolor="#F7F7F7", edgecolor=_RULE, linewidth=1))

    def write(text: str, height: float, *, color: str = _DARK, scale: float = 0.9) -> None:
        place = roof - (1 - height) * _BOX_HEIGHT
        ax.text(middle, place, text, color=color, fontsize=scale * font, ha="center", va="center")

    unit = said_of(cell["kpi"]).unit
    write(lines(name_of(cell["kpi"], language), width=_LETTERS, most=2), 0.83)
    write(figure(cell["value"], unit), 0.56, scale=1.2)
    if not math.isnan(cell["previous"]):
        write(_BEFORE.text(language).format(value=figure(cell["previous"], unit)), 0.36, color=GREY)
        added, color = _added(cell, outcome, language)
        write(added, 0.14, color=color)


def _added(cell: pd.Series, outcome: str, language: Language) -> tuple[str, str]:
    """What a quantity adds to the outcome, and the colour of it."""
    contribution = cell["contribution"]
    if math.isnan(contribution):
        return NOTHING, GREY
    said = said_of(outcome)
    better = {"higher": contribution, "lower": -contribution}.get(said.direction, 0.0)
    color = BLUE if better > 0 else ORANGE if better < 0 else GREY
    added = signed(contribution, said.unit, language)
    if cell["role"] == "outcome" or math.isnan(cell["contribution_share"]):
        return added, color
    return _SHARE.text(language).format(added=added, share=percent(cell["contribution_share"])), color
