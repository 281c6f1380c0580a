"""Amounts of customers who stay in their engine."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_money
from crmkit._frames import FrameT, collected, give_back, open_frame
from crmkit._messages import Column, Message
from crmkit._tables import CUSTOMERS, open_table
from crmkit.errors import SchemaError
from crmkit.value._spend._amounts import LEAST_AMOUNT, MOST_AMOUNT, NonPositive

__all__ = ["along_amounts", "check_amounts"]

_UNUSABLE: Final = Message(
    en="{where} is missing, infinite or below 0 for {n:,} {n:customer|customers} with a repeat purchase. "
    "Refunds taken from the mean do that: leave them out of the orders, or make the spend model with "
    "{@non_positive='drop'} to leave such customers out.",
    zh="{n:,} 位复购客户的{where}缺失、为无穷大或小于 0。从均值中扣除退款会导致这种情况：请在订单中去掉退款，"
    "或以 {@non_positive='drop'} 建立花费模型以排除这些客户。",
)
_BEYOND: Final = Message(
    en="{where} is not an amount between {least:.0e} and {most:.0e} for {n:,} {n:customer|customers} with a repeat "
    "purchase. {@customer_summary()} makes such columns.",
    zh="{n:,} 位复购客户的{where}不在 {least:.0e} 与 {most:.0e} 之间。可用 {@customer_summary()} 生成这样的列。",
)

_AMOUNT = nw.col("monetary_value")
_USABLE = _AMOUNT.is_finite() & (_AMOUNT > 0)
# Engines order NaN above all numbers.
_CAME_BACK = (nw.col("frequency") > 0) & nw.col("frequency").is_finite()


def check_amounts(customers: FrameT, *, non_positive: NonPositive) -> None:
    """Raise for impossible mean amounts, and for missing or negative ones unless they are left out."""
    rows = open_table(customers, CUSTOMERS, columns=("frequency", "monetary_value"))
    unusable = _CAME_BACK & ~(_AMOUNT.is_finite() & (_AMOUNT >= 0)).fill_null(False)
    if non_positive == "drop":
        unusable = _CAME_BACK & ~_AMOUNT.is_finite() & ~_AMOUNT.is_null()
    beyond = _CAME_BACK & (_AMOUNT > 0) & ((_AMOUNT < LEAST_AMOUNT) | (_AMOUNT > MOST_AMOUNT))
    counts = {
        "unusable": unusable,
        "beyond": beyond,
        "repeaters": _CAME_BACK,
        "lacking": _CAME_BACK & _AMOUNT.is_null(),
    }
    told = rows.select(nw.when(wrong).then(1).otherwise(0).sum().alias(name) for name, wrong in counts.items())
    n_unusable, n_beyond, n_repeaters, n_lacking = (int(n or 0) for n in collected(told).row(0))
    where = Column("customers", "monetary_value")
    check_money(np.full(n_lacking, np.nan) if n_lacking == n_repeaters else np.zeros(1), where=where)
    if n_unusable:
        raise SchemaError(_UNUSABLE(where=where, n=n_unusable))
    if n_beyond:
        raise SchemaError(_BEYOND(where=where, least=LEAST_AMOUNT, most=MOST_AMOUNT, n=n_beyond))


def along_amounts(customers: FrameT, *, at_zero: str, slope: str) -> FrameT:
    """Replace the columns of a straight line with its value at the customer's mean amount, missing where that is."""
    rows = open_frame(customers, name="customers")
    along = nw.when(_USABLE).then(nw.col(at_zero) + nw.col(slope) * _AMOUNT)
    value = nw.when(_CAME_BACK).then(along).otherwise(nw.col(at_zero))
    return give_back(rows.with_columns(value.alias(at_zero)).drop(slope), like=customers)
