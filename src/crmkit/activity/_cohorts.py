"""Cohorts: customers by the period of their first purchase, and how many of them came back."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import Freq, check_freq, next_day, number_of_period, period_number
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day, check_fraction, check_int, check_option
from crmkit._frames import AnyFrame, FrameT, from_pandas, join_frames, midnight, open_frame, to_pandas
from crmkit._messages import Message, Setting
from crmkit._tables import ACTIVITY, COHORTS, open_table
from crmkit.activity._activity import activity_by_period
from crmkit.activity._door import BEFORE
from crmkit.errors import SchemaError

__all__ = ["cohort_table"]

Kind: TypeAlias = Literal["classic", "rolling"]

_OF_ACTIVITY: Final = ("customer_id", "period", "n_orders")
_NOT_ROLLING: Final = Message(en="{@follow_up} goes with {setting} only.", zh="{@follow_up} 仅用于 {setting}。")
_TOO_YOUNG: Final = Message(
    en="No cohort of {@transactions} has been watched for {n} whole {n:period|periods} after its first by "
    "{day:%Y-%m-%d}. Give a later {@as_of} or a shorter {@follow_up}.",
    zh="截至 {day:%Y-%m-%d}，没有同期群在首期之后已观察满 {n} 个完整期间。请给出更晚的 {@as_of} 或更小的 "
    "{@follow_up}。",
)
_NO_PURCHASE: Final = Message(
    en="{@transactions} has no purchase up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有购买，请给出更晚的 {@as_of}。",
)


def cohort_table(
    transactions: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    kind: Kind = "classic",
    follow_up: int | None = None,
    level: float = 0.95,
) -> FrameT:
    """Count how many of the customers first seen in each period bought in each later one, or from then on.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them; or an activity table, as `as_activity` gives it, with periods of length
        ``freq``. Customers acquired before the data, whose cohort is "before", are then left out.
    as_of : date or ISO text
        The last day that counts. Unless it ends a period, every cohort's last age is incomplete.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    kind : {"classic", "rolling"}, default "classic"
        Who counts at an age: customers who bought at that age, or those who bought at that age or later. Rolling
        retention grows while a cohort is watched, so all cohorts are watched equally long and in whole periods.
    follow_up : int, optional
        With ``kind="rolling"``, and only then: the periods after the first in which purchases count. Cohorts that have
        not been watched so long are left out. By default as many as the youngest cohort has been watched for, the
        shortest of all.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per cohort and age up to ``as_of``, or to ``follow_up``, sorted. ``cohort``: first day of the period of
        the first purchase. ``age``: periods since then, from 0. ``n_customers``: customers of the cohort with a
        purchase day at that age, or, rolling, at that age or later; 0 where nobody had one. ``size``: customers of the
        cohort. ``retention``: ``n_customers / size``, in [0, 1], 1 at age 0. ``is_complete``: whether the period of
        that age is over by ``as_of``; until then ``retention`` is that so far, and grows. ``lower``, ``upper``:
        Wilson's interval of ``retention``, missing where it is not complete. An age after ``as_of`` has no row.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by ``as_of``, or no cohort has been watched for ``follow_up`` whole
        periods.
    TypeError
        If ``transactions`` is not a frame or ``follow_up`` is not a whole number.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, ``freq`` or ``kind`` is not one of those
        listed, ``follow_up`` is below 0 or given without ``kind="rolling"``, or ``level`` is not between 0 and 1.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1997-04-30")
    >>> cohorts.query("age == 1")[["cohort", "n_customers", "size", "retention", "lower", "upper"]]
          cohort  n_customers  size  retention     lower     upper
    1 1997-01-01          124   781   0.158771  0.134818  0.186064
    5 1997-02-01          134   857   0.156359  0.133582  0.182203
    8 1997-03-01           87   719   0.121001  0.099156  0.146875
    """
    check_freq(freq)
    check_option(kind, get_args(Kind), name="kind")
    check_fraction(level, name="level")
    if follow_up is not None:
        check_int(follow_up, name="follow_up", low=0)
        if kind != "rolling":
            raise ValueError(_NOT_ROLLING(setting=Setting("kind", "rolling")))
    last_day = as_day(as_of, name="as_of")
    active = _activity(transactions, last_day, freq).filter(nw.col("n_orders") > 0)
    firsts = active.group_by("customer_id").agg(nw.col("period").min().alias("cohort"))
    known = join_frames(active, firsts, on="customer_id", how="inner")
    born = period_number(nw.col("cohort"), freq=freq)
    known = known.with_columns(born=born, age=period_number(nw.col("period"), freq=freq) - born)
    # A period that is not over shows only some of its purchases.
    last = number_of_period(next_day(last_day), freq=freq) - 1
    if kind == "classic":
        counts = to_pandas(known.group_by("cohort", "born", "age").agg(nw.len().alias("n_customers")))
        if counts.empty:
            raise SchemaError(_NO_PURCHASE(day=last_day))
        table = _classic(counts, last=number_of_period(last_day, freq=freq), last_over=last)
        return from_pandas(_with_retention(table, level=level), like=transactions)
    if follow_up is None:
        youngest = to_pandas(known.filter(nw.col("born") <= last).select(nw.col("born").max()))["born"]
        follow_up = 0 if youngest.isna().any() or youngest.empty else last - int(youngest.iloc[0])
    watched = known.filter((nw.col("born") <= last - follow_up) & (nw.col("age") <= follow_up))
    last_ages = watched.group_by("customer_id", "cohort").agg(nw.col("age").max())
    counts = to_pandas(last_ages.group_by("cohort", "age").agg(nw.len().alias("n_customers")))
    if counts.empty:
        raise SchemaError(_TOO_YOUNG(n=follow_up, day=last_day))
    return from_pandas(_with_retention(_rolling(counts, follow_up=follow_up), level=level), like=transactions)


def _activity(table: object, last_day: datetime, freq: Freq) -> AnyFrame:
    """The activity up to a day: worked out from transactions, or as it came."""
    columns = open_frame(table, name="transactions").collect_schema().names()
    if "period" not in columns or "date" in columns:
        return activity_by_period(table, as_of=last_day, periods=calendar_of(freq, None))
    rows = open_table(table, ACTIVITY, name="transactions", columns=_OF_ACTIVITY)
    rows = rows.filter(nw.col("period") < midnight(next_day(last_day), of=rows))
    rows = rows.filter(nw.col("cohort") != BEFORE) if "cohort" in columns else rows
    return rows.select(*_OF_ACTIVITY)


def _classic(counts: pd.DataFrame, *, last: int, last_over: int) -> pd.DataFrame:
    """The customers who bought at each age up to the last period, which need not be over."""
    cohorts = counts.loc[counts["age"] == 0].sort_values("cohort").rename(columns={"n_customers": "size"})
    born = cohorts["born"].to_numpy()
    table = _every_age(counts, cohorts, last - born + 1)
    return table.assign(is_complete=table["age"] <= last_over - np.repeat(born, last - born + 1))


def _rolling(counts: pd.DataFrame, *, follow_up: int) -> pd.DataFrame:
    """The customers who bought at each age or later, from those whose last purchase came at each."""
    cohorts = counts.groupby("cohort")["n_customers"].sum().rename("size").reset_index()
    table = _every_age(counts, cohorts, np.full(len(cohorts), follow_up + 1))
    from_the_last = table[::-1].groupby("cohort")["n_customers"].cumsum()
    return table.assign(n_customers=from_the_last, is_complete=True)


def _every_age(counts: pd.DataFrame, cohorts: pd.DataFrame, n_ages: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Fill in the ages at which nobody of a cohort was counted."""
    table = pd.DataFrame(
        {
            "cohort": np.repeat(cohorts["cohort"].to_numpy(), n_ages),
            "age": np.concatenate([np.arange(n) for n in n_ages]),
            "size": np.repeat(cohorts["size"].to_numpy(), n_ages),
        }
    )
    table = table.merge(counts[["cohort", "age", "n_customers"]], on=["cohort", "age"], how="left")
    return table.assign(n_customers=table["n_customers"].fillna(0).astype("int64"))


def _with_retention(table: pd.DataFrame, *, level: float) -> pd.DataFrame:
    from crmkit._stats import wilson_interval

    lower, upper = wilson_interval(table["n_customers"].to_numpy(), table["size"].to_numpy(), level=level)
    table = table.assign(retention=table["n_customers"] / table["size"])
    table["lower"], table["upper"] = (np.where(table["is_complete"], end, np.nan) for end in (lower, upper))
    return table[[field.name for field in COHORTS.fields]]
