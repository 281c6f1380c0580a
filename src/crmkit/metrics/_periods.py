"""Revenue and customers from period to period."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, flag, from_pandas, join_frames, sums_by, to_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to

__all__ = ["period_table"]

_NO_ROWS: Final = Message(
    en="{@transactions} has no rows up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有交易，请给出更晚的 {@as_of}。",
)


def period_table(transactions: FrameT, *, as_of: Day, freq: Freq = "M", calendar: IntoFrame | None = None) -> FrameT:
    """Add up revenue, orders and customers by period, split into new and returning customers.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them.
    as_of : date or ISO text
        The last day that counts.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.

    Returns
    -------
    the kind of frame given
        One row per period from that of the first transaction to that of ``as_of``, including empty ones.
        ``period``: first day. ``revenue``: net money. ``new_revenue``: the part from customers whose first
        purchase day lies in the period; both are missing throughout for orders without a price. ``n_orders``.
        ``active_customers``: customers with a purchase day. ``new_customers``: those whose first purchase day lies in
        the period; nothing is known from before the log begins, so in its first periods old customers look new.
        ``returning_customers``: the other active customers. ``is_complete``: whether the period ends by ``as_of``.

    Raises
    ------
    SchemaError
        If a column is missing, the periods of ``calendar`` do not follow one another, or, on an engine, there is no
        transaction up to ``as_of``.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date or, in memory, lies before the first transaction, ``freq`` is not one of those
        listed, or a day lies outside ``calendar``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "date": ["2024-03-01", "2024-05-11", "2024-05-05"],
    ...     "amount": [20.0, 10.0, 5.0],
    ... })
    >>> months = period_table(as_transactions(orders), as_of="2024-05-31")
    >>> months[["period", "revenue", "n_orders", "active_customers", "new_customers", "is_complete"]]
          period  revenue  n_orders  active_customers  new_customers  is_complete
    0 2024-03-01     20.0         1                 1              1         True
    1 2024-04-01      0.0         0                 0              0         True
    2 2024-05-01     15.0         2                 2              1         True
    """
    periods = calendar_of(freq, calendar, default="M")
    last_day = as_day(as_of, name="as_of")
    rows = checked_transactions(transactions)
    rows = periods.numbered(up_to(rows, last_day, name="as_of"), "date", into="number")
    totals = sums_by(rows, ["customer_id", "number"], sums=["n_orders", "amount"], money="amount")
    firsts = (
        rows.filter(nw.col("n_orders") > 0).group_by("customer_id").agg(nw.col("number").min().alias("first_number"))
    )
    known = join_frames(totals, firsts, on="customer_id", how="left")
    is_new = (nw.col("number") == nw.col("first_number")) & (nw.col("n_orders") > 0)
    marked = known.with_columns(
        flag(is_new).alias("new_customers"),
        nw.when(is_new | nw.col("amount").is_null()).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("new_revenue"),
        flag(nw.col("n_orders") > 0).alias("active_customers"),
    )
    summed = ("n_orders", "amount", "new_customers", "new_revenue", "active_customers")
    sums = to_pandas(sums_by(marked, ["number"], sums=summed, money="amount"))
    if sums.empty:
        raise SchemaError(_NO_ROWS(day=last_day))
    return from_pandas(_every_period(sums, last_day=last_day, periods=periods), like=transactions)


def _every_period(sums: pd.DataFrame, *, last_day: datetime, periods: Calendar) -> pd.DataFrame:
    numbers = range(int(sums["number"].min()), periods.number_of(last_day) + 1)
    filled = sums.set_index("number").reindex(numbers, fill_value=0)
    if sums["amount"].isna().all():
        filled[["amount", "new_revenue"]] = np.nan
    active, new = (filled[name].to_numpy("int64") for name in ("active_customers", "new_customers"))
    return pd.DataFrame(
        {
            "period": periods.first_days(numbers),
            "revenue": filled["amount"].to_numpy("float64"),
            "new_revenue": filled["new_revenue"].to_numpy("float64"),
            "n_orders": filled["n_orders"].to_numpy("int64"),
            "active_customers": active,
            "new_customers": new,
            "returning_customers": active - new,
            "is_complete": periods.last_days(numbers) <= np.datetime64(last_day),
        }
    )
