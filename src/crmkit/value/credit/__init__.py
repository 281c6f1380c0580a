"""Credit: what customers owe and how late, what of it will be lost, how risky they are, and how much rests on few."""

from crmkit.value.credit._ageing import ageing_table
from crmkit.value.credit._collection import collection_table
from crmkit.value.credit._days_sales import average_days_delinquent, collection_effectiveness, days_sales_outstanding
from crmkit.value.credit._delinquency import delinquency_table
from crmkit.value.credit._expected_loss import expected_credit_loss, expected_credit_loss_table
from crmkit.value.credit._exposure import exposure_summary_table, exposure_table
from crmkit.value.credit._loss_rates import loss_rate_table
from crmkit.value.credit._points import score_from_odds, score_points_table
from crmkit.value.credit._woe import information_value_table, woe_table

__all__ = [
    "ageing_table",
    "average_days_delinquent",
    "collection_effectiveness",
    "collection_table",
    "days_sales_outstanding",
    "delinquency_table",
    "expected_credit_loss",
    "expected_credit_loss_table",
    "exposure_summary_table",
    "exposure_table",
    "information_value_table",
    "loss_rate_table",
    "score_from_odds",
    "score_points_table",
    "woe_table",
]
