"""The KPIs of orders: divided in all cells at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._kpi import KpiRow, as_it_is, divided, long_form
from crmkit.metrics._churn import customer_churn_rate
from crmkit.metrics._order_kpis._counts import Counts
from crmkit.metrics._order_kpis._unidentified import Unidentified
from crmkit.metrics._retention import repeat_purchase_rate, retention_rate
from crmkit.metrics._revenue import (
    average_order_value,
    average_revenue_per_customer,
    identified_revenue_rate,
    purchase_frequency,
)

__all__ = ["rows_of"]


def rows_of(counts: Counts, unidentified: Unidentified | None, *, level: float) -> pd.DataFrame:
    """Compute the KPIs of all cells: the columns of the long form, cell by cell."""
    n, base = counts.active, counts.base
    revenue, orders = counts.revenue, counts.orders
    lines = [
        as_it_is("revenue", revenue, n=n),
        as_it_is("n_orders", orders, n=n),
        as_it_is("active_customers", n, n=n),
        as_it_is("new_customers", counts.new, n=n),
        as_it_is("returning_customers", n - counts.new, n=n),
        as_it_is("new_customer_revenue", counts.new_revenue, n=n),
        as_it_is("returning_customer_revenue", counts.returning_revenue, n=n),
        as_it_is("new_customer_orders", counts.new_orders, n=n),
        as_it_is("returning_customer_orders", orders - counts.new_orders, n=n),
        divided(average_order_value, revenue=revenue, orders=orders, n=n, level=level),
        divided(average_revenue_per_customer, revenue=revenue, customers=n, n=n, level=level),
        divided(purchase_frequency, orders=orders, customers=n, n=n, level=level),
        divided(repeat_purchase_rate, repeat_customers=counts.repeat, customers=n, n=n, level=level),
        divided(retention_rate, retained=counts.retained, customers_start=base, n=base, level=level),
        divided(
            customer_churn_rate,
            lost=base - counts.retained,
            customers_start=base,
            method="cohort",
            n=base,
            level=level,
        ),
        as_it_is("top_share", counts.top_share, n=n),
        as_it_is("gini", counts.gini, n=n),
    ]
    if unidentified is not None:
        lines += _with_unidentified(counts, unidentified, level=level)
    return long_form(lines)


def _with_unidentified(counts: Counts, unidentified: Unidentified, *, level: float) -> list[KpiRow]:
    """The lines of sales without a customer, which only the whole has."""
    n_periods = len(unidentified.revenue)
    nowhere = np.full(len(counts.revenue) - n_periods, np.nan)
    revenue, orders = (np.append(nowhere, each) for each in unidentified)
    return [
        as_it_is("unidentified_revenue", revenue, n=np.nan),
        as_it_is("unidentified_orders", orders, n=np.nan),
        as_it_is("revenue_with_unidentified", counts.revenue + revenue, n=np.nan),
        divided(
            identified_revenue_rate,
            revenue=counts.revenue,
            unidentified_revenue=revenue,
            n=counts.active,
            level=level,
        ),
    ]
