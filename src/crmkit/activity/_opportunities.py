"""The table of purchase opportunities, for models of discrete time."""

from __future__ import annotations

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, give_table
from crmkit.activity._activity import activity_by_period

__all__ = ["opportunity_table"]


def opportunity_table(
    transactions: FrameT, *, as_of: Day, freq: Freq = "Y", calendar: IntoFrame | None = None
) -> FrameT:
    """Count the periods in which each customer could have bought again, and those in which they did.

    Each complete period after that of the first purchase is one opportunity. It is used or not, however often they buy.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts. A period that it cuts short is not an opportunity.
    freq : str, default "Y"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.

    Returns
    -------
    the kind of frame given
        One row per customer first seen in a complete period; in memory sorted by ``customer_id``. ``first_period``: its
        first day. ``n_transactions`` (x): opportunities used. ``last_transaction`` (t_x): number of the last
        one used, counted from 1; 0 if none was. ``n_opportunities`` (n): complete periods after the first.

    Raises
    ------
    SchemaError
        If a column is missing, or the periods of ``calendar`` do not follow one another.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, ``freq`` is not one of those listed, or
        a transaction lies outside ``calendar``.

    References
    ----------
    .. [1] Fader, Hardie and Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting",
       *Marketing Science* 29(6), section 2.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> gifts = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "date": ["2020-05-01", "2022-07-01", "2021-03-01"],
    ...     "amount": [20.0, 10.0, 5.0],
    ... })
    >>> opportunity_table(as_transactions(gifts), as_of="2024-12-31")
      customer_id first_period  n_transactions  last_transaction  n_opportunities
    0         ann   2020-01-01               1                 2                4
    1          bo   2021-01-01               0                 0                3
    """
    periods = calendar_of(freq, calendar, default="Y")
    active = activity_by_period(transactions, as_of=as_of, periods=periods).filter(nw.col("n_orders") > 0)
    last = periods.last_over(as_day(as_of, name="as_of"))
    numbered = periods.numbered(active, "period", into="number").filter(nw.col("number") <= last)
    used = numbered.group_by("customer_id").agg(
        nw.col("period").min().alias("first_period"),
        nw.col("number").min().alias("first"),
        nw.col("number").max().alias("last"),
        nw.len().alias("n"),
    )
    counts = {
        "n_transactions": nw.col("n") - 1,
        "last_transaction": nw.col("last") - nw.col("first"),
        "n_opportunities": nw.lit(last) - nw.col("first"),
    }
    table = used.select(
        "customer_id", "first_period", *(count.cast(nw.Int64).alias(name) for name, count in counts.items())
    )
    return give_table(table, like=transactions, sort_by=["customer_id"])
