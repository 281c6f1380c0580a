"""The customer-base audit: five ways to look at the same customers, period by period and cohort by cohort."""

from crmkit.metrics.base_audit._base_history import base_history_table
from crmkit.metrics.base_audit._change_history import change_history_table
from crmkit.metrics.base_audit._cohort_comparison import cohort_comparison_table
from crmkit.metrics.base_audit._cohort_history import cohort_history_table
from crmkit.metrics.base_audit._customer_deciles import customer_decile_table
from crmkit.metrics.base_audit._customer_distribution import customer_distribution_table
from crmkit.metrics.base_audit._customer_flow import customer_flow_table
from crmkit.metrics.base_audit._customer_quantiles import customer_quantile_table
from crmkit.metrics.base_audit._decile_movement import decile_movement_table
from crmkit.metrics.base_audit._period_change import period_change_table

__all__ = [
    "base_history_table",
    "change_history_table",
    "cohort_comparison_table",
    "cohort_history_table",
    "customer_decile_table",
    "customer_distribution_table",
    "customer_flow_table",
    "customer_quantile_table",
    "decile_movement_table",
    "period_change_table",
]
