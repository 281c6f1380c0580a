"""The profit of customers added up, the most profitable first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_whale_curve"]

_CUSTOMERS: Final = Label("Share of customers, the most profitable first", "客户占比（按利润从高到低）")
_SHARE: Final = Label("Share of all profit", "累计利润占比")
_MONEY: Final = Label("Profit added up", "累计利润")
_PEAK: Final = Label(
    "Peak: {at:.0%} of the customers make {share:.0%} of the profit", "峰值：{at:.0%} 的客户创造 {share:.0%} 的利润"
)
_PEAK_MONEY: Final = Label("Peak: {at:.0%} of the customers", "峰值：{at:.0%} 的客户")

_EMPTY: Final = Message(en="{@curve} has no rows.", zh="{@curve} 没有任何行。")


def plot_whale_curve(curve: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how much of all profit the most profitable customers make, and what the others take away again.

    Parameters
    ----------
    curve : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.whale_curve_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: the curve in shares of the total, or in money where the total is not above 0; its peak; and
        the line that it would be if all brought the same.

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
    >>> import pandas as pd
    >>> from crmkit.value.profit import whale_curve_table
    >>> profits = pd.DataFrame({"net_profit": [500.0, 300, 200, 100, 50, 20, -20, -50, -100, -200]})
    >>> ax = plot_whale_curve(whale_curve_table(profits))
    """
    from crmkit.plotting import _ticks

    columns = ("customer_share", "profit", "profit_share", "is_peak")
    table = table_of(curve, columns, name="curve", made_by="value.profit.whale_curve_table", language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.sort_values("customer_share", ignore_index=True)
    share, money, of_total = (table[name].to_numpy(dtype=np.float64) for name in columns[:-1])
    in_money = bool(np.isnan(of_total[-1]))
    height = money if in_money else of_total
    ax = axes_for(ax)
    ax.plot([0, 1], [0, height[-1]], color=GREY, linewidth=1, linestyle=DASHED)
    ax.axhline(height[-1], color=GREY, linewidth=0.8)
    ax.plot(share, height, color=BLUE, linewidth=2)
    for at in np.flatnonzero(table["is_peak"].to_numpy(dtype=bool))[:1]:
        words = (_PEAK_MONEY if in_money else _PEAK).text(language)
        label = words.format(at=share[at], share=of_total[at])
        ax.plot(share[at], height[at], color=ORANGE, marker="o", markersize=7, linestyle="none", label=label)
        legend(ax)
    quiet(ax)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    (_ticks.amounts if in_money else _ticks.shares)(ax.yaxis)
    ax.set_xlabel(_CUSTOMERS.text(language))
    ax.set_ylabel((_MONEY if in_money else _SHARE).text(language))
    return in_language(ax, language)
