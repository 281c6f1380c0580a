"""What each customer did in one or two ranges of periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._frames import collected
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.metrics.base_audit._ranges import Range
from crmkit.metrics.base_audit._rows import BEFORE, ActivityRows

__all__ = ["CustomerSums", "customer_sums"]

_NEVER: Final = 9

_NOBODY: Final = Message(
    en="{@activity} has no orders from {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
    zh="{first:%Y-%m-%d} 至 {last:%Y-%m-%d}，{@activity} 中没有订单。",
)


class CustomerSums(NamedTuple):
    """A value for each customer acquired by the end of the last range, in no particular order.

    Attributes
    ----------
    sums : list of dict of str to ndarray
        For each range ``n_orders``, ``spend`` and, where known, ``profit``.
    acquired : ndarray of int
        When they were acquired: 0 by the end of the first range, 2 in the second, 1 between the two.
    """

    sums: list[dict[str, Floats]]
    acquired: npt.NDArray[np.int64]

    def active(self, place: int = 0) -> npt.NDArray[np.bool_]:
        """Who ordered in a range."""
        return self.sums[place]["n_orders"] > 0


def customer_sums(rows: ActivityRows, ranges: Sequence[Range]) -> CustomerSums:
    """Add up each customer's activity in each range, in the engine; a row per customer comes into memory."""
    measures = rows.measures
    until = rows.frame.filter(nw.col("number") <= ranges[-1].numbers[-1])
    split = until.select(
        "customer_id",
        _acquired(rows, ranges).alias("acquired"),
        **{
            f"{name}_{place}": nw.when(each.holds).then(nw.col(name)).otherwise(nw.lit(0).cast(_type_of(name)))
            for place, each in enumerate(ranges)
            for name in measures
        },
    )
    names = [f"{name}_{place}" for place in range(len(ranges)) for name in measures]
    table = collected(split.group_by("customer_id").agg(nw.col("acquired").min(), nw.col(*names).sum()))
    columns = {name: table[name].to_numpy().astype(np.float64) for name in names}
    sums = [{name: columns[f"{name}_{place}"] for name in measures} for place in range(len(ranges))]
    acquired = table["acquired"].to_numpy().astype(np.int64)
    # Of those who never ordered there are refunds: they bought before the data.
    found = CustomerSums(sums, np.where(acquired == _NEVER, 0, acquired))
    if not any(found.active(place).any() for place in range(len(ranges))):
        raise SchemaError(_NOBODY(first=ranges[0].first, last=ranges[-1].last))
    return found


def _acquired(rows: ActivityRows, ranges: Sequence[Range]) -> nw.Expr:
    """When a customer was acquired, as far as a row says it; the smallest of a customer's rows counts."""
    first, last = ranges[0], ranges[-1]
    if rows.has_cohort:
        # Days in text sort like days.
        cohort = nw.col("cohort")
        early = (cohort == BEFORE) | (cohort <= f"{first.last:%Y-%m-%d}")
        return _place(early, cohort < f"{last.first:%Y-%m-%d}").cast(nw.Int64)
    number = nw.col("number")
    place = _place(number <= first.numbers[-1], number < last.numbers[0])
    return nw.when(nw.col("n_orders") > 0).then(place).otherwise(nw.lit(_NEVER)).cast(nw.Int64)


def _place(early: nw.Expr, between: nw.Expr) -> nw.Expr:
    return nw.when(early).then(nw.lit(0)).otherwise(nw.when(between).then(nw.lit(1)).otherwise(nw.lit(2)))


def _type_of(measure: str) -> type[nw.Int64] | type[nw.Float64]:
    return nw.Int64 if measure == "n_orders" else nw.Float64
