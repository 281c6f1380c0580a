"""What campaigns bring: how they are planned, what they did, and whom to treat next."""

from crmkit.loyalty.campaigns._assignment import assign_arms
from crmkit.loyalty.campaigns._assignment_checks import assignment_check_table
from crmkit.loyalty.campaigns._cross_fit import cross_fitted_uplift
from crmkit.loyalty.campaigns._cuped import cuped_table
from crmkit.loyalty.campaigns._difference_in_differences import difference_in_differences_table
from crmkit.loyalty.campaigns._effects import campaign_effect_table
from crmkit.loyalty.campaigns._event_study import event_study_table
from crmkit.loyalty.campaigns._incremental import incremental_conversions
from crmkit.loyalty.campaigns._matched_comparison import matched_comparison_table
from crmkit.loyalty.campaigns._matching_balance import matching_balance_table
from crmkit.loyalty.campaigns._matching_overlap import matching_overlap_table
from crmkit.loyalty.campaigns._placebo_dates import placebo_date_table
from crmkit.loyalty.campaigns._promotions import PROMOTION_KINDS, promotion_table
from crmkit.loyalty.campaigns._qini_curve import qini_curve_table
from crmkit.loyalty.campaigns._returns import campaign_return_table
from crmkit.loyalty.campaigns._sample_size import detectable_effect_table, sample_size_table
from crmkit.loyalty.campaigns._sequential import sequential_effect_table
from crmkit.loyalty.campaigns._transformed_outcome import TransformedOutcomeUplift
from crmkit.loyalty.campaigns._treatment_list import treatment_audit, treatment_list
from crmkit.loyalty.campaigns._treatment_profit import treatment_profit, treatment_threshold
from crmkit.loyalty.campaigns._two_model import TwoModelUplift
from crmkit.loyalty.campaigns._uplift_report import uplift_report_table
from crmkit.loyalty.campaigns._uplift_scores import auuc_score, qini_score, uplift_at_score
from crmkit.loyalty.campaigns._uplift_table import uplift_table
from crmkit.loyalty.campaigns._without_control_words import explain_without_control

__all__ = [
    "PROMOTION_KINDS",
    "TransformedOutcomeUplift",
    "TwoModelUplift",
    "assign_arms",
    "assignment_check_table",
    "auuc_score",
    "campaign_effect_table",
    "campaign_return_table",
    "cross_fitted_uplift",
    "cuped_table",
    "detectable_effect_table",
    "difference_in_differences_table",
    "event_study_table",
    "explain_without_control",
    "incremental_conversions",
    "matched_comparison_table",
    "matching_balance_table",
    "matching_overlap_table",
    "placebo_date_table",
    "promotion_table",
    "qini_curve_table",
    "qini_score",
    "sample_size_table",
    "sequential_effect_table",
    "treatment_audit",
    "treatment_list",
    "treatment_profit",
    "treatment_threshold",
    "uplift_at_score",
    "uplift_report_table",
    "uplift_table",
]
