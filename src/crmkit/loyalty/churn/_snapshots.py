"""Snapshots: who was at risk at each cutoff, and whether they had gone when the time was up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._checks import Day, check_int
from crmkit._frames import AnyFrame, FrameT, give_table, midnight
from crmkit._messages import Message
from crmkit.loyalty.churn._last_day import warn_of_last_day
from crmkit.loyalty.churn._silences import WAIT, silences
from crmkit.loyalty.churn._windows import MOST_DAYS, Windows, checked_windows
from crmkit.transactions import checked_transactions

__all__ = ["churn_snapshots", "opened", "with_labels"]

_BEFORE_ALL: Final = Message(
    en="{@cutoffs} holds {day:%Y-%m-%d}, before the first transaction on {first:%Y-%m-%d}. Nobody is at risk then.",
    zh="{@cutoffs} 中的 {day:%Y-%m-%d} 早于首笔交易日 {first:%Y-%m-%d}，那时还没有客户。",
)


def churn_snapshots(
    transactions: FrameT, *, cutoffs: Iterable[Day], as_of: Day, lookback: int, horizon: int, gap: int = 0
) -> FrameT:
    r"""List who was at risk at each of several cutoffs, and whether they churned: the rows of a training table.

    All windows are half open. At a cutoff t

    - at risk, and the past that features may use: a purchase day in (t - lookback, t];
    - churned: no purchase day in (t + gap, t + gap + horizon].

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not counted.
    cutoffs : iterable of date or ISO text
        The days at whose end customers are looked at, each once and none after ``as_of``; ``pandas.date_range`` makes
        them.
    as_of : date or ISO text
        The last full day of the log.
    lookback : int
        Days before which a customer must not have bought last to be at risk. Those who have long gone would be
        predicted without effort.
    horizon : int
        Days in which a customer must buy to have stayed. `churn_horizon_table` shows what each choice means.
    gap : int, default 0
        Days between the cutoff and the first day that counts: the time it takes to act. What is bought in them does
        not count.

    Returns
    -------
    the kind of frame given
        One row per customer at risk and cutoff; in memory sorted by both.

        ``customer_id``
            The customer.
        ``cutoff``
            The day, at midnight.
        ``churned``
            1.0 if they did not buy, 0.0 if they did; missing where the time is not up: t + gap + horizon lies after
            ``as_of``.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame, ``cutoffs`` not a list, or a number of days not a whole number.
    ValueError
        If a day is not a date, a cutoff is named twice or lies after ``as_of`` or in memory before the first
        transaction, or a number of days is out of range.

    Warns
    -----
    UserWarning
        In memory, if the newest orders end so long before ``as_of``, or are so few on it, that the day cannot be full.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 4 (observation dates and lead time).

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> snapshots = churn_snapshots(
    ...     as_transactions(load_cdnow()), cutoffs=["1997-12-31", "1998-06-30"], as_of="1998-06-30", lookback=180,
    ...     gap=7, horizon=90,
    ... )
    >>> snapshots.head(3)
       customer_id     cutoff  churned
    0            1 1997-12-31      1.0
    1            6 1997-12-31      0.0
    2            6 1998-06-30      NaN
    >>> snapshots.groupby("cutoff")["churned"].mean().round(3).tolist()
    [0.596, nan]
    """
    check_int(horizon, name="horizon", low=1, high=MOST_DAYS)
    windows = checked_windows(cutoffs, as_of=as_of, lookback=lookback, gap=gap)
    rows = opened(transactions, windows, stacklevel=2)
    found = with_labels(silences(rows, windows), windows, horizon=horizon)
    return give_table(found, like=transactions)


def opened(transactions: object, windows: Windows, *, stacklevel: int) -> AnyFrame:
    """Open a transactions table; in memory it must begin by the first cutoff, and its last day should be full."""
    rows = checked_transactions(transactions)
    if isinstance(rows, nw.DataFrame):
        first = rows["date"].min()
        if first is None or first > windows.cutoffs[0]:
            raise ValueError(_BEFORE_ALL(day=windows.cutoffs[0], first=first or windows.as_of))
        warn_of_last_day(rows, windows.as_of, stacklevel=stacklevel + 1)
    return rows


def with_labels(found: AnyFrame, windows: Windows, *, horizon: int) -> AnyFrame:
    """Make labels of the waits; they are missing where the time is not up by ``as_of``."""
    stayed = (nw.col(WAIT) <= horizon).fill_null(False)
    label = nw.when(stayed).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
    ripe = [cutoff for cutoff in windows.cutoffs if windows.followed(cutoff) >= horizon]
    if not ripe:
        return found.select("customer_id", "cutoff", nw.lit(None).cast(nw.Float64).alias("churned"))
    in_time = nw.col("cutoff") <= midnight(ripe[-1], of=found)
    return found.select("customer_id", "cutoff", nw.when(in_time).then(label).alias("churned"))
