"""What each customer's features are worked out from: sums over their days, their windows and their gaps.

The sums are worked out in two ways, like the customers table: by expressions for engines, and by NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._calendar import day_number, day_numbers
from crmkit._frames import (
    AnyFrame,
    flag,
    join_frames,
    positions_of,
    sort_by_day,
    sorted_codes,
    starts_of_runs,
)

__all__ = ["WEEKDAYS", "feature_sums", "sums_by_expressions", "sums_in_memory"]

WEEKDAYS: Final = range(1, 8)
"""From Monday to Sunday."""

_OF_GAPS: Final = ("gap_squares", "log_gap_sum", "gap_max", "gap_last")
# More than the days between any two dates.
_MANY_DAYS: Final = 100_000.0
_THURSDAY: Final = 3

_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]


def feature_sums(transactions: AnyFrame, *, as_of: datetime, windows: Sequence[int]) -> AnyFrame:
    """Sum up transactions that end by ``as_of``; in memory sorted by customer.

    ``customer_id``; ``first`` and ``last``, the number of the first and the last purchase day; ``n_orders``, ``days``
    (purchase days), ``spend``, ``returned``; ``weekday_1`` to ``weekday_7``, purchase days by weekday; of the gaps
    between purchase days the sums of squares and logarithms, the longest and the latest; and for each window
    ``orders_``, ``days_``, ``spend_`` and ``returned_`` within it, ``orders_before_`` and ``paid_before_`` in the one
    before, which is as long.
    """
    if isinstance(transactions, nw.DataFrame):
        return sums_in_memory(transactions, as_of=as_of, windows=windows)
    return sums_by_expressions(transactions, as_of=as_of, windows=windows)


def _number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def sums_by_expressions(transactions: AnyFrame, *, as_of: datetime, windows: Sequence[int]) -> AnyFrame:
    """Work the sums out with expressions that engines can run."""
    today, bought, day = _number(as_of), nw.col("n_orders") > 0, nw.col("day")
    n_orders = nw.col("n_orders").cast(nw.Float64)
    rows = transactions.select("customer_id", n_orders, "amount", day_number(nw.col("date")).alias("day"))
    back = ~bought & (nw.col("amount") < 0)
    rows = rows.with_columns(
        nw.when(bought).then(day).alias("first"),
        nw.when(bought).then(day).alias("last"),
        flag(bought).cast(nw.Float64).alias("days"),
        nw.when(bought).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("paid"),
        nw.when(back).then(nw.col("amount") * -1).otherwise(nw.lit(0.0)).alias("returned"),
        (day + _THURSDAY - ((day + _THURSDAY) / 7).floor() * 7 + 1).alias("weekday"),
    )
    parts = {f"weekday_{number}": flag(bought & (nw.col("weekday") == number)) for number in WEEKDAYS}
    for window in windows:
        within, before = day > today - window, (day <= today - window) & (day > today - 2 * window)
        for name, when, what in _parts(window):
            parts[name] = nw.when(within if when == "within" else before).then(nw.col(what)).otherwise(nw.lit(0))
    rows = rows.with_columns(*(part.cast(nw.Float64).alias(name) for name, part in parts.items()))
    sums = rows.group_by("customer_id").agg(
        nw.col("first").min(),
        nw.col("last").max(),
        nw.col("n_orders", "days", "amount", "returned", *parts).sum(),
        nw.col("amount").count().alias("n_known"),
    )
    money = ["spend", "returned", *(name for window in windows for name, _, what in _parts(window) if _is_money(what))]
    sums = sums.rename({"amount": "spend"})
    # The sum of nothing but missing amounts is 0 on some engines, and missing on others.
    known = [nw.when(nw.col("n_known") > 0).then(nw.col(name).fill_null(0.0)).alias(name) for name in money]
    sums = sums.with_columns(*known).drop("n_known")
    return join_frames(sums, _gaps_by_expressions(rows), on="customer_id", how="left")


def _parts(window: int) -> list[tuple[str, str, str]]:
    """The sums of a window: the name of each, when it is, and of what."""
    within = [("orders", "n_orders"), ("days", "days"), ("spend", "amount"), ("returned", "returned")]
    before = [("orders_before", "n_orders"), ("paid_before", "paid")]
    return [
        *((f"{name}_{window}", "within", what) for name, what in within),
        *((f"{name}_{window}", "before", what) for name, what in before),
    ]


def _is_money(what: str) -> bool:
    return what in ("amount", "returned", "paid")


def _gaps_by_expressions(rows: AnyFrame) -> AnyFrame:
    days = rows.filter(nw.col("days") > 0).select("customer_id", "day")
    before = nw.col("day").shift(1).over("customer_id", order_by="day")
    gaps = days.with_columns((nw.col("day") - before).alias("gap_max")).filter(~nw.col("gap_max").is_null())
    gap = nw.col("gap_max")
    gaps = gaps.with_columns(
        (gap * gap).alias("gap_squares"),
        gap.log().alias("log_gap_sum"),
        # The latest gap is that of the latest day; both travel in one number.
        (nw.col("day") * _MANY_DAYS + gap).alias("gap_last"),
        nw.col("day").alias("at"),
    )
    found = gaps.group_by("customer_id").agg(
        nw.col("gap_squares", "log_gap_sum").sum(), nw.col("gap_max", "gap_last", "at").max()
    )
    return found.with_columns((nw.col("gap_last") - nw.col("at") * _MANY_DAYS).alias("gap_last")).drop("at")


def sums_in_memory(transactions: nw.DataFrame[Any], *, as_of: datetime, windows: Sequence[int]) -> nw.DataFrame[Any]:
    """Do what `sums_by_expressions` does, sorted by customer."""
    codes, days = sorted_codes(transactions["customer_id"]), day_numbers(transactions["date"].to_numpy())
    order = sort_by_day(codes, days)
    ids = transactions.select("customer_id")[positions_of(order, starts_of_runs(codes[order]))]
    orders = transactions["n_orders"].to_numpy()[order].astype(np.float64)
    amounts = transactions["amount"].to_numpy()[order].astype(np.float64)
    codes, days = codes[order], days[order]
    sums = _sums(codes, days, orders, amounts, n=len(ids), today=_number(as_of), windows=windows)
    backend = transactions.implementation
    made = ids.with_columns(nw.new_series(name, values, nw.Float64, backend=backend) for name, values in sums.items())
    return made.with_columns(nw.col(*sums).fill_nan(None))


def _sums(
    codes: _Ints, days: _Ints, orders: Any, amounts: Any, *, n: int, today: int, windows: Sequence[int]
) -> Mapping[str, npt.NDArray[np.float64]]:
    bought = orders > 0
    weights = {
        "n_orders": orders,
        "days": bought.astype(np.float64),
        "amount": amounts,
        "paid": np.where(bought, amounts, 0.0),
        "returned": np.where(~bought & (amounts < 0), -amounts, 0.0),
    }

    def added(what: str, rows: _Flags | None = None) -> npt.NDArray[np.float64]:
        chosen = slice(None) if rows is None else rows
        return np.bincount(codes[chosen], weights[what][chosen], minlength=n).astype(np.float64)

    who, when = codes[bought], days[bought]
    found = {"first": np.full(n, np.nan), "last": np.full(n, np.nan)}
    found["last"][who] = when
    found["first"][who[::-1]] = when[::-1]
    found |= {"n_orders": added("n_orders"), "days": added("days"), "spend": added("amount")}
    unpriced = np.isnan(found["spend"])
    found["returned"] = np.where(unpriced, np.nan, added("returned"))
    weekday = (when + _THURSDAY) % 7 + 1
    for number in WEEKDAYS:
        found[f"weekday_{number}"] = np.bincount(who[weekday == number], minlength=n).astype(np.float64)
    for window in windows:
        rows = {
            "within": days > today - window,
            "before": (days <= today - window) & (days > today - 2 * window),
        }
        for name, which, what in _parts(window):
            summed = added(what, rows[which])
            found[name] = np.where(unpriced, np.nan, summed) if _is_money(what) else summed
    return found | _gaps(who, when, n)


def _gaps(who: _Ints, when: _Ints, n: int) -> dict[str, npt.NDArray[np.float64]]:
    same = who[1:] == who[:-1]
    whose, gaps = who[1:][same], np.diff(when)[same].astype(np.float64)
    ever = np.bincount(whose, minlength=n) > 0
    longest, latest = np.zeros(n), np.full(n, np.nan)
    np.maximum.at(longest, whose, gaps)
    latest[whose] = gaps
    sums = {
        "gap_squares": np.bincount(whose, gaps * gaps, minlength=n),
        "log_gap_sum": np.bincount(whose, np.log(gaps), minlength=n),
        "gap_max": longest,
    }
    return {**{name: np.where(ever, values, np.nan) for name, values in sums.items()}, "gap_last": latest}
