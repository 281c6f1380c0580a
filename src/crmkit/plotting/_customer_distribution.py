"""How many customers have how many orders, or how much spend or profit, and what they bring in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._frames import open_frame
from crmkit._names import Label, Language
from crmkit.plotting import _audit_words as words
from crmkit.plotting._paired_bars import paired_bars
from crmkit.plotting._style import axes_for, table_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_customer_distribution"]

_X: Final = {
    "n_orders": Label("Orders", "订单数"),
    "spend": Label("Spend of a customer", "单客消费额"),
    "profit": Label("Profit from a customer", "单客利润"),
}
_Y: Final = Label("Share of all", "占全部的比例")
_CUSTOMERS: Final = Label("Active customers", "活跃客户")
_MOST_LABELS: Final = 12


def plot_customer_distribution(distribution: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many customers lie in each class, beside their share of profit or spend: lens 1.

    Parameters
    ----------
    distribution : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.base_audit.customer_distribution_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: for each class a bar of its share of the active customers and one of its share of profit, or
        of spend where the table has no profit. Customers without an order are left out.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``distribution`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics.base_audit import customer_distribution_table
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> ax = plot_customer_distribution(
    ...     customer_distribution_table(activity, period="1997", as_of="1998-06-30", freq="Q", value="n_orders")
    ... )
    """
    from crmkit.plotting import _ticks

    has_profit = "profit_share" in open_frame(distribution, name="distribution").collect_schema().names()
    brought = "profit" if has_profit else "spend"
    columns = ("value", "scope", "low", "high", "customer_share", f"{brought}_share")
    made_by = "metrics.base_audit.customer_distribution_table"
    table = table_of(distribution, columns, name="distribution", made_by=made_by, language=language)
    words.check_rows(table)
    # A class that is open below has no lowest value, and comes first.
    table = table[table["scope"] == "active"].sort_values("low", na_position="first", ignore_index=True)
    ax = paired_bars(
        _names(table),
        table["customer_share"].to_numpy(),
        table[f"{brought}_share"].to_numpy(),
        x=_X[table["value"].iloc[0]],
        y=_Y,
        ax=axes_for(ax),
        language=language,
        names=(_CUSTOMERS, words.MEASURES[brought]),
    )
    if len(table) > _MOST_LABELS:
        step = -(-len(table) // _MOST_LABELS)
        for place, label in enumerate(ax.get_xticklabels()):
            # The first and the last class may be open, which their names alone tell.
            label.set_visible(place in (0, len(table) - 1) or (place % step == 0 and place < len(table) - step))
    _ticks.shares(ax.yaxis)
    return ax


def _names(table: pd.DataFrame) -> list[str]:
    """The names of classes: their numbers, or their lower bounds."""
    found = []
    for low, high in zip(table["low"], table["high"], strict=True):
        if np.isnan(low) and not np.isnan(high):
            found.append(f"< {_number(high)}")
        elif np.isnan(high):
            found.append(f"≥ {_number(low)}")
        else:
            found.append(_number(low))
    return found


def _number(value: float) -> str:
    return f"{value:,.10g}"
