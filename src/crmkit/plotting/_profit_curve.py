"""The profit of contacting more and more customers, with the best cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_profit_curve"]

_FRACTION: Final = Label("Share of customers contacted, highest scores first", "联系的客户占比（评分从高到低）")
_PROFIT: Final = Label("Profit per customer of the base", "客均利润（按全部客户计）")
_GREATEST: Final = Label(
    "Most profit: {fraction:.1%} contacted, scores of {threshold:.3g} and more",
    "利润最大：联系 {fraction:.1%} 的客户，评分不低于 {threshold:.3g}",
)
_NOBODY: Final = Label("Most profit: nobody contacted", "利润最大：不联系任何客户")


def plot_profit_curve(curve: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the profit of a retention campaign by the share of customers contacted, with the cut of greatest profit.

    Parameters
    ----------
    curve : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.churn.profit_curve_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the profit with its interval, and a dashed line where it is greatest.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``curve`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.loyalty.churn import profit_curve_table
    >>> ax = plot_profit_curve(profit_curve_table([1, 1, 0, 1, 0, 0, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1]))
    """
    from crmkit.plotting import _ticks

    columns = ("fraction", "profit", "profit_lower", "profit_upper", "threshold", "is_greatest")
    table = table_of(
        curve, columns, name="curve", made_by="loyalty.churn.profit_curve_table", language=language
    ).sort_values("fraction")
    fraction, profit, lower, upper, threshold = (table[name].to_numpy(dtype=np.float64) for name in columns[:-1])
    ax = axes_for(ax)
    ax.axhline(0, color=GREY, linewidth=1)
    # Nobody is contacted in the first row, and nothing is uncertain.
    ax.fill_between(
        fraction,
        np.where(np.isnan(lower), profit, lower),
        np.where(np.isnan(upper), profit, upper),
        color=BLUE,
        alpha=0.2,
        linewidth=0,
    )
    ax.plot(fraction, profit, color=BLUE, linewidth=2)
    for at in np.flatnonzero(table["is_greatest"].to_numpy(dtype=bool))[:1]:
        words = (_GREATEST if fraction[at] > 0 else _NOBODY).text(language)
        label = words.format(fraction=fraction[at], threshold=threshold[at])
        ax.axvline(fraction[at], color=ORANGE, linewidth=1.5, linestyle=DASHED, label=label)
        ax.plot(fraction[at], profit[at], color=ORANGE, marker="o", markersize=6)
        legend(ax)
    quiet(ax)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    ax.set_xlabel(_FRACTION.text(language))
    ax.set_ylabel(_PROFIT.text(language))
    return in_language(ax, language)
