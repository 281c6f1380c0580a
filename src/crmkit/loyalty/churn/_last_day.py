"""A last day that is not full, or long past: what looks like churn and is none."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_numbers
from crmkit._messages import Message
from crmkit.activity import log_coverage_table, log_span

__all__ = ["warn_of_last_day"]

# Two quarters and a few days are all that the last day is compared with.
_DAYS_COMPARED: Final = 200

_PARTIAL: Final = Message(
    en="{@as_of}, {day:%Y-%m-%d}, holds {n:,} {n:order|orders}, fewer than the {low:,.0f} or more that the days before "
    "make likely. Part of a day looks like churn: give the last full day.",
    zh="{@as_of}（{day:%Y-%m-%d}）只有 {n:,} 笔订单，少于按此前各日推算的至少 {low:,.0f} 笔。"
    "不完整的一天看起来像流失，请给出最后一个完整的日期。",
)
_STALE: Final = Message(
    en="{@as_of} is {day:%Y-%m-%d}, but the newest order is of {newest:%Y-%m-%d}, longer before than the rhythm of the "
    "log makes likely. Where orders are yet to come in, everyone looks churned: give the last full day.",
    zh="{@as_of} 为 {day:%Y-%m-%d}，而最新订单在 {newest:%Y-%m-%d}，间隔之长不符合该日志的节奏。"
    "若订单尚未入库，所有客户都像流失，请给出最后一个完整的日期。",
)


def warn_of_last_day(transactions: nw.DataFrame[Any], as_of: datetime, *, stacklevel: int) -> None:
    """Warn if the newest orders end before the day does; a day that others follow is taken for full."""
    numbers = day_numbers(transactions["date"].to_numpy())
    last = int(np.datetime64(as_of, "D").astype(np.int64))
    if not len(numbers) or numbers.max() > last:
        return
    days = _daily(numbers, transactions["n_orders"].to_numpy())
    span = log_span(days)
    if span.newest_order is not None and span.is_stale(as_of):
        warnings.warn(_STALE(day=as_of, newest=span.newest_order), stacklevel=stacklevel + 1)
        return
    recent = days[days["date"] > pd.Timestamp(as_of) - pd.Timedelta(days=_DAYS_COMPARED)]
    if recent.empty:
        return
    found = log_coverage_table(recent.assign(customer_id=0, amount=0.0), as_of=as_of, freq="D").iloc[-1]
    if found["n_orders"] < found["expected_low"]:
        said = _PARTIAL(day=as_of, n=int(found["n_orders"]), low=np.ceil(found["expected_low"]))
        warnings.warn(said, stacklevel=stacklevel + 1)


def _daily(numbers: np.ndarray[Any, Any], n_orders: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Orders by day, of the days that have a row."""
    first = int(numbers.min())
    sums = np.bincount(numbers - first, weights=n_orders)
    present = np.flatnonzero(np.bincount(numbers - first))
    dates = (present + first).astype("datetime64[D]").astype("datetime64[us]")
    return pd.DataFrame({"date": dates, "n_orders": sums[present].astype(np.int64)})
