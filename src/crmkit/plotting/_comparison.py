"""Differences with their intervals, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._figures import decimals, share
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_comparison"]

_COMMON: Final = ("measure", "kind", "value", "is_significant", "too_few", "relative_lower", "relative_upper")
_PERIODS: Final = ("previous", "relative_change")
_GROUPS: Final = ("scope", "against", "against_scope", "other_value", "relative_difference")

_MEASURES: Final = {
    "active_rate": Label("Share who bought", "活跃率"),
    "orders_per_customer": Label("Orders per customer", "人均订单数"),
    "spend_per_customer": Label("Spend per customer", "人均消费"),
    "profit_per_customer": Label("Profit per customer", "人均利润"),
}
_RELATIVE: Final = Label("Difference from the other value, with its interval", "相对差异及其区间")
_CHANGE: Final = Label("Change from the period before, with its interval", "较前期的相对变化及其区间")
_SIDES: Final = {
    "periods": (Label("after", "后"), Label("before", "前")),
    "groups": (Label("group", "本组"), Label("others", "对照")),
}
_SURE: Final = Label("Significant (adjusted)", "显著（已校正）")
_UNSURE: Final = Label("Not significant", "不显著")
_FEW: Final = Label("Too few", "样本太少")
_NO_LABEL: Final = Label("no label", "无标签")
_VERSUS: Final = Label("{group} vs {other}", "{group} 对 {other}")

_INCHES_PER_LINE: Final = 0.34
_INCHES_AROUND: Final = 1.3
_DARK: Final = "#222222"
# The line of their names, above the first.
_HEAD: Final = -0.8
# How far right of the axes the two columns of figures end, in points.
_COLUMNS: Final = (55, 110)

_EMPTY: Final = Message(en="{@comparison} has no rows.", zh="{@comparison} 没有任何行。")


class _Line(NamedTuple):
    """A line of the plot: a heading, or a row of the table under its name."""

    text: str
    row: pd.Series | None = None


def plot_comparison(comparison: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw differences in percent with their intervals, a line each, and the values compared beside them.

    Parameters
    ----------
    comparison : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.group_comparison_table` or `crmkit.metrics.period_comparison_table` gives it, or some of its
        rows.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; groups, and measures named by their columns, are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Blue is significant after adjustment, grey is not, orange rests on too few. An interval
        without an end goes to the edge; where nothing is known in relation to the other value, a line is empty.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``comparison`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.metrics import period_comparison_table
    >>> activity = ck.activity_table(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> quarters = {"before": ("1998-01-01", "1998-03-31"), "after": ("1998-04-01", "1998-06-30")}
    >>> ax = plot_comparison(period_comparison_table(activity, **quarters, as_of="1998-06-30", freq="Q"))
    """
    from crmkit.plotting import _ticks

    columns = open_frame(comparison, name="comparison").collect_schema().names()
    kind = "periods" if "previous" in columns else "groups"
    by = None if kind == "periods" or not columns else columns[0]
    needed = (*_COMMON, *(_PERIODS if kind == "periods" else (*_GROUPS, columns[0] if by is None else by)))
    made_by = f"metrics.{'period' if kind == 'periods' else 'group'}_comparison_table"
    table = table_of(comparison, tuple(dict.fromkeys(needed)), name="comparison", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.rename(columns={"previous": "other_value", "relative_change": "relative_difference"})
    lines = _of_periods(table, language) if by is None else _of_groups(table, by, language)
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(lines)))
    _draw(ax, lines)
    ax.axvline(0, color=_DARK, linewidth=0.8, zorder=0)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel((_CHANGE if kind == "periods" else _RELATIVE).text(language))
    _write_values(ax, lines, kind=kind, language=language)
    there = {_colour(line.row) for line in lines if line.row is not None}
    for colour, label in ((BLUE, _SURE), (GREY, _UNSURE), (ORANGE, _FEW)):
        if colour in there:
            ax.plot([], [], color=colour, marker="o", label=label.text(language))
    legend(ax)
    return in_language(ax, language)


def _of_periods(table: pd.DataFrame, language: Language) -> list[_Line]:
    return [_Line(_named(row["measure"], language), row) for _, row in table.iterrows()]


def _of_groups(table: pd.DataFrame, by: str, language: Language) -> list[_Line]:
    """A heading for each measure, and the groups below it."""
    lines = []
    for measure in table["measure"].unique():
        lines.append(_Line(str(measure)))
        for _, row in table[table["measure"] == measure].iterrows():
            group, other = (
                _NO_LABEL.text(language) if row[scope] == "no label" else str(row[label])
                for label, scope in ((by, "scope"), ("against", "against_scope"))
            )
            rest = row["against_scope"] == "rest"
            lines.append(_Line(group if rest else _VERSUS.text(language).format(group=group, other=other), row))
    return lines


def _named(measure: str, language: Language) -> str:
    label = _MEASURES.get(measure, LABELS["kpi"].get(measure))
    return measure if label is None else label.text(language)


def _colour(row: pd.Series) -> str:
    return ORANGE if row["too_few"] else BLUE if row["is_significant"] else GREY


def _draw(ax: Axes, lines: list[_Line]) -> None:
    """The estimates and their intervals; those without an end are drawn when the others have set the width."""
    rows = {place: line.row for place, line in enumerate(lines) if line.row is not None}
    known = np.array(
        [
            row[["relative_lower", "relative_upper", "relative_difference"]].to_numpy(dtype=float)
            for row in rows.values()
        ]
    )
    finite = np.append(known[np.isfinite(known)], 0.0)
    margin = 0.06 * (finite.max() - finite.min() or 1.0)
    low, high = finite.min() - margin, finite.max() + margin
    for (place, row), (lower, upper, middle) in zip(rows.items(), known, strict=True):
        if np.isnan(middle):
            continue
        colour = _colour(row)
        ends = [low if np.isnan(lower) else lower, high if np.isnan(upper) else upper]
        ax.plot(ends, [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(middle, place, color=colour, marker="o", markersize=6)
    ax.set_xlim(low, high)
    ax.set_ylim(len(lines) - 0.5, _HEAD - 0.5)
    ax.set_yticks(range(len(lines)), [line.text for line in lines])
    for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
        if line.row is None:
            tick.set_fontweight("bold")


def _write_values(ax: Axes, lines: list[_Line], *, kind: str, language: Language) -> None:
    """The values compared, right of the axes under their names."""
    for shift, column, label in zip(_COLUMNS, ("value", "other_value"), _SIDES[kind], strict=True):
        _write(ax, label.text(language), place=_HEAD, shift=shift, colour=GREY)
        for place, line in enumerate(lines):
            if line.row is not None:
                written = (share if line.row["kind"] == "rate" else decimals)(float(line.row[column]))
                _write(ax, written, place=place, shift=shift, colour=_DARK)


def _write(ax: Axes, text: str, *, place: float, shift: float, colour: str) -> None:
    ax.annotate(
        text,
        (1, place),
        (shift, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="center",
        color=colour,
        fontsize="small",
        annotation_clip=False,
    )
