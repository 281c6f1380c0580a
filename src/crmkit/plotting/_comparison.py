"""Differences with their intervals, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.plotting._interval_lines import Line, draw_intervals
from crmkit.plotting._style import table_of

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
_NO_LABEL: Final = Label("no label", "无标签")
_VERSUS: Final = Label("{group} vs {other}", "{group} 对 {other}")


_EMPTY: Final = Message(en="{@comparison} has no rows.", zh="{@comparison} 没有任何行。")


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
    return draw_intervals(
        lines, ax=ax, sides=_SIDES[kind], label=_CHANGE if kind == "periods" else _RELATIVE, language=language
    )


def _of_periods(table: pd.DataFrame, language: Language) -> list[Line]:
    return [Line(_named(row["measure"], language), row) for _, row in table.iterrows()]


def _of_groups(table: pd.DataFrame, by: str, language: Language) -> list[Line]:
    """A heading for each measure, and the groups below it."""
    lines = []
    for measure in table["measure"].unique():
        lines.append(Line(str(measure)))
        for _, row in table[table["measure"] == measure].iterrows():
            group, other = (
                _NO_LABEL.text(language) if row[scope] == "no label" else str(row[label])
                for label, scope in ((by, "scope"), ("against", "against_scope"))
            )
            rest = row["against_scope"] == "rest"
            lines.append(Line(group if rest else _VERSUS.text(language).format(group=group, other=other), row))
    return lines


def _named(measure: str, language: Language) -> str:
    label = _MEASURES.get(measure, LABELS["kpi"].get(measure))
    return measure if label is None else label.text(language)
