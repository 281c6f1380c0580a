"""Churn without contracts: active then, not active now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, collected, flag, from_pandas
from crmkit._messages import Message
from crmkit._stats import wilson_interval
from crmkit.metrics._churn import customer_churn_rate
from crmkit.transactions import checked_transactions, up_to

__all__ = ["activity_churn_table"]

# Longer than all dates that can be used.
_MOST_DAYS = 200 * 366
_EPOCH = datetime(1970, 1, 1)
# Before all windows.
_NEVER = -1e9

_NOT_AFTER: Final = Message(
    en="{@end} must be after {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 须晚于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)
_NOT_A_LIST: Final = Message(
    en="{@windows} must be a list or tuple of days such as (30, 60, 90), got {windows!r}.",
    zh="{@windows} 须为天数的列表或元组，如 (30, 60, 90)，得到 {windows!r}。",
)
_BAD_WINDOWS: Final = Message(
    en="{@windows} must hold at least one number of days, each only once and at most {most}, got {windows}.",
    zh="{@windows} 须含至少一个天数，互不重复且不超过 {most}，得到 {windows}。",
)


def activity_churn_table(
    transactions: FrameT,
    *,
    start: Day,
    end: Day,
    windows: Sequence[int] = (30, 60, 90),
    level: float = 0.95,
) -> FrameT:
    """Share of the customers active on one day who are no longer active on a later one.

    A customer is active on a day if they bought within the ``window_days`` days that end with it. The rate depends
    strongly on that window, so it is a parameter and part of the result.

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
        One row per window: ``window_days``; ``active``, customers active on ``start``; ``lost``, those of them
        not active on ``end``; ``churn_rate``; ``lower`` and ``upper``, Wilson's interval. The last three are ``nan``
        if nobody was active, and if the log starts after the first day of the window that ends with ``start``: it is
        then unknown who was active.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame or a window is not a whole number.
    ValueError
        If a day is not a date, ``end`` is not after ``start`` or, in memory, lies before the first transaction, or
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
        raise ValueError(_NOT_AFTER(start=days[0], end=days[1]))
    _check_windows(windows)
    rows = checked_transactions(transactions)
    bought, day = nw.col("n_orders") > 0, day_number(nw.col("date"))
    numbers = {name: (at - _EPOCH).days for name, at in zip(("start", "end"), days, strict=True)}
    last = {
        name: nw.when(bought & (day <= number)).then(day).otherwise(nw.lit(_NEVER)).alias(name)
        for name, number in numbers.items()
    }
    per_customer = (
        up_to(rows, days[1], name="end")
        .select("customer_id", *last.values(), day.alias("first"))
        .group_by("customer_id")
        .agg(nw.col(*last).max(), nw.col("first").min())
    )
    was, still = ([nw.col(name) > number - window for window in windows] for name, number in numbers.items())
    sums = collected(
        per_customer.select(
            nw.col("first").min(),
            *(flag(then).sum().alias(f"active_{n}") for n, then in enumerate(was)),
            *(flag(then & ~now).sum().alias(f"lost_{n}") for n, (then, now) in enumerate(zip(was, still, strict=True))),
        )
    )
    active, gone = ([int(sums[f"{name}_{n}"][0] or 0) for n in range(len(windows))] for name in ("active", "lost"))
    # The log covers a window if it has a row of any kind by the first day.
    first = sums["first"][0]
    held = [first is not None and first <= numbers["start"] - window + 1 for window in windows]
    table = pd.DataFrame({"window_days": list(windows), "active": active, "lost": gone}, dtype="int64")
    base = table["active"].where(np.array(held))
    table["churn_rate"] = customer_churn_rate(lost=table["lost"], customers_start=base, method="cohort")
    table["lower"], table["upper"] = wilson_interval(table["lost"], base, level=level)
    return from_pandas(table, like=transactions)


def _check_windows(windows: Sequence[int]) -> None:
    if not isinstance(windows, (list, tuple)):
        raise TypeError(_NOT_A_LIST(windows=windows))
    for window in windows:
        check_int(window, name="windows", low=1)
    if not windows or len(set(windows)) < len(windows) or max(windows) > _MOST_DAYS:
        raise ValueError(_BAD_WINDOWS(most=_MOST_DAYS, windows=list(windows)))
