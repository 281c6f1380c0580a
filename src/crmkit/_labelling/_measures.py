"""The columns of a customers table that segments are made of, read once as floats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_money, check_turnover, no_money, some
from crmkit._frames import is_engine, open_as_given
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import CUSTOMERS, float_columns
from crmkit.errors import SchemaError

__all__ = ["Measures", "measured"]

Measures: TypeAlias = dict[str, Floats]

_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first; once fitted, an engine runs to_sql().",
    zh="{name} 须为内存中的表。请先读入内存；拟合之后，可在引擎中运行 to_sql() 的结果。",
)
_NOT_FINITE: Final = Message(
    en="{where} is missing or infinite in {n:,} {n:row|rows}{who}, first at rows {rows}. Fill or drop them.",
    zh="{who}{where}有 {n:,} 行缺失或为无穷大，最先见于行 {rows}。请补全或删除这些行。",
)
_WITH_ORDERS: Final = Message(en=" of those with an order", zh="在有订单的客户中，")


def measured(table: Any, columns: Sequence[str], *, name: str, may_lack: Collection[str] = ()) -> Measures:
    """Read the columns of a table in memory; `n_orders` must be known everywhere, the others where somebody ordered.

    Money may be missing throughout, as it is where orders carry no price, in the columns that ``may_lack`` names; it is
    then missing for everybody.
    """
    if is_engine(open_as_given(table, name=name)):
        raise TypeError(_ON_ENGINE(name=Parameter(name)))
    values = float_columns(table, CUSTOMERS, columns, name=name)
    ordered = values["n_orders"] > 0
    for column, floats in values.items():
        if column in CUSTOMERS and CUSTOMERS[column].kind == "money" and no_money(floats, among=ordered):
            if column not in may_lack:
                check_money(floats, where=Column(name, column), among=ordered)
            values[column] = np.full(len(floats), np.nan)
            continue
        wrong = ~np.isfinite(floats) if column == "n_orders" else ~np.isfinite(floats) & ordered
        at = np.flatnonzero(wrong)
        if at.size:
            who = "" if column == "n_orders" else _WITH_ORDERS()
            raise SchemaError(_NOT_FINITE(where=Column(name, column), n=at.size, who=who, rows=some(at.tolist())))
        with np.errstate(over="ignore"):
            check_turnover(float(np.nansum(np.abs(floats))), where=Column(name, column))
    return values
