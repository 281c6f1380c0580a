"""Loyalty programmes: points and what they will cost, levels of members, and what a programme earns."""

from crmkit.loyalty.programmes._balances import points_balance_table, points_lot_table
from crmkit.loyalty.programmes._breakage import breakage_table, redemption_development_table
from crmkit.loyalty.programmes._deferral import points_revenue, revenue_deferral_table
from crmkit.loyalty.programmes._economics import programme_economics_table
from crmkit.loyalty.programmes._kpis import (
    loyalty_active_rate,
    points_breakage_rate,
    points_burn_ratio,
    points_liability,
    points_redeemer_rate,
    points_redemption_rate,
)
from crmkit.loyalty.programmes._levels import level_history_table, level_migration_table, level_table
from crmkit.loyalty.programmes._liability import points_liability_table
from crmkit.loyalty.programmes._points_kpis import points_kpis
from crmkit.loyalty.programmes._replay import points_replay_table
from crmkit.loyalty.programmes._triangle import redemption_triangle

__all__ = [
    "breakage_table",
    "level_history_table",
    "level_migration_table",
    "level_table",
    "loyalty_active_rate",
    "points_balance_table",
    "points_breakage_rate",
    "points_burn_ratio",
    "points_kpis",
    "points_liability",
    "points_liability_table",
    "points_lot_table",
    "points_redeemer_rate",
    "points_redemption_rate",
    "points_replay_table",
    "points_revenue",
    "programme_economics_table",
    "redemption_development_table",
    "redemption_triangle",
    "revenue_deferral_table",
]
