"""The headline KPIs of a period, in one table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_option
from crmkit._frames import AnyFrame, FrameT, flag, from_pandas, midnight, to_pandas
from crmkit._kpi import Kpi, as_it_is, divided, long_form, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import TOP_SHARE, gini_coefficient, share_of_top
from crmkit.metrics._churn import customer_churn_rate
from crmkit.metrics._retention import repeat_purchase_rate, retention_rate
from crmkit.metrics._revenue import average_order_value, average_revenue_per_customer, purchase_frequency
from crmkit.transactions import checked_transactions, up_to

__all__ = ["order_kpis"]

Count: TypeAlias = Literal["orders", "days"]

_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)


@tells(
    Kpi(
        code="revenue",
        name=Label("Revenue", "销售额"),
        group="revenue",
        unit="money",
        direction="higher",
        definition=Label("Net money of the period: purchases less refunds", "期间净销售额：购买减退款"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="n_orders",
        name=Label("Orders", "订单数"),
        group="revenue",
        unit="orders",
        direction="higher",
        definition=Label(
            "Distinct orders on purchase days; the purchase days where days are counted",
            "购买日内的订单数；按天计数时为购买日数",
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="active_customers",
        name=Label("Active customers", "活跃客户数"),
        group="revenue",
        unit="customers",
        direction="higher",
        definition=Label("Customers with at least one purchase day in the period", "期间内至少有一个购买日的客户"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
    ),
    Kpi(
        code="new_customers",
        name=Label("New customers", "新客户数"),
        group="acquisition",
        unit="customers",
        direction="higher",
        definition=Label("Customers whose first purchase day known lies in the period", "首个已知购买日在期间内的客户"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
        window="all until then",
    ),
)
def order_kpis(transactions: FrameT, *, start: Day, end: Day, count: Count = "orders", level: float = 0.95) -> FrameT:
    """Compute the headline KPIs of a period, each with its numerator and denominator.

    `kpi_catalogue` defines them. Retention and churn compare with the period of the same length that ends on the day
    before ``start``; they are missing unless the log, which starts on the day of its first row, covers that whole
    period. Customers active only before it do not count.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them. Those before ``start`` distinguish new customers from old ones.
    start, end : date or ISO text
        First and last day of the period.
    count : {"orders", "days"}, default "orders"
        What order value, frequency and repeat purchase count: orders, or purchase days, however many orders a
        day holds. Two orders by a customer on the same day are a repeat purchase only when orders are counted.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per KPI. ``kpi``, its code; ``value``; ``numerator`` and ``denominator``, missing if a KPI is not a
        ratio; ``n``, the customers it rests on; ``lower`` and ``upper``, Wilson's interval for shares of customers,
        missing for other KPIs. A ratio whose denominator is 0 is missing. In ``top_share`` and ``gini`` an active
        customer whose refunds exceed their payments in the period counts as 0, so that both lie between 0 and 1.
        KPIs of money are missing for orders without a price.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If a day is not a date, ``end`` lies before ``start`` or, in memory, before the first transaction, ``count`` is
        not one of those listed, or ``level`` is not between 0 and 1.

    See Also
    --------
    kpi_catalogue : Definitions, units and sources.

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
    """
    check_option(count, ("orders", "days"), name="count")
    first, last = as_day(start, name="start"), as_day(end, name="end")
    if last < first:
        raise ValueError(_ENDS_EARLY(start=first, end=last))
    rows = checked_transactions(transactions)
    per_customer = to_pandas(_per_customer(up_to(rows, last, name="end"), first=first, last=last))
    return from_pandas(
        _kpis(per_customer, orders="orders" if count == "orders" else "days", level=level), like=transactions
    )


def _per_customer(rows: AnyFrame, *, first: datetime, last: datetime) -> AnyFrame:
    """What each customer did in the period, and whether they were there before."""
    start_before = first - (last - first) - timedelta(days=1)
    date, bought = nw.col("date"), nw.col("n_orders") > 0
    now, earlier = date >= midnight(first, of=rows), date < midnight(first, of=rows)
    before = bought & earlier & (date >= midnight(start_before, of=rows))
    by_then = date < midnight(start_before + timedelta(days=1), of=rows)

    def where(condition: nw.Expr, value: nw.Expr, name: str) -> nw.Expr:
        return nw.when(condition).then(value).otherwise(nw.lit(0)).cast(nw.Int64).alias(name)

    marked = rows.select(
        "customer_id",
        nw.when(now).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("revenue"),
        where(now, nw.col("n_orders"), "orders"),
        where(now & bought, nw.lit(1), "days"),
        where(bought & earlier, nw.lit(1), "earlier_days"),
        where(before, nw.lit(1), "days_before"),
        where(by_then, nw.lit(1), "rows_by_then"),
        flag(~nw.col("amount").is_null()).alias("n_priced"),
    )
    measures = ("n_priced", "revenue", "orders", "days", "earlier_days", "days_before", "rows_by_then")
    return marked.group_by("customer_id").agg(nw.col(*measures).sum()).select(*measures)


def _kpis(customers: pd.DataFrame, *, orders: str, level: float) -> pd.DataFrame:
    active = customers["days"].to_numpy() > 0
    priced = bool(customers["n_priced"].sum())
    revenue, n_active = float(customers["revenue"].sum()) if priced else np.nan, int(active.sum())
    n_orders = int(customers[orders].sum())
    repeat = int((customers[orders] >= 2).sum())
    was_there = customers["days_before"].to_numpy() > 0
    base, retained = float(was_there.sum()), float((was_there & active).sum())
    if not customers["rows_by_then"].sum():
        # The log starts after the first day of the period before: it is unknown who was there then.
        base = retained = np.nan
    new = int((active & (customers["earlier_days"].to_numpy() == 0)).sum())
    spend = customers.loc[active, "revenue"].clip(lower=0).to_numpy(dtype=float)
    return long_form(
        [
            as_it_is("revenue", revenue, n=n_active),
            as_it_is("n_orders", n_orders, n=n_active),
            as_it_is("active_customers", n_active, n=n_active),
            as_it_is("new_customers", new, n=n_active),
            divided(average_order_value, revenue=revenue, orders=n_orders, n=n_active, level=level),
            divided(average_revenue_per_customer, revenue=revenue, customers=n_active, n=n_active, level=level),
            divided(purchase_frequency, orders=n_orders, customers=n_active, n=n_active, level=level),
            divided(repeat_purchase_rate, repeat_customers=repeat, customers=n_active, n=n_active, level=level),
            divided(retention_rate, retained=retained, customers_start=base, n=base, level=level),
            divided(
                customer_churn_rate,
                lost=base - retained,
                customers_start=base,
                method="cohort",
                n=base,
                level=level,
            ),
            as_it_is("top_share", share_of_top(spend, share=TOP_SHARE) if priced else np.nan, n=n_active),
            as_it_is("gini", gini_coefficient(spend) if priced else np.nan, n=n_active),
        ]
    )
