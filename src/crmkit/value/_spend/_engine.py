"""Amounts of customers who stay in their engine."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit._frames import FrameT, collected, give_back, open_frame
from crmkit._tables import CUSTOMERS, open_table
from crmkit.errors import SchemaError
from crmkit.value._spend._amounts import LEAST_AMOUNT, MOST_AMOUNT, NonPositive

__all__ = ["along_amounts", "check_amounts"]

_AMOUNT = nw.col("monetary_value")
_USABLE = _AMOUNT.is_finite() & (_AMOUNT > 0)
# Engines order NaN above all numbers.
_CAME_BACK = (nw.col("frequency") > 0) & nw.col("frequency").is_finite()


def check_amounts(customers: FrameT, *, non_positive: NonPositive) -> None:
    """Raise for mean amounts that cannot be, and unless they are left out for those that are missing or below 0."""
    rows = open_table(customers, CUSTOMERS, columns=("frequency", "monetary_value"))
    unusable = _CAME_BACK & ~(_AMOUNT.is_finite() & (_AMOUNT >= 0)).fill_null(False)
    if non_positive == "drop":
        unusable = _CAME_BACK & ~_AMOUNT.is_finite() & ~_AMOUNT.is_null()
    beyond = _CAME_BACK & (_AMOUNT > 0) & ((_AMOUNT < LEAST_AMOUNT) | (_AMOUNT > MOST_AMOUNT))
    counts = {"unusable": unusable, "beyond": beyond}
    told = rows.select(nw.when(wrong).then(1).otherwise(0).sum().alias(name) for name, wrong in counts.items())
    n_unusable, n_beyond = (int(n or 0) for n in collected(told).row(0))
    if n_unusable:
        raise SchemaError(
            f"`customers['monetary_value']` is missing, infinite or below 0 for {n_unusable} customers with a repeat "
            "purchase. Refunds taken from the mean do that: leave them out of the orders, or make the spend model with "
            "non_positive='drop' to leave such customers out."
        )
    if n_beyond:
        raise SchemaError(
            f"`customers['monetary_value']` is no amount between {LEAST_AMOUNT:.0e} and {MOST_AMOUNT:.0e} for "
            f"{n_beyond} customers with a repeat purchase. customer_summary makes columns that fit."
        )


def along_amounts(customers: FrameT, *, at_zero: str, slope: str) -> FrameT:
    """Replace the columns of a straight line by its value at the customer's mean amount, missing where that is."""
    rows = open_frame(customers, name="customers")
    along = nw.when(_USABLE).then(nw.col(at_zero) + nw.col(slope) * _AMOUNT)
    value = nw.when(_CAME_BACK).then(along).otherwise(nw.col(at_zero))
    return give_back(rows.with_columns(value.alias(at_zero)).drop(slope), like=customers)
