"""How customers choose among brands: what size alone explains, whom brands win and lose, whose wallets they share."""

from crmkit.loyalty.brands._allocation import (
    wallet_allocation_share,
    wallet_allocation_table,
    wallet_opportunity_table,
    wallet_summary_table,
)
from crmkit.loyalty.brands._brand_table import brand_table
from crmkit.loyalty.brands._colombo_morrison import colombo_morrison_table
from crmkit.loyalty.brands._duplication import brand_duplication_table
from crmkit.loyalty.brands._fit_table import brand_fit_table
from crmkit.loyalty.brands._measures import BRAND_MEASURES
from crmkit.loyalty.brands._model import DirichletModel
from crmkit.loyalty.brands._panel_table import brand_panel_table
from crmkit.loyalty.brands._switches import switch_count_table
from crmkit.loyalty.brands._wallet import share_of_wallet_table

__all__ = [
    "BRAND_MEASURES",
    "DirichletModel",
    "brand_duplication_table",
    "brand_fit_table",
    "brand_panel_table",
    "brand_table",
    "colombo_morrison_table",
    "share_of_wallet_table",
    "switch_count_table",
    "wallet_allocation_share",
    "wallet_allocation_table",
    "wallet_opportunity_table",
    "wallet_summary_table",
]
