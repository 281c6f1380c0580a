"""Profit of customers: what they leave, what they cost to serve, how profit is spread, and what changed it."""

from crmkit.value.profit._allocation import allocate_costs
from crmkit.value.profit._change import change_table
from crmkit.value.profit._customer_profit import customer_profit_table
from crmkit.value.profit._price_volume_mix import price_volume_mix_table
from crmkit.value.profit._profit_ladder import PROFIT_STEPS, profit_ladder_table
from crmkit.value.profit._relative_value import relative_value_table
from crmkit.value.profit._sensitivity import allocation_range_table, allocation_sensitivity_table
from crmkit.value.profit._service_costs import pool_cost_table
from crmkit.value.profit._time_driven import time_driven_costs
from crmkit.value.profit._whale_curve import whale_curve_table, whale_summary_table

__all__ = [
    "PROFIT_STEPS",
    "allocate_costs",
    "allocation_range_table",
    "allocation_sensitivity_table",
    "change_table",
    "customer_profit_table",
    "pool_cost_table",
    "price_volume_mix_table",
    "profit_ladder_table",
    "relative_value_table",
    "time_driven_costs",
    "whale_curve_table",
    "whale_summary_table",
]
