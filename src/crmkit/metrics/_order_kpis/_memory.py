"""What is counted of the transactions of each period, in memory, by sorting them."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._frames import positions_of, sort_order, sorted_codes, starts_of_runs
from crmkit._grouping import Groups
from crmkit._stats import TOP_SHARE, ranked_sums
from crmkit.metrics._order_kpis._counts import Counts, counts_of
from crmkit.metrics._order_kpis._periods import LONG_BEFORE, Periods

__all__ = ["count_in_memory"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class _Done(NamedTuple):
    """What a customer did in a period in which something of them is known, sorted by customer and period.

    ``row`` is one of their transactions, ``was_there`` whether they bought at any time in the period; the rest is of
    its days that count.
    """

    row: Ints
    place: Ints
    revenue: Floats
    orders: Ints
    was_there: Flags
    is_new: Flags
    is_retained: Flags


def count_in_memory(rows: nw.DataFrame[Any], periods: Periods, groups: Groups | None, *, count: str) -> Counts:
    """Count transactions that end by the last day of the periods; ``count`` is "orders" or "days"."""
    days = day_numbers(rows["date"].to_numpy())
    priced = not bool(np.isnan(rows["amount"].to_numpy()[0]))
    done = _done(rows, periods, days, priced=priced, count=count)
    n_periods = len(periods.numbers)
    everybody = np.zeros(len(done.row), dtype=np.int64)
    sums = [_sums(done, everybody, 1, n_periods)]
    if groups is not None:
        group = groups.of_ids(rows["customer_id"][done.row])
        sums.insert(0, _sums(done, group, len(groups.labels) + 1, n_periods))
    known = periods.known(np.datetime64(int(days.min()), "D"))
    return counts_of(pd.concat(sums, ignore_index=True), priced=priced, known=known)


def _done(rows: nw.DataFrame[Any], periods: Periods, days: Ints, *, priced: bool, count: str) -> _Done:
    """Sort the transactions by customer and period and add them up."""
    width = len(periods.numbers) - LONG_BEFORE
    keys = sorted_codes(rows["customer_id"]) * width
    keys += periods.places(days) - LONG_BEFORE
    order = sort_order(keys)
    keys = keys[order]
    starts = starts_of_runs(keys)
    place = keys[starts] % width + LONG_BEFORE
    is_next = np.append(False, keys[starts[1:]] == keys[starts[:-1]] + 1) & (place >= 0)
    customer_starts = np.append(True, keys[starts[1:]] // width != keys[starts[:-1]] // width)
    del keys
    n_orders = rows["n_orders"].to_numpy()[order]
    if count == "days":
        n_orders = (n_orders > 0).astype(np.int64)
    amounts = rows["amount"].to_numpy()[order] if priced else np.zeros(len(n_orders))
    all_orders = np.add.reduceat(n_orders, starts)
    orders = all_orders
    if periods.is_cut:
        counts = days[order] >= np.datetime64(periods.first, "D").astype(np.int64)
        n_orders, amounts = np.where(counts, n_orders, 0), np.where(counts, amounts, 0.0)
        orders = np.add.reduceat(n_orders, starts)
    was_there = all_orders > 0
    return _Done(
        row=positions_of(order, starts),
        place=place,
        revenue=np.add.reduceat(amounts, starts),
        orders=orders,
        was_there=was_there,
        is_new=_is_first(was_there, customer_starts) & (orders == all_orders) & (orders > 0),
        is_retained=is_next & np.append(False, was_there[:-1]) & (orders > 0),
    )


def _is_first(was_there: Flags, customer_starts: Flags) -> Flags:
    """Whether it is the first period in which the customer was there."""
    before: Ints = np.cumsum(was_there) - was_there
    of_customer: Ints = before[customer_starts][np.cumsum(customer_starts) - 1]
    return np.asarray(was_there & (before == of_customer))


def _sums(done: _Done, group: Ints, n_groups: int, n_periods: int) -> pd.DataFrame:
    """Add up the customers of each group and period."""
    n_cells = n_groups * n_periods
    inside = np.flatnonzero(done.place >= 0)
    cell = (group * n_periods + done.place)[inside]

    def total(values: npt.NDArray[Any]) -> Floats:
        return np.asarray(np.bincount(cell, weights=values, minlength=n_cells), dtype=np.float64)

    revenue, orders, is_new = done.revenue[inside], done.orders[inside], done.is_new[inside]
    active = np.flatnonzero(orders > 0)
    spend = np.maximum(revenue[active], 0.0)
    ranked, top = ranked_sums(spend, cell[active], n_cells, share=TOP_SHARE)
    # Those who were there in a period are the base of the next.
    there = np.flatnonzero(done.was_there & (done.place > LONG_BEFORE) & (done.place < n_periods - 1))
    return pd.DataFrame(
        {
            "new_revenue": total(np.where(is_new, revenue, 0.0)),
            "returning_revenue": total(np.where(is_new, 0.0, revenue)),
            "orders": total(orders),
            "new_orders": total(np.where(is_new, orders, 0)),
            "active": np.bincount(cell[active], minlength=n_cells),
            "new": total(is_new),
            "repeat": total(orders >= 2),
            "retained": total(done.is_retained[inside]),
            "base": np.bincount((group * n_periods + done.place + 1)[there], minlength=n_cells),
            "spend": np.bincount(cell[active], weights=spend, minlength=n_cells),
            "ranked": ranked,
            "top": top,
        }
    )
