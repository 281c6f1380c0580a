"""What customers who stay in their engine keep of what they buy."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit._frames import FrameT, collected, give_back, open_frame
from crmkit._tables import CUSTOMERS, open_table
from crmkit.value._spend._refund_rate import RefundRate, young_days

__all__ = ["holds_refunds", "times_kept"]

_SPEND, _BACK = nw.col("spend"), nw.col("returned")


def holds_refunds(customers: FrameT) -> bool:
    """Whether anything was returned, as far as the table says; in the engine of the customers."""
    if "returned" not in open_frame(customers, name="customers").collect_schema().names():
        return False
    rows = open_table(customers, CUSTOMERS, columns=("returned",))
    told = rows.filter(_BACK.is_finite() & (_BACK > 0)).select(nw.len().alias("n"))
    return int(collected(told)["n"][0] or 0) > 0


def times_kept(customers: FrameT, value: str, *, refunds: RefundRate, lag: float) -> FrameT:
    """Multiply a column by the share that each customer is expected to keep."""
    rows = open_frame(customers, name="customers")
    kept: nw.Expr | float = 1 - refunds.rate
    if "returned" in rows.collect_schema().names():
        needed = ("frequency", "spend", "returned", *(("recency", "T") if lag > 0 else ()))
        open_table(customers, CUSTOMERS, columns=needed)
        kept = _kept(refunds, lag=lag)
    return give_back(rows.with_columns((nw.col(value) * kept).alias(value)), like=customers)


def _kept(refunds: RefundRate, *, lag: float) -> nw.Expr:
    """The same as `Returns.kept`, as an expression."""
    history = (nw.col(name).cast(nw.Float64) for name in ("frequency", "recency", "T"))
    days = nw.col("frequency").cast(nw.Float64) + 1
    settled = days - young_days(*history, lag=lag, clipped=lambda x: x.clip(0, 1)) if lag > 0 else days
    # Engines order NaN above all numbers, and refuse to divide by zero.
    bought = _SPEND.is_finite() & (_SPEND + _BACK > 0)
    back = nw.min_horizontal(days * _BACK / nw.when(bought).then(_SPEND + _BACK).otherwise(nw.lit(1.0)), settled)
    own = 1 - (back + refunds.prior_days * refunds.rate) / (settled + refunds.prior_days)
    return nw.when(bought).then(own).otherwise(nw.lit(1 - refunds.rate))
