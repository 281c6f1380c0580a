"""Models of purchases: how customers buy and leave."""

from crmkit.value._purchases._alive_history import alive_history
from crmkit.value._purchases._beta_binomial import BetaGeoBetaBinomModel
from crmkit.value._purchases._beta_geo import BetaGeoModel, ModifiedBetaGeoModel
from crmkit.value._purchases._erlang import BetaGeoCNBDModel, ModifiedBetaGeoCNBDModel
from crmkit.value._purchases._frequency_recency import frequency_recency_table
from crmkit.value._purchases._gompertz import GammaGompertzNBDModel
from crmkit.value._purchases._pareto import NBDModel, ParetoNBDModel
from crmkit.value._purchases._regularity import regularity_table

__all__ = [
    "BetaGeoBetaBinomModel",
    "BetaGeoCNBDModel",
    "BetaGeoModel",
    "GammaGompertzNBDModel",
    "ModifiedBetaGeoCNBDModel",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "ParetoNBDModel",
    "alive_history",
    "frequency_recency_table",
    "regularity_table",
]
