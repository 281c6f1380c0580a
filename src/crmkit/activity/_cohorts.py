"""Cohorts: customers by the period of their first purchase, and how many of them came back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import Freq, check_freq, next_day, number_of_period, period_number
from crmkit._checks import Day, as_day
from crmkit._frames import AnyFrame, FrameT, from_pandas, join_frames, midnight, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import ACTIVITY, open_table
from crmkit.activity._activity import activity_by_period
from crmkit.activity._door import BEFORE
from crmkit.errors import SchemaError

__all__ = ["cohort_table"]

_OF_ACTIVITY: Final = ("customer_id", "period", "n_orders")
_NO_PURCHASE: Final = Message(
    en="{@transactions} has no purchase up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有购买，请给出更晚的 {@as_of}。",
)


def cohort_table(transactions: FrameT, *, as_of: Day, freq: Freq = "M") -> FrameT:
    """Count how many of the customers first seen in each period bought in each later one.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them; or an activity table, as `as_activity` gives it, with periods of length
        ``freq``. Customers acquired before the data, whose cohort is "before", are then left out.
    as_of : date or ISO text
        The last day that counts. Unless it ends a period, every cohort's last age is incomplete.
    freq : {"D", "W", "M", "Q", "Y"}, default "M"
        Length of a period: day, week from Monday, month, quarter or year.

    Returns
    -------
    the kind of frame given
        One row per cohort and age up to ``as_of``, sorted. ``cohort``: first day of the period of the first
        purchase. ``age``: periods since then, from 0. ``n_customers``: customers of the cohort with a purchase
        day at that age, 0 where nobody had one. ``size``: customers of the cohort. ``retention``:
        ``n_customers / size``, in [0, 1], 1 at age 0. An age after ``as_of`` has no row.

    Raises
    ------
    SchemaError
        If a column is missing, or nobody bought by ``as_of``.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, or ``freq`` is not one of those listed.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1997-04-30")
    >>> cohorts.query("age == 1")
          cohort  age  n_customers  size  retention
    1 1997-01-01    1          124   781   0.158771
    5 1997-02-01    1          134   857   0.156359
    8 1997-03-01    1           87   719   0.121001
    """
    check_freq(freq)
    last_day = as_day(as_of, name="as_of")
    active = _activity(transactions, last_day, freq).filter(nw.col("n_orders") > 0)
    firsts = active.group_by("customer_id").agg(nw.col("period").min().alias("cohort"))
    counted = (
        join_frames(active, firsts, on="customer_id", how="inner")
        .group_by("cohort", "period")
        .agg(nw.len().alias("n_customers"))
    )
    number = {name: period_number(nw.col(name), freq=freq) for name in ("period", "cohort")}
    counts = to_pandas(
        counted.select("cohort", "n_customers", born=number["cohort"], age=number["period"] - number["cohort"])
    )
    if counts.empty:
        raise SchemaError(_NO_PURCHASE(day=last_day))
    last = number_of_period(last_day, freq=freq)
    return from_pandas(_every_age(counts, last=last), like=transactions)


def _activity(table: object, last_day: datetime, freq: Freq) -> AnyFrame:
    """The activity up to a day: worked out from transactions, or as it came."""
    columns = open_frame(table, name="transactions").collect_schema().names()
    if "period" not in columns or "date" in columns:
        return activity_by_period(table, as_of=last_day, freq=freq)
    rows = open_table(table, ACTIVITY, name="transactions", columns=_OF_ACTIVITY)
    rows = rows.filter(nw.col("period") < midnight(next_day(last_day), of=rows))
    rows = rows.filter(nw.col("cohort") != BEFORE) if "cohort" in columns else rows
    return rows.select(*_OF_ACTIVITY)


def _every_age(counts: pd.DataFrame, *, last: int) -> pd.DataFrame:
    """Fill in the ages at which nobody of a cohort bought."""
    cohorts = counts.loc[counts["age"] == 0].sort_values("cohort")
    ages = last - cohorts["born"].to_numpy() + 1
    table = pd.DataFrame(
        {
            "cohort": np.repeat(cohorts["cohort"].to_numpy(), ages),
            "age": np.concatenate([np.arange(count) for count in ages]),
            "size": np.repeat(cohorts["n_customers"].to_numpy(), ages),
        }
    )
    table = table.merge(counts[["cohort", "age", "n_customers"]], on=["cohort", "age"], how="left")
    table["n_customers"] = table["n_customers"].fillna(0).astype("int64")
    table["retention"] = table["n_customers"] / table["size"]
    return table[["cohort", "age", "n_customers", "size", "retention"]]
