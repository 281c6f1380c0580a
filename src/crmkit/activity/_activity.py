"""The activity table: who did what in which period."""

from __future__ import annotations

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import AnyFrame, FrameT, give_table, sums_by
from crmkit.transactions import checked_transactions, up_to

__all__ = ["activity_by_period", "activity_table"]


def activity_table(transactions: FrameT, *, as_of: Day, freq: Freq = "M", calendar: IntoFrame | None = None) -> FrameT:
    """Add up each customer's transactions by period.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts. Unless it ends a period, the last period is incomplete.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``period``, its first day; ``n_orders``; ``amount``, net money, missing
        throughout for orders without a price. A row is a customer and a
        period with a transaction; where it holds only refunds, ``n_orders`` is 0 and the customer was not
        active. In memory sorted by customer and period.

    Raises
    ------
    SchemaError
        If a column is missing, or the periods of ``calendar`` do not follow one another.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, ``freq`` is not one of those listed, or
        a transaction lies outside ``calendar``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "date": ["2024-03-01", "2024-03-11", "2024-04-05"],
    ...     "amount": [20.0, 10.0, 5.0],
    ... })
    >>> activity_table(as_transactions(orders), as_of="2024-04-30")
      customer_id     period  n_orders  amount
    0         ann 2024-03-01         2    30.0
    1          bo 2024-04-01         1     5.0
    """
    activity = activity_by_period(transactions, as_of=as_of, periods=calendar_of(freq, calendar, default="M"))
    return give_table(activity, like=transactions, sort_by=["customer_id", "period"])


def activity_by_period(transactions: object, *, as_of: Day, periods: Calendar) -> AnyFrame:
    """Work out the activity table, in no particular order."""
    last_day = as_day(as_of, name="as_of")
    rows = checked_transactions(transactions)
    rows = up_to(rows, last_day, name="as_of")
    rows = periods.started(rows, "date", into="period")
    activity = sums_by(rows, ["customer_id", "period"], sums=["n_orders", "amount"], money="amount")
    return activity.select("customer_id", "period", nw.col("n_orders").cast(nw.Int64), "amount")
