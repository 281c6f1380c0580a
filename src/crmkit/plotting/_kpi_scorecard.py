"""A row per KPI: where it stands, how it got there, and whether that is good."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import check_option
from crmkit._figures import NOTHING
from crmkit._figures import share as percent
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._kpi_figures import check_one_group, figure, lines, name_of, said_of, signed, span
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_kpi_scorecard"]

_COLUMNS: Final = ("period", "is_complete", "kpi", "value", "lower", "upper")
_CHANGE: Final = ("change", "relative_change", "compared")
_TARGET: Final = ("target_low", "target_high", "attainment")

_KPI: Final = Label("KPI", "指标")
_SINCE: Final = Label("{first} to {last}", "{first} 至 {last}")
_UNFINISHED: Final = Label("unfinished", "未结束")
_CHANGED: Final = Label("Change", "较上期")
_PER_DAY: Final = Label("per day", "按日均")
_GOAL: Final = Label("Target", "目标")
_BETTER: Final = Label("Better, target met", "改善，达标")
_WORSE: Final = Label("Worse, target missed", "变差，未达标")
_OPEN: Final = Label("Not judged", "不作判断")

# Shares of the width.
_WIDTHS: Final = {"name": 0.30, "line": 0.22, "value": 0.18, "change": 0.16, "target": 0.14}
_PAD: Final = 0.01
_INCHES_PER_ROW: Final = 0.5
_INCHES_WIDE: Final = 9.0
# A single row is not stretched over the whole height.
_FEWEST_ROWS: Final = 5
# Points, and what of the row's height and of the width a letter may take.
_LARGEST: Final = 10.0
_OF_ROW: Final = 0.29
_OF_WIDTH: Final = 0.0155
_SMALLER: Final = 0.85
_LETTER: Final = 0.6
_PALE: Final = 0.4
_POINTS_PER_INCH: Final = 72
_RULE: Final = "#E5E5E5"
_DARK: Final = "#222222"

_NO_PERIODS: Final = Message(
    en="{@table} has no periods, got columns {columns}. Give {@period} and {@as_of} to {@kpi_table()}, or {@freq} to "
    "{@order_kpis()}.",
    zh="{@table} 没有期间，得到列 {columns}。请在 {@kpi_table()} 中给出 {@period} 与 {@as_of}，或在 {@order_kpis()} 中"
    "给出 {@freq}。",
)
_NOT_CODES: Final = Message(
    en="{@kpis} must be a list of codes in {@table}, got {kpis!r}.",
    zh="{@kpis} 须为 {@table} 中代码的列表，得到 {kpis!r}。",
)


class _Style(NamedTuple):
    """Where columns start, and how large letters are."""

    left: dict[str, float]
    letters: int
    font: float

    @property
    def small(self) -> float:
        return _SMALLER * self.font


def plot_kpi_scorecard(
    table: Any, *, kpis: Sequence[str] | None = None, ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw KPIs one below the other: their course, last value, interval, change and target.

    The figures are those of the last period that is over; an unfinished one after it is only the pale end of the line.
    If no period is over, they are those of the last, and nothing is judged.

    Parameters
    ----------
    table : pandas, Polars or PyArrow table
        As `crmkit.metrics.kpi_table` gives it with ``period``, for one group or the whole. Tables without ``change``
        (`crmkit.metrics.order_kpis` with ``freq``) or without targets are drawn without these columns, which
        `crmkit.metrics.kpi_change_table` adds.
    kpis : sequence of str, optional
        Codes of what to draw, in this order; by default all, in the order of the table.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made. Letters shrink with the axes.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. A line runs between the least and the greatest value of its KPI. Changes of shares are in
        percentage points, others in percent of the value before, or as they are where that is not above zero. Blue is
        better and orange worse by the direction of the KPI in `crmkit.metrics.kpi_catalogue`; a KPI whose direction
        is a band or depends on the context is grey. A dot marks a target that is met, a cross one that is missed.

    Raises
    ------
    SchemaError
        If a column is missing, periods among them, or there are no rows or those of several groups.
    TypeError
        If ``table`` is not a frame, or ``kpis`` not a list of codes.
    ValueError
        If a code is not in the table, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.metrics import kpi_table
    >>> shop = pd.DataFrame({
    ...     "month": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
    ...     "revenue": [5000.0, 4200.0, 4600.0], "orders": [100, 80, 88], "lost": [12, 9, 4],
    ...     "customers_start": [100, 104, 110],
    ... })
    >>> kpis = kpi_table(shop, period="month", as_of="2024-03-31", targets={"average_order_value": 50})
    >>> ax = plot_kpi_scorecard(kpis)
    """
    drawn = _drawn(table, kpis, language)
    codes = list(dict.fromkeys(drawn["kpi"])) if kpis is None else list(dict.fromkeys(kpis))
    n_rows = max(len(codes), _FEWEST_ROWS)
    ax = axes_for(ax, size=(_INCHES_WIDE, 1 + _INCHES_PER_ROW * n_rows))
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(n_rows, -1)
    periods = drawn["period"].drop_duplicates().sort_values(ignore_index=True)
    over = drawn.loc[drawn["is_complete"], "period"]
    judged = not over.empty
    shown = over.max() if judged else periods.iloc[-1]
    style = _style(ax, n_rows, drawn)
    _head(ax, periods, shown, judged=judged, style=style, language=language)
    for row, code in enumerate(codes):
        course = drawn[drawn["kpi"] == code].set_index("period").reindex(periods)
        ax.axhline(row, color=_RULE, linewidth=0.8)
        _line(ax, course, shown, row=row, judged=judged, style=style)
        _cells(ax, course.loc[shown], code, row=row, judged=judged, style=style, language=language)
    if len(style.left) > len(_WIDTHS) - 2:
        for color, label in ((BLUE, _BETTER), (ORANGE, _WORSE), (GREY, _OPEN)):
            ax.plot([], [], color=color, marker="s", linestyle="none", label=label.text(language))
        for text in legend(ax).get_texts():
            text.set_fontsize(style.font)
    return in_language(ax, language)


def _drawn(native: Any, kpis: Sequence[str] | None, language: Language) -> pd.DataFrame:
    """The rows to draw: of the KPIs asked for, with the changes and targets that there are."""
    columns = open_frame(native, name="table").collect_schema().names()
    if "period" not in columns:
        raise SchemaError(_NO_PERIODS(columns=columns))
    also = [name for group in (_CHANGE, _TARGET) if group[0] in columns for name in group]
    table = table_of(native, (*_COLUMNS, *also), name="table", made_by="metrics.kpi_table", language=language)
    check_one_group(table)
    table = table.astype({"is_complete": bool})
    if kpis is None:
        return table
    if isinstance(kpis, str) or not len(kpis):
        raise TypeError(_NOT_CODES(kpis=kpis))
    for code in kpis:
        check_option(code, set(table["kpi"]), name="kpis")
    return table[table["kpi"].isin(list(kpis))]


def _style(ax: Axes, n_rows: int, drawn: pd.DataFrame) -> _Style:
    width, height = (pixels / ax.figure.dpi * _POINTS_PER_INCH for pixels in (ax.bbox.width, ax.bbox.height))
    font = min(_LARGEST, _OF_ROW * height / (n_rows + 1), _OF_WIDTH * width)
    there = [name for name in _WIDTHS if name not in ("change", "target")]
    there += [name for name, column in (("change", "change"), ("target", "target_low")) if column in drawn]
    widths = np.array([_WIDTHS[name] for name in there])
    widths /= widths.sum()
    left = dict(zip(there, (np.cumsum(widths) - widths).tolist(), strict=True))
    return _Style(left, int(widths[0] * width / (_LETTER * font)), font)


def _head(
    ax: Axes, periods: pd.Series, shown: pd.Timestamp, *, judged: bool, style: _Style, language: Language
) -> None:
    from crmkit.plotting._ticks import periods as periods_said

    said = periods_said(periods)
    of_shown = said[list(periods).index(shown)]
    heads = {
        "name": _KPI.text(language),
        "line": _SINCE.text(language).format(first=said[0], last=said[-1]) if len(said) > 1 else "",
        "value": of_shown if judged else f"{of_shown}\n{_UNFINISHED.text(language)}",
        "change": _CHANGED.text(language),
        "target": _GOAL.text(language),
    }
    for name, left in style.left.items():
        ax.text(left + _PAD, -0.5, heads[name], color=GREY, fontsize=style.small, va="center")


def _line(ax: Axes, course: pd.DataFrame, shown: pd.Timestamp, *, row: int, judged: bool, style: _Style) -> None:
    """The course of a KPI, pale after the period shown, with a dot on it."""
    value = course["value"].to_numpy(dtype=float)
    if np.isnan(value).all():
        return
    least, most = np.nanmin(value), np.nanmax(value)
    spread = most - least
    height = row + 0.78 - 0.56 * ((value - least) / spread if spread > 0 else np.where(np.isnan(value), np.nan, 0.5))
    start, end = style.left["line"] + 2 * _PAD, style.left["value"] - 3 * _PAD
    across = np.linspace(start, end, len(value)) if len(value) > 1 else np.array([(start + end) / 2])
    n = list(course.index).index(shown) + 1
    alpha, width = 1.0 if judged else _PALE, 0.13 * style.font
    ax.plot(across[:n], height[:n], color=BLUE, linewidth=width, alpha=alpha)
    ax.plot(across[n - 1 :], height[n - 1 :], color=BLUE, linewidth=width, alpha=_PALE)
    ax.plot(across[n - 1], height[n - 1], color=BLUE, marker="o", markersize=0.45 * style.font, alpha=alpha)


def _cells(ax: Axes, cell: pd.Series, code: str, *, row: int, judged: bool, style: _Style, language: Language) -> None:
    said = said_of(code)

    def write(column: str, text: str, below: str = "", *, color: str = _DARK, right: float = 0.0) -> None:
        left = style.left[column] + _PAD + right
        ax.text(left, row + (0.35 if below else 0.5), text, color=color, fontsize=style.font, va="center")
        if below:
            ax.text(left, row + 0.73, below, color=GREY, fontsize=style.small, va="center")

    write("name", lines(name_of(code, language), width=style.letters, most=2))
    write("value", figure(cell["value"], said.unit), _between(cell["lower"], cell["upper"], said.unit))
    if "change" in style.left:
        changed = _changed(cell, said.unit, language)
        # What is shown as no change is none.
        change = cell["change"] if any(digit in changed for digit in "123456789") else 0.0
        better = {"higher": change, "lower": -change}.get(said.direction, 0.0)
        color = BLUE if better > 0 else ORANGE if better < 0 else GREY
        below = _PER_DAY.text(language) if cell["compared"] == "per day" and pd.notna(cell["change"]) else ""
        write("change", changed, below, color=color if judged else GREY)
    if "target" in style.left and pd.notna([cell["target_low"], cell["target_high"]]).any():
        low, high = cell["target_low"], cell["target_high"]
        write("target", _goal(low, high, said.unit), percent(cell["attainment"]), right=3 * _PAD)
        met = not (cell["value"] < low or cell["value"] > high)
        marker, color = ("o", BLUE) if met else ("X", ORANGE)
        if not judged or pd.isna(cell["value"]):
            marker, color = "o", GREY
        ax.plot(style.left["target"] + 2 * _PAD, row + 0.5, color=color, marker=marker, markersize=0.7 * style.font)


def _changed(cell: pd.Series, unit: str, language: Language) -> str:
    if pd.isna(cell["change"]):
        return NOTHING
    if unit in ("share", "rate") or pd.isna(cell["relative_change"]):
        return signed(cell["change"], unit, language)
    return f"{cell['relative_change']:+.1%}"


def _between(low: float, high: float, unit: str) -> str:
    return "" if math.isnan(low) else span(low, high, unit)


def _goal(low: float, high: float, unit: str) -> str:
    if math.isnan(high):
        return f"≥ {figure(low, unit)}"
    return f"≤ {figure(high, unit)}" if math.isnan(low) else span(low, high, unit)
