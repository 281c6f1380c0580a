"""Customers under contract: how many renewals they survive, and what their margins are worth."""

from crmkit.value.contracts._annuity import contract_value, margin_multiple
from crmkit.value.contracts._shifted_beta_geo import BetaDiscreteWeibullModel, ShiftedBetaGeoModel
from crmkit.value.contracts._table import contract_table

__all__ = [
    "BetaDiscreteWeibullModel",
    "ShiftedBetaGeoModel",
    "contract_table",
    "contract_value",
    "margin_multiple",
]
