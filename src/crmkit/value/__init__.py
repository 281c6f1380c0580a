"""What customers are worth: lifetime value, profit, purchase cycles."""

from crmkit.value._contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel, contract_table
from crmkit.value._from_lifetimes import from_lifetimes
from crmkit.value._groups import fit_groups
from crmkit.value._judging import (
    LikelihoodRatioTest,
    compare_models,
    conditional_expectation_table,
    decile_table,
    frequency_table,
    inactivity_calibration_table,
    likelihood_ratio_test,
    tracking_table,
)
from crmkit.value._lifetime_value import (
    customer_equity,
    customer_lifetime_value,
    lifetime_value_by_year,
    lifetime_value_table,
)
from crmkit.value._long_term import (
    contract_value,
    customer_base_value,
    margin_multiple,
    migration_value,
    move_values,
)
from crmkit.value._purchases import (
    BetaGeoBetaBinomModel,
    BetaGeoCNBDModel,
    BetaGeoModel,
    GammaGompertzNBDModel,
    ModifiedBetaGeoCNBDModel,
    ModifiedBetaGeoModel,
    NBDModel,
    ParetoNBDModel,
    alive_history,
    frequency_recency_table,
    regularity_table,
)
from crmkit.value._spend import GammaGammaModel, spend_by_frequency_table, spend_independence

__all__ = [
    "BetaDiscreteWeibullModel",
    "BetaGeoBetaBinomModel",
    "BetaGeoCNBDModel",
    "BetaGeoModel",
    "GammaGammaModel",
    "GammaGompertzNBDModel",
    "LikelihoodRatioTest",
    "ModifiedBetaGeoCNBDModel",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "ParetoNBDModel",
    "ShiftedBetaGeoModel",
    "alive_history",
    "compare_models",
    "conditional_expectation_table",
    "contract_table",
    "contract_value",
    "customer_base_value",
    "customer_equity",
    "customer_lifetime_value",
    "decile_table",
    "fit_groups",
    "frequency_recency_table",
    "frequency_table",
    "from_lifetimes",
    "inactivity_calibration_table",
    "lifetime_value_by_year",
    "lifetime_value_table",
    "likelihood_ratio_test",
    "margin_multiple",
    "migration_value",
    "move_values",
    "regularity_table",
    "spend_by_frequency_table",
    "spend_independence",
    "tracking_table",
]
