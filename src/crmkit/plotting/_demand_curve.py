"""Units sold by price, with the price of the highest profit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_demand_curve"]

_PRICE: Final = Label("Price", "价格")
_UNITS: Final = Label("Units sold", "销量")
_BEST: Final = Label(
    "Most profit: {profit:,.4g} from {units:,.4g} units at {price:,.4g}",
    "利润最大：价格 {price:,.4g}，销量 {units:,.4g}，利润 {profit:,.4g}",
)
_PROFIT: Final = Label("Profit there", "此时的利润")

_EMPTY: Final = Message(en="{@curve} has no rows.", zh="{@curve} 没有任何行。")


def plot_demand_curve(curve: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many units are sold at each price, and where profit is highest.

    Parameters
    ----------
    curve : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.pricing.demand_curve_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the curve, the cost of a unit as a dashed line, and the profit of the best price as an area:
        as wide as what a unit leaves, as high as the units sold.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``curve`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.value.pricing import demand_curve_table
    >>> curve = demand_curve_table(price=10, quantity=100, elasticity=-3, unit_cost=6, lowest_price=8, highest_price=12)
    >>> ax = plot_demand_curve(curve)
    """
    from crmkit.plotting import _ticks

    columns = ("price", "quantity", "unit_cost", "profit", "is_best")
    table = table_of(curve, columns, name="curve", made_by="value.pricing.demand_curve_table", language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.sort_values("price", ignore_index=True)
    price, units, cost, profit = (table[name].to_numpy(dtype=np.float64) for name in columns[:-1])
    ax = axes_for(ax)
    ax.plot(price, units, color=BLUE, linewidth=2)
    ax.axvline(cost[0], color=GREY, linewidth=1, linestyle=DASHED)
    for at in np.flatnonzero(table["is_best"].to_numpy(dtype=bool))[:1]:
        label = _BEST.text(language).format(price=price[at], units=units[at], profit=profit[at])
        ax.fill_between(
            [cost[at], price[at]], [units[at]] * 2, color=ORANGE, alpha=0.25, linewidth=0, label=_PROFIT.text(language)
        )
        ax.plot(price[at], units[at], color=ORANGE, marker="o", markersize=7, linestyle="none", label=label)
        legend(ax)
    quiet(ax)
    ax.set_ylim(bottom=0)
    _ticks.amounts(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    ax.set_xlabel(_PRICE.text(language))
    ax.set_ylabel(_UNITS.text(language))
    return in_language(ax, language)
