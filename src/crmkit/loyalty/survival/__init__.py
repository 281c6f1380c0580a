"""How long customers stay, where some are still there: curves, quantiles, tests and reasons of leaving."""

from crmkit.loyalty.survival._aft import aft_law_table, aft_survival_table, aft_table
from crmkit.loyalty.survival._contracts import contracts_from_durations, contracts_until
from crmkit.loyalty.survival._cox import cox_survival_table, cox_table
from crmkit.loyalty.survival._hazard_model import DiscreteHazardModel
from crmkit.loyalty.survival._hazard_products import survival_from_hazards
from crmkit.loyalty.survival._incidence import cumulative_incidence_table
from crmkit.loyalty.survival._kaplan_meier import kaplan_meier_table
from crmkit.loyalty.survival._log_rank import log_rank_table
from crmkit.loyalty.survival._nelson_aalen import nelson_aalen_table
from crmkit.loyalty.survival._person_periods import person_period_table
from crmkit.loyalty.survival._points import survival_at_table, survival_quantile_table
from crmkit.loyalty.survival._restricted import restricted_mean_difference_table, restricted_mean_table
from crmkit.loyalty.survival._retention_curves import retention_curve_table, retention_error_table
from crmkit.loyalty.survival._subscription_durations import subscription_durations

__all__ = [
    "DiscreteHazardModel",
    "aft_law_table",
    "aft_survival_table",
    "aft_table",
    "contracts_from_durations",
    "contracts_until",
    "cox_survival_table",
    "cox_table",
    "cumulative_incidence_table",
    "kaplan_meier_table",
    "log_rank_table",
    "nelson_aalen_table",
    "person_period_table",
    "restricted_mean_difference_table",
    "restricted_mean_table",
    "retention_curve_table",
    "retention_error_table",
    "subscription_durations",
    "survival_at_table",
    "survival_from_hazards",
    "survival_quantile_table",
]
