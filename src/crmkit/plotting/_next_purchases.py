"""Who is due when, customer by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_int
from crmkit._figures import label_text
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_next_purchases"]

_INCHES_PER_LINE: Final = 0.26
_INCHES_AROUND: Final = 1.2
_MOST: Final = 100
# Room right of the last date for intervals without an end, as a share of the width.
_BEYOND: Final = 0.08
_IN_TIME: Final = Label("Within the median gap", "未超过间隔中位数")
_OVERDUE: Final = Label("Overdue", "已超过间隔中位数")
_OPEN: Final = Label("No upper date", "无上限日期")
_NOBODY: Final = Label("No customer has a date", "没有客户可给出日期")


def plot_next_purchases(
    next_purchases: Any, *, n_customers: int = 20, ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw the dates of the next purchase and their intervals, the customers who are due first at the top.

    Parameters
    ----------
    next_purchases : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.rhythm.PurchaseCycleModel.next_purchase_table` gives it, with ``customer_id``.
    n_customers : int, default 20
        Customers drawn, from 1 to 100: those with the earliest ``next_date``. Without one they are not drawn.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a dot on the day by which a customer buys with probability one half, and a line from the
        lower to the upper date, with an arrow where there is no upper date; orange where the silence has outlasted the
        median gap.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``next_purchases`` is not a frame, or ``n_customers`` not a whole number.
    ValueError
        If ``n_customers`` is not between 1 and 100, or ``language`` neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value.rhythm import PurchaseCycleModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = PurchaseCycleModel.from_params({"r": 0.54, "alpha": 40.72, "k": 1.04, "a": 0.91, "b": 1.58})
    >>> ax = plot_next_purchases(model.next_purchase_table(customers, as_of="1997-09-30"))
    """
    from crmkit.plotting import _ticks

    check_int(n_customers, name="n_customers", low=1, high=_MOST)
    columns = ("customer_id", "next_date", "next_date_lower", "next_date_upper", "overdue_ratio")
    made_by = "value.rhythm.PurchaseCycleModel.next_purchase_table"
    table = table_of(next_purchases, columns, name="next_purchases", made_by=made_by, language=language)
    table = table.dropna(subset=["next_date"]).sort_values(["next_date", "next_date_lower", "customer_id"])
    table = table.head(n_customers)
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(table)))
    if table.empty:
        ax.text(0.5, 0.5, _NOBODY.text(language), transform=ax.transAxes, ha="center", color=GREY)
        ax.set_axis_off()
        return in_language(ax, language)
    dates = {name: table[name].to_numpy(dtype="datetime64[D]") for name in columns[1:4]}
    first, last = dates["next_date_lower"].min(), np.nanmax(np.array([*dates["next_date"], *dates["next_date_upper"]]))
    width = max(int((last - first).astype(np.int64)), 1)
    margin = np.timedelta64(max(round(width * _BEYOND), 1), "D")
    overdue = table["overdue_ratio"].to_numpy(dtype=np.float64) > 1
    is_open = np.isnat(dates["next_date_upper"])
    places = np.arange(len(table))
    for group, colour, label in ((~overdue, BLUE, _IN_TIME), (overdue, ORANGE, _OVERDUE)):
        if not group.any():
            continue
        end = np.where(is_open, last + margin, dates["next_date_upper"])
        ax.hlines(places[group], dates["next_date_lower"][group], end[group], color=colour, linewidth=2)
        kept: dict[str, Any] = {"color": colour, "linestyle": "none"}
        ax.plot(dates["next_date"][group], places[group], marker="o", markersize=6, label=label.text(language), **kept)
        some = group & is_open
        ax.plot(end[some], places[some], marker=">", markersize=5, clip_on=False, **kept)
    if is_open.any():
        ax.plot([], [], color=GREY, linestyle="none", marker=">", markersize=5, label=_OPEN.text(language))
    ax.set_xlim(first - margin, last + margin)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_yticks(places, [label_text(who) for who in table["customer_id"]])
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    ax.tick_params(axis="y", length=0)
    _ticks.days(ax.xaxis)
    legend(ax)
    return in_language(ax, language)
