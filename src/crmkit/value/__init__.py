"""What customers are worth: models of purchases and spend, lifetime value, value in the long run.

``value.contracts`` has the models and closed forms of customers under contract, ``value.judging`` what tells how good
a model of purchases is, ``value.profit`` what is left of what customers bring, ``value.pricing`` how demand moves with
prices and what channels return, ``value.products`` what is bought together, what customers prefer and where products
are in their life, ``value.rhythm`` when customers buy next and how many new ones come, ``value.credit`` what they
owe, how late, and what of it is likely to be lost.
"""

from crmkit._lazy import lazily
from crmkit.value._base_value import customer_base_value
from crmkit.value._forecast import TriedForecast, backtest_table, forecast_table, tried_forecast
from crmkit.value._from_lifetimes import from_lifetimes
from crmkit.value._groups import fit_groups
from crmkit.value._lifetime_value import (
    customer_equity,
    customer_lifetime_value,
    lifetime_value_by_year,
    lifetime_value_table,
)
from crmkit.value._migration import migration_value, move_values
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
from crmkit.value._spend import GammaGammaModel, spend_by_frequency_table, spend_independence_table

__all__ = [
    "BetaGeoBetaBinomModel",
    "BetaGeoCNBDModel",
    "BetaGeoModel",
    "GammaGammaModel",
    "GammaGompertzNBDModel",
    "ModifiedBetaGeoCNBDModel",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "ParetoNBDModel",
    "TriedForecast",
    "alive_history",
    "backtest_table",
    "customer_base_value",
    "customer_equity",
    "customer_lifetime_value",
    "fit_groups",
    "forecast_table",
    "frequency_recency_table",
    "from_lifetimes",
    "lifetime_value_by_year",
    "lifetime_value_table",
    "migration_value",
    "move_values",
    "regularity_table",
    "spend_by_frequency_table",
    "spend_independence_table",
    "tried_forecast",
]

__getattr__, __dir__ = lazily(
    __name__, ("contracts", "credit", "judging", "pricing", "products", "profit", "rhythm"), exported=__all__
)
