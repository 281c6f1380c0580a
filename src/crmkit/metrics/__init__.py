"""How the business is doing: KPIs as formulas and as tables from transactions."""

from crmkit.metrics._acquisition import (
    customer_acquisition_rate,
    lead_conversion_rate,
    referral_rate,
    trial_conversion_rate,
)
from crmkit.metrics._acquisition_cost import (
    acquisition_payback_months,
    break_even_acquisition_rate,
    cost_per_lead,
    customer_acquisition_cost,
    ltv_cac_ratio,
    prospect_lifetime_value,
)
from crmkit.metrics._activity_churn import activity_churn_table
from crmkit.metrics._campaign_kpis import campaign_kpis
from crmkit.metrics._catalogue import kpi_catalogue
from crmkit.metrics._catalogue_workbook import write_kpi_catalogue
from crmkit.metrics._churn import (
    annualised_churn_rate,
    average_customer_lifetime,
    customer_churn_rate,
    daily_churn_rate,
)
from crmkit.metrics._concentration import concentration_table, gini, top_share
from crmkit.metrics._dbt import dbt_metrics
from crmkit.metrics._deductions import price_discount_rate, refund_rate
from crmkit.metrics._execution_scorecard import execution_scorecard
from crmkit.metrics._gaps import purchase_gap_table
from crmkit.metrics._growth import compound_annual_growth_rate, revenue_growth
from crmkit.metrics._kpi_table import kpi_table
from crmkit.metrics._loyalty import behavioural_loyalty, engagement_frequency, referrals_per_customer, share_of_wallet
from crmkit.metrics._order_kpis import order_kpis
from crmkit.metrics._periods import period_table
from crmkit.metrics._recurring_retention import (
    gross_mrr_churn_rate,
    gross_revenue_retention,
    net_mrr_churn_rate,
    net_revenue_retention,
)
from crmkit.metrics._recurring_revenue import annual_recurring_revenue, mrr_growth_rate, mrr_quick_ratio, net_new_mrr
from crmkit.metrics._retention import (
    reactivation_rate,
    repeat_order_rate,
    repeat_purchase_rate,
    retention_rate,
    save_rate,
)
from crmkit.metrics._retention_table import retention_table
from crmkit.metrics._revenue import (
    average_order_value,
    average_revenue_per_customer,
    purchase_frequency,
    units_per_transaction,
)
from crmkit.metrics._satisfaction import csat_weighted_index
from crmkit.metrics._service import (
    average_resolution_time,
    complaint_rate,
    complaint_resolution_rate,
    complaint_timeliness,
    escalation_rate,
    first_contact_resolution,
    reopen_rate,
    sla_attainment,
)
from crmkit.metrics._service_kpis import service_kpis

__all__ = [
    "acquisition_payback_months",
    "activity_churn_table",
    "annual_recurring_revenue",
    "annualised_churn_rate",
    "average_customer_lifetime",
    "average_order_value",
    "average_resolution_time",
    "average_revenue_per_customer",
    "behavioural_loyalty",
    "break_even_acquisition_rate",
    "campaign_kpis",
    "complaint_rate",
    "complaint_resolution_rate",
    "complaint_timeliness",
    "compound_annual_growth_rate",
    "concentration_table",
    "cost_per_lead",
    "csat_weighted_index",
    "customer_acquisition_cost",
    "customer_acquisition_rate",
    "customer_churn_rate",
    "daily_churn_rate",
    "dbt_metrics",
    "engagement_frequency",
    "escalation_rate",
    "execution_scorecard",
    "first_contact_resolution",
    "gini",
    "gross_mrr_churn_rate",
    "gross_revenue_retention",
    "kpi_catalogue",
    "kpi_table",
    "lead_conversion_rate",
    "ltv_cac_ratio",
    "mrr_growth_rate",
    "mrr_quick_ratio",
    "net_mrr_churn_rate",
    "net_new_mrr",
    "net_revenue_retention",
    "order_kpis",
    "period_table",
    "price_discount_rate",
    "prospect_lifetime_value",
    "purchase_frequency",
    "purchase_gap_table",
    "reactivation_rate",
    "referral_rate",
    "referrals_per_customer",
    "refund_rate",
    "reopen_rate",
    "repeat_order_rate",
    "repeat_purchase_rate",
    "retention_rate",
    "retention_table",
    "revenue_growth",
    "save_rate",
    "service_kpis",
    "share_of_wallet",
    "sla_attainment",
    "top_share",
    "trial_conversion_rate",
    "units_per_transaction",
    "write_kpi_catalogue",
]
