"""How the business is doing: KPIs as formulas and as tables."""

from crmkit._lazy import lazily
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
from crmkit.metrics._budgets import budget_execution_rate, budget_surplus_rate, target_attainment
from crmkit.metrics._calls import abandonment_rate, average_handle_time, average_speed_of_answer, cost_per_contact
from crmkit.metrics._campaign_kpis import campaign_kpis
from crmkit.metrics._campaign_returns import (
    campaign_profit,
    cannibalisation_rate,
    input_output_ratio,
    return_on_ad_spend,
    return_on_marketing_investment,
)
from crmkit.metrics._catalogue import kpi_catalogue
from crmkit.metrics._catalogue_workbook import write_kpi_catalogue
from crmkit.metrics._churn import (
    annualised_churn_rate,
    average_customer_lifetime,
    customer_churn_rate,
    daily_churn_rate,
)
from crmkit.metrics._comparisons import (
    group_comparison_table,
    paired_comparison_table,
    period_comparison_table,
)
from crmkit.metrics._concentration import concentration_table, gini, top_share
from crmkit.metrics._dbt import dbt_metrics
from crmkit.metrics._deductions import price_discount_rate, refund_rate
from crmkit.metrics._distribution import (
    cross_sell_rate,
    new_product_share,
    sales_per_distribution_point,
    weighted_distribution,
)
from crmkit.metrics._execution import (
    data_completeness,
    on_time_rate,
    resource_utilisation,
    risk_control_rate,
    task_completion_rate,
    visit_coverage,
)
from crmkit.metrics._execution_kpis import execution_kpis
from crmkit.metrics._execution_scorecard import execution_scorecard
from crmkit.metrics._gaps import purchase_gap_table
from crmkit.metrics._growth import compound_annual_growth_rate, revenue_growth
from crmkit.metrics._herfindahl import herfindahl
from crmkit.metrics._kpi_changes import kpi_change_table
from crmkit.metrics._kpi_drivers import kpi_driver_table
from crmkit.metrics._kpi_mix import kpi_mix_table
from crmkit.metrics._kpi_table import kpi_table
from crmkit.metrics._lift import lift_at
from crmkit.metrics._loyalty import behavioural_loyalty, engagement_frequency, referrals_per_customer, share_of_wallet
from crmkit.metrics._mailings import bounce_rate, click_rate, click_to_open_rate, open_rate, unsubscribe_rate
from crmkit.metrics._market import (
    brand_development_index,
    brand_penetration,
    market_penetration,
    market_share,
    relative_market_share,
    trial_rate,
)
from crmkit.metrics._mrr_movements import mrr_movement_table
from crmkit.metrics._order_kpis import order_kpis
from crmkit.metrics._order_ladder import order_ladder_table
from crmkit.metrics._payback import payback_age_table, payback_table
from crmkit.metrics._periods import period_table
from crmkit.metrics._prices import arc_price_elasticity, price_premium
from crmkit.metrics._profitability import (
    break_even_units,
    contribution_margin_rate,
    customer_profit,
    customer_profit_share,
    gross_margin_rate,
    retention_cost_per_customer,
    return_on_investment,
)
from crmkit.metrics._recurring_retention import (
    gross_mrr_churn_rate,
    gross_revenue_retention,
    net_mrr_churn_rate,
    net_revenue_retention,
)
from crmkit.metrics._recurring_revenue import (
    annual_recurring_revenue,
    mrr_growth_rate,
    mrr_per_customer,
    mrr_quick_ratio,
    net_new_mrr,
)
from crmkit.metrics._responses import (
    conversion_rate,
    cost_per_click,
    cost_per_conversion,
    cost_per_thousand_impressions,
    response_rate,
)
from crmkit.metrics._retention import (
    reactivation_rate,
    repeat_order_rate,
    repeat_purchase_rate,
    retention_rate,
    rolling_retention,
    save_rate,
)
from crmkit.metrics._retention_table import retention_table
from crmkit.metrics._revenue import (
    average_order_value,
    average_revenue_per_customer,
    identified_revenue_rate,
    purchase_frequency,
    units_per_transaction,
)
from crmkit.metrics._satisfaction import csat_weighted_index
from crmkit.metrics._seasonal_adjustment import seasonal_adjustment_table
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
from crmkit.metrics._subscription_kpis import subscription_kpis

__all__ = [
    "abandonment_rate",
    "acquisition_payback_months",
    "activity_churn_table",
    "annual_recurring_revenue",
    "annualised_churn_rate",
    "arc_price_elasticity",
    "average_customer_lifetime",
    "average_handle_time",
    "average_order_value",
    "average_resolution_time",
    "average_revenue_per_customer",
    "average_speed_of_answer",
    "behavioural_loyalty",
    "bounce_rate",
    "brand_development_index",
    "brand_penetration",
    "break_even_acquisition_rate",
    "break_even_units",
    "budget_execution_rate",
    "budget_surplus_rate",
    "campaign_kpis",
    "campaign_profit",
    "cannibalisation_rate",
    "click_rate",
    "click_to_open_rate",
    "complaint_rate",
    "complaint_resolution_rate",
    "complaint_timeliness",
    "compound_annual_growth_rate",
    "concentration_table",
    "contribution_margin_rate",
    "conversion_rate",
    "cost_per_click",
    "cost_per_contact",
    "cost_per_conversion",
    "cost_per_lead",
    "cost_per_thousand_impressions",
    "cross_sell_rate",
    "csat_weighted_index",
    "customer_acquisition_cost",
    "customer_acquisition_rate",
    "customer_churn_rate",
    "customer_profit",
    "customer_profit_share",
    "daily_churn_rate",
    "data_completeness",
    "dbt_metrics",
    "engagement_frequency",
    "escalation_rate",
    "execution_kpis",
    "execution_scorecard",
    "first_contact_resolution",
    "gini",
    "gross_margin_rate",
    "gross_mrr_churn_rate",
    "gross_revenue_retention",
    "group_comparison_table",
    "herfindahl",
    "identified_revenue_rate",
    "input_output_ratio",
    "kpi_catalogue",
    "kpi_change_table",
    "kpi_driver_table",
    "kpi_mix_table",
    "kpi_table",
    "lead_conversion_rate",
    "lift_at",
    "ltv_cac_ratio",
    "market_penetration",
    "market_share",
    "mrr_growth_rate",
    "mrr_movement_table",
    "mrr_per_customer",
    "mrr_quick_ratio",
    "net_mrr_churn_rate",
    "net_new_mrr",
    "net_revenue_retention",
    "new_product_share",
    "on_time_rate",
    "open_rate",
    "order_kpis",
    "order_ladder_table",
    "paired_comparison_table",
    "payback_age_table",
    "payback_table",
    "period_comparison_table",
    "period_table",
    "price_discount_rate",
    "price_premium",
    "prospect_lifetime_value",
    "purchase_frequency",
    "purchase_gap_table",
    "reactivation_rate",
    "referral_rate",
    "referrals_per_customer",
    "refund_rate",
    "relative_market_share",
    "reopen_rate",
    "repeat_order_rate",
    "repeat_purchase_rate",
    "resource_utilisation",
    "response_rate",
    "retention_cost_per_customer",
    "retention_rate",
    "retention_table",
    "return_on_ad_spend",
    "return_on_investment",
    "return_on_marketing_investment",
    "revenue_growth",
    "risk_control_rate",
    "rolling_retention",
    "sales_per_distribution_point",
    "save_rate",
    "seasonal_adjustment_table",
    "service_kpis",
    "share_of_wallet",
    "sla_attainment",
    "subscription_kpis",
    "target_attainment",
    "task_completion_rate",
    "top_share",
    "trial_conversion_rate",
    "trial_rate",
    "units_per_transaction",
    "unsubscribe_rate",
    "visit_coverage",
    "weighted_distribution",
    "write_kpi_catalogue",
]

__getattr__, __dir__ = lazily(__name__, ("base_audit",), exported=__all__)
