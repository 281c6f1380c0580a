"""Models of contracts: how many renewals customers survive."""

from crmkit.value._contracts._shifted_beta_geo import BetaDiscreteWeibullModel, ShiftedBetaGeoModel
from crmkit.value._contracts._table import contract_table

__all__ = ["BetaDiscreteWeibullModel", "ShiftedBetaGeoModel", "contract_table"]
