"""Prices and budgets: how demand moves with the price, the price that follows, what channels return."""

from crmkit.value.pricing._advertising import dorfman_steiner_ratio, wright_budget
from crmkit.value.pricing._allocation import allocate_budget
from crmkit.value.pricing._break_even import break_even_elasticity, break_even_sales_change, reactive_sales_change
from crmkit.value.pricing._channel_returns import channel_return_table
from crmkit.value.pricing._cross_elasticities import cross_elasticity_table
from crmkit.value.pricing._demand_curve import demand_curve_table
from crmkit.value.pricing._elasticities import elasticity_table
from crmkit.value.pricing._fit_curves import response_curve_table
from crmkit.value.pricing._gabor_granger import gabor_granger_table
from crmkit.value.pricing._measures import cross_price_elasticity, log_price_elasticity
from crmkit.value.pricing._methods import price_method_table
from crmkit.value.pricing._optimal_budget import optimal_budget_table
from crmkit.value.pricing._optimal_price import optimal_linear_price, optimal_price, optimal_price_table
from crmkit.value.pricing._shrunk import shrunk_elasticity_table
from crmkit.value.pricing._van_westendorp import price_sensitivity_points, price_sensitivity_table

__all__ = [
    "allocate_budget",
    "break_even_elasticity",
    "break_even_sales_change",
    "channel_return_table",
    "cross_elasticity_table",
    "cross_price_elasticity",
    "demand_curve_table",
    "dorfman_steiner_ratio",
    "elasticity_table",
    "gabor_granger_table",
    "log_price_elasticity",
    "optimal_budget_table",
    "optimal_linear_price",
    "optimal_price",
    "optimal_price_table",
    "price_method_table",
    "price_sensitivity_points",
    "price_sensitivity_table",
    "reactive_sales_change",
    "response_curve_table",
    "shrunk_elasticity_table",
    "wright_budget",
]
