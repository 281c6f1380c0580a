"""Profit of customers: from gross sales to net profit, and how it is spread."""

from crmkit.value.profit._customer_profit import customer_profit_table
from crmkit.value.profit._profit_ladder import profit_ladder_table
from crmkit.value.profit._whale_curve import whale_curve_table, whale_summary_table

__all__ = [
    "customer_profit_table",
    "profit_ladder_table",
    "whale_curve_table",
    "whale_summary_table",
]
