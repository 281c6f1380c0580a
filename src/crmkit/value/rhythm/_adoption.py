"""New customers by period from an order log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day, check_int
from crmkit._frames import AnyFrame, FrameT, collected, from_pandas, pandas_series
from crmkit.activity import cohort_ages, gap_counts
from crmkit.transactions import checked_transactions, up_to

__all__ = ["adoption_table"]

# Share of the gaps that are not longer than a usual long one.
_USUAL: Final = 0.95
_MOST_DAYS: Final = 36_525


def adoption_table(
    transactions: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    run_in_days: int | None = None,
) -> FrameT:
    """Count the new customers of each period.

    A customer who is first seen in the log may have bought before it begins. Most who did come back within a usual
    long gap, so those first seen in this run-in are not counted as new; nor are those of the period that is not over.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not looked at.
    as_of : date or ISO text
        The last day that counts.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``: ``period``, a name; ``start`` and ``end``, the first and the last
        day; one after another.
    run_in_days : int, optional
        Days from the first purchase of the log in which nobody counts as new, 0 or more; 0 if the log begins with the
        launch, when everybody is new. By default as long as 95 % of the gaps between purchases of a customer, or 0 if
        nobody bought twice.

    Returns
    -------
    the kind of frame given
        A row per period, from that of the first purchase to that of ``as_of``, in order; periods without a new customer
        too.

        - ``period``: its first day.
        - ``status``: "run_in" for a period that begins within the run-in; "unfinished" for one that is not over by
          ``as_of``; else "counted".
        - ``first_seen``: customers whose first purchase in the log lies in the period. They add up to all customers.
        - ``new_customers``: the same where "counted", else missing.
        - ``cumulative_customers``: the sum of ``new_customers`` so far, missing where that is.
        - ``run_in_days``: the days left out.

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by ``as_of``, or the periods of ``calendar`` do not follow one another.
    TypeError
        If ``transactions`` is not a frame, or ``run_in_days`` is not a whole number.
    ValueError
        If ``as_of`` is not a date or, in memory, lies before the first transaction, ``freq`` is not one of those
        listed, ``run_in_days`` is below 0, or a transaction lies outside ``calendar``.

    See Also
    --------
    BassModel : The curve of a launch through these counts.
    acquisition_forecast_table : The new customers to come of a shop that is past its launch.

    Notes
    -----
    Gaps that end after ``as_of`` are not seen, so in a log of less than about two years the usual long gap comes out
    too short. Give ``run_in_days`` if you know better.

    Examples
    --------
    >>> from crmkit import as_transactions, make_transactions
    >>> shop = make_transactions(
    ...     n_customers=800, start="2023-01-01", end="2024-12-20", acquisition_days=700, random_state=1
    ... )
    >>> table = adoption_table(as_transactions(shop.orders), as_of="2024-12-20", freq="Q")
    >>> table.drop(columns=["cumulative_customers", "run_in_days"])
          period      status  first_seen  new_customers
    0 2023-01-01      run_in         111            NaN
    1 2023-04-01      run_in         114            NaN
    2 2023-07-01     counted         104          104.0
    3 2023-10-01     counted         112          112.0
    4 2024-01-01     counted          97           97.0
    5 2024-04-01     counted          96           96.0
    6 2024-07-01     counted          94           94.0
    7 2024-10-01  unfinished          72            NaN
    """
    last_day = as_day(as_of, name="as_of")
    periods = calendar_of(freq, calendar, default="M")
    if run_in_days is not None:
        check_int(run_in_days, name="run_in_days", low=0, high=_MOST_DAYS)
    cohorts = cohort_ages(transactions, as_of=last_day, periods=periods).table
    sizes = cohorts[cohorts["age"] == 0].set_index("cohort")["size"]
    rows = up_to(checked_transactions(transactions), last_day, name="as_of")
    days = _usual_long_gap(rows) if run_in_days is None else int(run_in_days)
    first = _first_purchase(rows)
    numbers = periods.numbers(first, last_day)
    starts = pd.DatetimeIndex(periods.first_days(numbers))
    seen = sizes.reindex(starts, fill_value=0).to_numpy(dtype=np.int64)
    run_in = np.asarray(starts < pd.Timestamp(first) + pd.Timedelta(days=days)) & (days > 0)
    over = np.array(numbers) <= periods.last_over(last_day)
    counted = ~run_in & over
    new = np.where(counted, seen, np.nan)
    table = pd.DataFrame(
        {
            "period": starts,
            "status": np.where(run_in, "run_in", np.where(over, "counted", "unfinished")).astype(object),
            "first_seen": seen,
            "new_customers": new,
            "cumulative_customers": np.where(counted, np.cumsum(np.where(counted, seen, 0)), np.nan),
            "run_in_days": days,
        }
    )
    return from_pandas(table, like=transactions)


def _usual_long_gap(rows: AnyFrame) -> int:
    """The length that 95 % of the gaps do not exceed, in days."""
    days, n_gaps = gap_counts(rows)
    if not len(days):
        return 0
    cumulative = np.cumsum(n_gaps)
    return int(days[np.searchsorted(cumulative, _USUAL * cumulative[-1])])


def _first_purchase(rows: AnyFrame) -> datetime:
    first: Any = collected(rows.filter(nw.col("n_orders") > 0).select(nw.col("date").min()))
    return pd.Timestamp(pandas_series(first["date"]).iloc[0]).to_pydatetime()
