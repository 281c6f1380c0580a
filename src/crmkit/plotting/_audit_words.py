"""Words and checks that the plots of the customer-base audit share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_option
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label
from crmkit.errors import SchemaError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axis import Axis

__all__ = ["MEASURES", "SO_FAR", "check_rows", "measure_of", "named", "shades", "show_measure"]

_EMPTY: Final = Message(en="{@table} has no rows.", zh="{@table} 没有任何行。")

MEASURES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "active_customers": Label("Active customers", "活跃客户数"),
        "active_share": Label("Share active", "活跃占比"),
        "n_orders": Label("Orders", "订单数"),
        "spend": Label("Spend", "消费额"),
        "profit": Label("Profit", "利润"),
        "purchase_frequency": Label("Orders per active customer", "活跃客户人均订单数"),
        "average_order_value": Label("Spend per order", "笔单价"),
        "margin": Label("Margin", "利润率"),
        "spend_per_acquired": Label("Spend per customer acquired", "每位获得客户的消费额"),
        "profit_per_acquired": Label("Profit per customer acquired", "每位获得客户的利润"),
        "cumulative_spend_per_acquired": Label("Spend so far per customer acquired", "每位获得客户的累计消费额"),
        "cumulative_profit_per_acquired": Label("Profit so far per customer acquired", "每位获得客户的累计利润"),
        "repeat_share": Label("Share with a second order", "已复购占比"),
    }
)
"""What can be drawn, by its column."""
SO_FAR: Final[Mapping[str, Any]] = MappingProxyType(
    {"marker": "o", "markersize": 3, "markerfacecolor": "white", "markevery": [-1]}
)
"""The mark of a value that is not final, at the end of a line."""
# The palest colours of the map can hardly be seen.
_MAP: Final = "viridis_r"
_RANGE: Final = (0.12, 0.95)
_COUNTS: Final = ("active_customers", "n_orders")


def measure_of(
    table: Any, measure: str | None, *, options: Sequence[str], name: str, known: Collection[str] = tuple(MEASURES)
) -> str:
    """The measure asked for; by default the first of the options that the table has."""
    if measure is None:
        columns = open_frame(table, name=name).collect_schema().names()
        return next((option for option in options if option in columns), options[-1])
    check_option(measure, known, name="measure")
    return measure


def shades(n: int) -> list[Any]:
    """Give so many colours from pale to dark."""
    from matplotlib import colormaps

    return list(colormaps[_MAP](np.linspace(*_RANGE, n)))


def named(n: int, *, most: int) -> set[int]:
    """Choose which of so many to name: the first, the last and some between."""
    return {int(place) for place in np.linspace(0, n - 1, min(most, n)).round()}


def check_rows(table: pd.DataFrame) -> None:
    """Raise if there is nothing to draw."""
    if table.empty:
        raise SchemaError(_EMPTY())


def show_measure(axis: Axis, measure: str) -> None:
    """Show the values of a measure on an axis: percent, whole numbers or money."""
    from crmkit.plotting import _ticks

    if measure.endswith("_share") or measure == "margin":
        _ticks.shares(axis)
    elif measure in _COUNTS:
        _ticks.counts(axis)
    else:
        _ticks.amounts(axis)
