"""How the business is doing: KPIs as formulas and as tables from transactions."""

from crmkit.metrics._activity_churn import activity_churn_table
from crmkit.metrics._campaign_kpis import campaign_kpis
from crmkit.metrics._catalogue import kpi_catalogue
from crmkit.metrics._catalogue_workbook import write_kpi_catalogue
from crmkit.metrics._concentration import concentration_table, gini, top_share
from crmkit.metrics._dbt import dbt_metrics
from crmkit.metrics._gaps import purchase_gap_table
from crmkit.metrics._kpi_table import kpi_table
from crmkit.metrics._order_kpis import order_kpis
from crmkit.metrics._periods import period_table
from crmkit.metrics._retention import customer_churn_rate, repeat_purchase_rate, retention_rate, retention_table
from crmkit.metrics._sales import average_order_value, average_revenue_per_customer, purchase_frequency

__all__ = [
    "activity_churn_table",
    "average_order_value",
    "average_revenue_per_customer",
    "campaign_kpis",
    "concentration_table",
    "customer_churn_rate",
    "dbt_metrics",
    "gini",
    "kpi_catalogue",
    "kpi_table",
    "order_kpis",
    "period_table",
    "purchase_frequency",
    "purchase_gap_table",
    "repeat_purchase_rate",
    "retention_rate",
    "retention_table",
    "top_share",
    "write_kpi_catalogue",
]
