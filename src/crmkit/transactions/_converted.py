"""Amounts of several currencies converted to one by a table of rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_number
from crmkit._frames import flag, looked_up, pandas_series, with_values
from crmkit._messages import Message
from crmkit._reading import Rates, Reason, Rows

__all__ = ["CURRENCY", "RATE", "converted", "without_rate"]

CURRENCY: Final = "__crmkit_currency"
RATE: Final = "__crmkit_rate"
_OF_ORDER: Final = "__crmkit_rate_of_order"
_DAY: Final = "__crmkit_rate_day"
_FIRST: Final = "__crmkit_first_sold"

_SAYS: Final = Message(
    en="{n:,} in a currency without a rate on their day ({shown})", zh="{n:,} 行的货币在当日没有汇率（{shown}）"
)


def converted(
    rows: Rows, rates: Rates, *, money: Mapping[str, str], amount: str, time: str, customer: str, order: str
) -> Rows:
    """Multiply the ``money`` by the rate of each row; what was given is kept under the names that it is mapped to.

    A refund (``amount`` below zero) takes the rate of the day on which its order was first bought, where that is known
    and has one; every other row takes the rate of its own day. Money without a rate is missing.
    """
    there = [column for column in money if column in rows.where]
    frame = rows.frame.with_columns(*(nw.col(column).alias(money[column]) for column in there))
    keys = [customer, order] if rates.dated and order in rows.sources else []
    find = _rates_in_memory if isinstance(frame, nw.DataFrame) else _rates_in_engine
    frame = find(cast("Any", frame), rates, amount=amount, time=time, keys=keys)
    frame = frame.with_columns(nw.when(nw.col(RATE).is_finite()).then(nw.col(RATE)).alias(RATE))
    return replace(rows, frame=frame.with_columns(*(nw.col(column) * nw.col(RATE) for column in there)))


def without_rate(*, given: str) -> Reason:
    """The reason of rows whose amount, as it was ``given``, has no rate."""
    return Reason("no_rate", CURRENCY, nw.col(RATE).is_null() & ~nw.col(given).is_null(), _SAYS)


def _rates_in_memory(
    frame: nw.DataFrame[Any], rates: Rates, *, amount: str, time: str, keys: list[str]
) -> nw.DataFrame[Any]:
    codes = pandas_series(frame[CURRENCY]).reset_index(drop=True)
    days = _days(frame[time])
    found = rates.of(codes, days)
    if keys:
        amounts = pandas_series(frame[amount]).to_numpy(dtype=np.float64, na_value=np.nan)
        refunds = np.flatnonzero(amounts < 0)
        first = _first_days(frame, keys, days=np.where(amounts >= 0, days, np.nan))[refunds]
        # A day that is not known, or a purchase after the refund, leaves the refund its own day.
        of_order = rates.of(codes.iloc[refunds], np.where(first < days[refunds], first, np.nan))
        found[refunds] = np.where(np.isnan(of_order), found[refunds], of_order)
    return with_values(frame, RATE, found)


def _first_days(frame: nw.DataFrame[Any], keys: list[str], *, days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The first of the days of each order; missing for rows that name no order or no customer."""
    (customers, _), (orders, ids) = (pd.factorize(pandas_series(frame[key])) for key in keys)
    order = pd.Series(np.where((customers >= 0) & (orders >= 0), customers * len(ids) + orders, -1))
    first = pd.Series(days).groupby(order).transform("min").to_numpy()
    return np.where(order >= 0, first, np.nan)


def _days(column: nw.Series[Any]) -> npt.NDArray[np.float64]:
    times = pandas_series(column).to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))
    return np.where(np.isnat(times), np.nan, times.astype("datetime64[D]").astype(np.float64))


def _rates_in_engine(
    frame: nw.LazyFrame[Any], rates: Rates, *, amount: str, time: str, keys: list[str]
) -> nw.LazyFrame[Any]:
    day = day_number(nw.col(time)) if rates.dated else nw.lit(0.0)
    frame = _with_rates(frame.with_columns(day.alias(_DAY)), rates, day=nw.col(_DAY), name=RATE)
    if not keys:
        return frame
    sold = nw.when(nw.col(amount) >= 0).then(nw.col(_DAY))
    frame = frame.with_columns(sold.alias(_FIRST)).with_columns(nw.col(_FIRST).min().over(*keys))
    named = ~nw.col(keys[0]).is_null() & ~nw.col(keys[1]).is_null()
    takes = flag(named & (nw.col(amount) < 0) & (nw.col(_FIRST) < nw.col(_DAY))) == 1
    frame = _with_rates(frame, rates, day=nw.when(takes).then(nw.col(_FIRST)), name=_OF_ORDER)
    of_order = nw.col(_OF_ORDER)
    return frame.with_columns(nw.when(~of_order.is_null()).then(of_order).otherwise(nw.col(RATE)).alias(RATE))


def _with_rates(frame: nw.LazyFrame[Any], rates: Rates, *, day: nw.Expr, name: str) -> nw.LazyFrame[Any]:
    """Add the rate of a day to each row."""
    key = f"{name}_day"
    held = nw.when(day > rates.last_day).then(nw.lit(float(rates.last_day))).otherwise(day)
    frame = frame.with_columns(held.cast(nw.Int64).alias(key))
    table = rates.daily().rename(columns={"code": CURRENCY, "day": key, "rate": name})
    native: Any = looked_up(cast("Any", frame.to_native()), table, on=[CURRENCY, key])
    return cast("nw.LazyFrame[Any]", nw.from_native(native))
