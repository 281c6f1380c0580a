"""The headline KPIs of a period, in one table."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_if_any
from crmkit._checks import Day, as_day, check_fraction, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._grouping import groups_of
from crmkit._kpi import KPI_COLUMNS, tells
from crmkit._messages import Message
from crmkit.metrics._cell_periods import beside_periods
from crmkit.metrics._order_kpis._engine import count_in_engine
from crmkit.metrics._order_kpis._memory import count_in_memory
from crmkit.metrics._order_kpis._periods import periods_of
from crmkit.metrics._order_kpis._records import COUNTED
from crmkit.metrics._order_kpis._rows import rows_of
from crmkit.metrics._order_kpis._unidentified import unidentified_in
from crmkit.transactions import checked_transactions, up_to

__all__ = ["order_kpis"]

Count: TypeAlias = Literal["orders", "days"]

_TAKEN: Final = ("scope", "period", "is_complete", *KPI_COLUMNS)

_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)


@tells(*COUNTED)
def order_kpis(
    transactions: FrameT,
    *,
    start: Day,
    end: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    by: IntoFrame | None = None,
    unidentified: IntoFrame | None = None,
    count: Count = "orders",
    level: float = 0.95,
) -> FrameT:
    """Compute the headline KPIs of a period, or of each period from one day to another, by group of customers.

    `kpi_catalogue` defines them. Retention and churn compare with the period before: with ``freq`` or ``calendar`` the
    one before, otherwise the period of the same length that ends on the day before ``start``. They
    are missing unless the log, which starts on the day of its first row, covers that whole period. Customers active
    only before it do not count.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them. Those before ``start`` distinguish new customers from old ones.
    start, end : date or ISO text
        First and last day that count.
    freq : str, optional
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year, each with its own rows.
        Another last weekday or month is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    by : table of any kind, optional
        A table of ``customer_id`` and one column of labels, such as a segment or a region: groups of customers.
        A customer has one label throughout.
    unidentified : table of any kind, optional
        Sales without a customer, as `crmkit.unidentified_sales_table` makes them, by the same periods or by
        day. Rows with a missing period are left out.
    count : {"orders", "days"}, default "orders"
        What order value, frequency and repeat purchase count: orders, or purchase days, however many orders a
        day holds. Two orders by a customer on the same day are a repeat purchase only when orders are counted.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, period and KPI; those of all customers together are last. The column of labels and
        ``scope``: "group", "no label" for customers whose label is missing or who are not in ``by``, "all" for all
        customers, whose label is missing; only with ``by``. ``period``, its first day, and ``is_complete``, whether all
        of its days lie between ``start`` and ``end``; only with ``freq`` or
        ``calendar``. Then the long form: ``kpi``, its code,
        with the definition where there are several, "customer_churn_rate[cohort]"; ``value``; ``numerator`` and
        ``denominator``, missing if a KPI is not a ratio; ``n``, the customers it rests on; ``lower`` and ``upper``,
        Wilson's interval for shares of customers, missing for other KPIs.

        Every ratio is divided again from the counts of its row; one whose denominator is 0 is missing. In a period
        without transactions counts and money are 0. In ``top_share`` and ``gini`` an active customer whose refunds
        exceed their payments in the period counts as 0, so that both lie between 0 and 1. KPIs of money are missing for
        orders without a price.

        ``new_customer_revenue`` and ``returning_customer_revenue`` add up to ``revenue``; refunds to customers who
        bought nothing in the period belong to the latter. Nothing is known from before the log begins, so in its first
        periods old customers look new.

        With ``unidentified`` also ``unidentified_revenue``, ``unidentified_orders``, ``revenue_with_unidentified`` and
        ``identified_revenue_rate``, for all customers together; missing in groups, and where ``start`` or ``end`` cuts
        a period short unless the table is by day.

    Raises
    ------
    SchemaError
        If a column is missing, ``by`` has a customer twice, ids of another kind or not one column of labels, or
        ``unidentified`` has other periods.
    TypeError
        If ``transactions``, ``by`` or ``unidentified`` is not a frame.
    ValueError
        If a day is not a date, ``end`` lies before ``start`` or, in memory, before the first transaction, ``freq`` or
        ``count`` is not one of those listed, the labels have the name of a column of the result, or ``level`` is not
        between 0 and 1.

    See Also
    --------
    kpi_catalogue : Definitions, units and sources.
    period_table : Revenue and customers by period, a column each.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> kpis = order_kpis(as_transactions(load_cdnow()), start="1997-01-01", end="1998-06-30", count="days")
    >>> kpis.set_index("kpi")["value"].round(4)[["revenue", "average_order_value", "repeat_purchase_rate", "gini"]]
    kpi
    revenue                 244091.9400
    average_order_value         36.4534
    repeat_purchase_rate         0.4832
    gini                         0.6309
    Name: value, dtype: float64

    By quarter:

    >>> kpis = order_kpis(as_transactions(load_cdnow()), start="1997-10-01", end="1998-06-30", freq="Q")
    >>> kpis[kpis["kpi"] == "retention_rate"].set_index("period")[["value", "numerator", "denominator"]].round(3)
                value  numerator  denominator
    period
    1997-10-01  0.486      203.0        418.0
    1998-01-01  0.485      196.0        404.0
    1998-04-01  0.440      169.0        384.0
    """
    check_option(count, ("orders", "days"), name="count")
    check_fraction(level, name="level")
    first, last = as_day(start, name="start"), as_day(end, name="end")
    if last < first:
        raise ValueError(_ENDS_EARLY(start=first, end=last))
    rows = checked_transactions(transactions)
    groups = None if by is None else groups_of(by, rows, name="transactions", taken=_TAKEN)
    divided = calendar_if_any(freq, calendar)
    rows, periods = up_to(rows, last, name="end"), periods_of(first, last, divided)
    if isinstance(rows, nw.DataFrame):
        counts = count_in_memory(rows, periods, groups, count=count)
    else:
        counts = count_in_engine(rows, periods, groups, count=count)
    table = rows_of(counts, None if unidentified is None else unidentified_in(unidentified, periods), level=level)
    n_groups = 1 if groups is None else len(groups.labels) + 2
    if divided is not None:
        table = beside_periods(table, periods.numbers, divided, n_groups=n_groups, first=first, last=last)
    return from_pandas(
        table if groups is None else groups.beside(table, counted=["value", "numerator", "denominator"]),
        like=transactions,
    )
