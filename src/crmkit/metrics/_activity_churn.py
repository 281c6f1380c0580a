"""Churn without contracts: active then, not active now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import AnyFrame, FrameT, collected, flag, from_pandas, midnight
from crmkit._stats import wilson_interval
from crmkit.metrics._retention import customer_churn_rate
from crmkit.transactions import checked_transactions, up_to

__all__ = ["activity_churn_table"]

# The dates that can be used span less than this.
_MOST_DAYS = 200 * 366


def activity_churn_table(
    transactions: FrameT,
    *,
    start: Day,
    end: Day,
    windows: Sequence[int] = (30, 60, 90),
    level: float = 0.95,
) -> FrameT:
    """Share of the customers active at one day who are no longer active at a later one.

    A customer is active at a day if a purchase day lies among the ``window_days`` days that end with it. The rate
    depends strongly on that window, so it is asked for and reported.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    start, end : date or ISO text
        The two days, ``end`` after ``start``.
    windows : list or tuple of int, default (30, 60, 90)
        Windows in days, each at least 1.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per window: ``window_days``; ``active``, customers active at ``start``; ``lost``, those of them
        not active at ``end``; ``churn_rate``; ``lower`` and ``upper``, Wilson's interval. The three are ``nan`` where
        nobody was active, and where the log starts after the window that ends with ``start`` does: who was active
        then is not known.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is no frame or a window no whole number.
    ValueError
        If a day is no date, ``end`` is not after ``start`` or in memory lies before the first transaction, or
        ``windows`` are empty, repeated or out of range.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2 (activity-based churn).

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> churn = activity_churn_table(as_transactions(load_cdnow()), start="1997-09-30", end="1997-12-31")
    >>> churn[["window_days", "active", "lost", "churn_rate"]].round(6)
       window_days  active  lost  churn_rate
    0           30     168   113    0.672619
    1           60     297   155    0.521886
    2           90     409   209    0.511002
    """
    days = as_day(start, name="start"), as_day(end, name="end")
    if days[1] <= days[0]:
        raise ValueError(f"`end` must be after `start`, got {days[1]:%Y-%m-%d} and {days[0]:%Y-%m-%d}.")
    _check_windows(windows)
    rows = checked_transactions(transactions)
    bought = nw.col("n_orders") > 0
    flags = {
        f"{name}_{window}": flag(bought & _in_window(day, window, rows=rows))
        for window in windows
        for name, day in zip(("start", "end"), days, strict=True)
    }
    for window in windows:
        # The log holds the window if it has a row, of any kind, by its first day.
        by_then = nw.col("date") <= midnight(days[0] - timedelta(days=window - 1), of=rows)
        flags[f"held_{window}"] = flag(by_then)
    per_customer = (
        up_to(rows, days[1], name="end")
        .select("customer_id", *(found.alias(name) for name, found in flags.items()))
        .group_by("customer_id")
        .agg(nw.col(name).max() for name in flags)
    )
    lost = [(nw.col(f"start_{window}") * (1 - nw.col(f"end_{window}"))).alias(f"lost_{window}") for window in windows]
    sums = collected(
        per_customer.with_columns(*lost).select(
            nw.col(f"{name}_{window}").sum() for window in windows for name in ("start", "lost", "held")
        )
    )
    active, gone, held = (
        [int(sums[f"{name}_{window}"][0] or 0) for window in windows] for name in ("start", "lost", "held")
    )
    table = pd.DataFrame({"window_days": list(windows), "active": active, "lost": gone}, dtype="int64")
    base = table["active"].where(np.array(held) > 0)
    table["churn_rate"] = customer_churn_rate(lost=table["lost"], customers_start=base, method="cohort")
    table["lower"], table["upper"] = wilson_interval(table["lost"], base, level=level)
    return from_pandas(table, like=transactions)


def _check_windows(windows: Sequence[int]) -> None:
    if not isinstance(windows, (list, tuple)):
        raise TypeError(f"`windows` must be a list or tuple of days such as (30, 60, 90), got {windows!r}.")
    for window in windows:
        check_int(window, name="windows", low=1)
    if not windows or len(set(windows)) < len(windows) or max(windows) > _MOST_DAYS:
        raise ValueError(
            f"`windows` must hold at least one number of days, each once and at most {_MOST_DAYS}, got {list(windows)}."
        )


def _in_window(day: datetime, window: int, *, rows: AnyFrame) -> nw.Expr:
    before = midnight(day - timedelta(days=window), of=rows)
    within: nw.Expr = (nw.col("date") > before) & (nw.col("date") <= midnight(day, of=rows))
    return within
