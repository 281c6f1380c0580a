"""Customers of a calibration period, and what they did after it."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from crmkit._calendar import next_day
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, flag, give_table, join_frames, midnight
from crmkit._messages import Message
from crmkit.customers._summary import summarise
from crmkit.transactions import checked_transactions

__all__ = ["holdout_split"]

_NOT_AFTER: Final = Message(
    en="{@observation_end} must be after {@calibration_end}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@observation_end} 须晚于 {@calibration_end}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)


def holdout_split(transactions: FrameT, *, calibration_end: Day, observation_end: Day) -> FrameT:
    """Summarise customers up to one day, and count what they did from then to a later day.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them. Those after ``observation_end`` are not counted.
    calibration_end : date or ISO text
        Last day of the calibration period; the customers table is as of this day.
    observation_end : date or ISO text
        Last day of the holdout period, which starts on the day after ``calibration_end``.

    Returns
    -------
    the kind of frame given
        The columns of `customer_summary` as of ``calibration_end``, and of the holdout period
        ``holdout_orders`` (orders on purchase days), ``holdout_days`` (purchase days) and ``holdout_spend`` (net
        money, missing for orders without a price); 0 for customers who did nothing in it. Customers first seen in the
        holdout period have no row.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If a day is not a date, ``observation_end`` is not after ``calibration_end``, or in memory
        ``calibration_end`` lies before the first transaction.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> transactions = as_transactions(load_cdnow())
    >>> split = holdout_split(transactions, calibration_end="1997-09-30", observation_end="1998-06-30")
    >>> int(split["frequency"].sum()), int(split["holdout_days"].sum())
    (2457, 1882)
    """
    start, end = (
        as_day(calibration_end, name="calibration_end"),
        as_day(observation_end, name="observation_end"),
    )
    if end <= start:
        raise ValueError(_NOT_AFTER(end=end, start=start))
    rows = checked_transactions(transactions)
    calibration = summarise(rows, as_of=start, name="calibration_end")
    after_start = nw.col("date") >= midnight(next_day(start), of=rows)
    window = rows.filter(after_start & (nw.col("date") < midnight(next_day(end), of=rows)))
    bought = flag(nw.col("n_orders") > 0)
    after = window.select(
        "customer_id",
        nw.col("n_orders").alias("holdout_orders"),
        bought.alias("holdout_days"),
        nw.col("amount").alias("holdout_spend"),
    )
    after = after.group_by("customer_id").agg(nw.col("holdout_orders", "holdout_days", "holdout_spend").sum())
    split = join_frames(calibration, after, on="customer_id", how="left").with_columns(
        nw.col("holdout_orders", "holdout_days").fill_null(0).cast(nw.Int64),
        nw.when(~nw.col("spend").is_null()).then(nw.col("holdout_spend").fill_null(0.0)).alias("holdout_spend"),
    )
    return give_table(split, like=transactions, sort_by=["customer_id"])
