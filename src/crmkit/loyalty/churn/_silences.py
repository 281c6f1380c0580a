"""Who was at risk at each cutoff, and how long after its gap they bought again.

The rows are worked out in two ways, like the customers table: by expressions for engines, and by NumPy.
"""

from __future__ import annotations

from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number, day_numbers, next_day
from crmkit._frames import (
    AnyFrame,
    flag,
    from_pandas,
    midnight,
    positions_of,
    sort_by_day,
    sort_order,
    sorted_codes,
    starts_of_runs,
)
from crmkit.loyalty.churn._windows import Windows

__all__ = ["WAIT", "silences", "silences_by_expressions", "silences_in_memory"]

WAIT = "wait"
"""Days from the end of the gap to the next purchase day, 1 or more; missing if none is known by ``as_of``."""

_PLACE = "__place"


def silences(transactions: AnyFrame, windows: Windows) -> AnyFrame:
    """Give ``customer_id``, ``cutoff`` and ``wait`` for everyone at risk at each cutoff; in memory sorted by both."""
    if isinstance(transactions, nw.DataFrame):
        return silences_in_memory(transactions, windows)
    return silences_by_expressions(transactions, windows)


def silences_by_expressions(transactions: AnyFrame, windows: Windows) -> AnyFrame:
    """Work the rows out with expressions that every kind of frame can run; each transaction is read once."""
    first, last = (midnight(day, of=transactions) for day in (windows.first_day, next_day(windows.as_of)))
    date, day = nw.col("date"), nw.col("day")
    bought = transactions.filter(nw.col("n_orders") > 0, date >= first, date < last)
    rows = bought.select("customer_id", day_number(date).alias("day"))
    was, then = ([f"{name}_{place}" for place in range(len(windows.cutoffs))] for name in ("was", "next"))
    marked = rows.with_columns(
        *(
            flag((day > cutoff - windows.lookback) & (day <= cutoff)).alias(name)
            for name, cutoff in zip(was, windows.numbers, strict=True)
        ),
        *(
            nw.when(day > cutoff + windows.gap).then(day - (cutoff + windows.gap)).alias(name)
            for name, cutoff in zip(then, windows.numbers, strict=True)
        ),
    )
    customers = marked.group_by("customer_id").agg(nw.col(*was).max(), nw.col(*then).min())
    cutoffs = pd.DataFrame({_PLACE: range(len(was)), "cutoff": pd.Series(windows.cutoffs, dtype="datetime64[us]")})
    listed = nw.from_native(cast("Any", from_pandas(cutoffs, like=cast("Any", transactions.to_native()))))
    crossed = customers.join(cast("Any", listed), how="cross")
    found = crossed.with_columns(_at_its_place(was).alias("was"), _at_its_place(then).alias(WAIT))
    found = found.filter(nw.col("was") > 0)
    return found.select("customer_id", nw.col("cutoff").cast(nw.Datetime("us")), nw.col(WAIT).cast(nw.Float64))


def _at_its_place(names: list[str]) -> nw.Expr:
    """The value of the column that belongs to the cutoff of a row."""
    found = nw.col(names[0])
    for place, name in enumerate(names):
        if place:
            found = nw.when(nw.col(_PLACE) == place).then(nw.col(name)).otherwise(found)
    return found


def silences_in_memory(transactions: nw.DataFrame[Any], windows: Windows) -> nw.DataFrame[Any]:
    """Do what `silences_by_expressions` does, sorted by customer and cutoff."""
    bought = transactions.filter(
        nw.col("n_orders") > 0, nw.col("date") >= windows.first_day, nw.col("date") < next_day(windows.as_of)
    )
    codes, days = sorted_codes(bought["customer_id"]), day_numbers(bought["date"].to_numpy())
    order = sort_by_day(codes, days)
    codes, days = codes[order].astype(np.int32), days[order].astype(np.int32)
    ids = (
        bought.select("customer_id")[positions_of(order, starts_of_runs(codes))]
        if len(codes)
        else bought.select("customer_id")
    )
    who, waits = [], []
    for cutoff in windows.numbers:
        at_risk = np.zeros(len(ids), dtype=bool)
        at_risk[codes[(days > cutoff - windows.lookback) & (days <= cutoff)]] = True
        following = np.full(len(ids), np.nan)
        # From the last to the first: of the days of a customer the earliest is written last, and stays.
        later = np.flatnonzero(days > cutoff + windows.gap)[::-1]
        following[codes[later]] = days[later]
        who.append(np.flatnonzero(at_risk))
        waits.append(following[who[-1]] - (cutoff + windows.gap))
    return _table(ids, who, waits, windows)


def _table(
    ids: nw.DataFrame[Any], who: list[np.ndarray[Any, Any]], waits: list[np.ndarray[Any, Any]], windows: Windows
) -> nw.DataFrame[Any]:
    backend = ids.implementation
    customers = np.concatenate(who)
    places = np.repeat(np.arange(len(who)), [len(each) for each in who])
    order = sort_order(customers) if len(customers) else slice(None)
    cutoffs = np.array(windows.cutoffs, dtype="datetime64[us]")[places[order]]
    found = ids[customers[order]]
    return found.with_columns(
        nw.new_series("cutoff", cutoffs, nw.Datetime("us"), backend=backend),
        nw.new_series(WAIT, np.concatenate(waits)[order], nw.Float64, backend=backend),
    ).with_columns(nw.col(WAIT).fill_nan(None))
