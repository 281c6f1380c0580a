"""Mathematics shared by several parts: columns of numbers, intervals, concentration, likelihoods, survival."""

from crmkit._stats._association import Association, association
from crmkit._stats._bootstrap import interval_of_draws, resampled_sums
from crmkit._stats._calibration import calibration_bins
from crmkit._stats._chain_draws import SteppedChain
from crmkit._stats._columns import (
    Numbers,
    as_floats,
    as_given,
    check_alike,
    check_counts,
    check_part_of,
    check_range,
    some_of,
)
from crmkit._stats._concentration import (
    TOP_SHARE,
    entropy_of,
    gini_coefficient,
    hall_tideman_of,
    herfindahl_index,
    is_in_top,
    lorenz_curve,
    position_reaching,
    rank_weight,
    ranked_sums,
    share_of_top,
    top_count,
)
from crmkit._stats._contrasts import (
    LARGEST_SUM,
    Comparison,
    Contrast,
    Sample,
    compare,
    contrast_of_pairs,
    contrast_of_samples,
    detectable_difference,
    is_too_skewed,
)
from crmkit._stats._coverage import (
    doubled_runs,
    expected_ranges,
    far_too_few,
    implausible_silences,
    runs_of,
    yearly_silences,
)
from crmkit._stats._criteria_weights import OBJECTIVE_WEIGHTS, ObjectiveWeights, criteria_weights
from crmkit._stats._cronbach import alpha_interval, cronbach_alpha
from crmkit._stats._distinct import distinct_values
from crmkit._stats._fisher import fisher_p_values
from crmkit._stats._gamma import digamma_rest, digamma_step, gammaln_rest, log_beta_step, log_rising
from crmkit._stats._gamma_gamma import fit_gamma_gamma
from crmkit._stats._gamma_poisson import gamma_weight, shrunken_ratios
from crmkit._stats._group_means import (
    Standardised,
    explained_means,
    group_samples,
    samples_of_others,
    standardised_difference,
)
from crmkit._stats._intervals import beta_interval, normal_reach, poisson_interval, wilson_interval
from crmkit._stats._label_agreement import adjusted_rand, best_pairing, contingency, jaccard_matrix
from crmkit._stats._log_mean import log_mean, log_mean_contributions, log_ratio
from crmkit._stats._markov import (
    expected_sojourns,
    forecast,
    recurrent_classes,
    smoothed_shares,
    stationary_distribution,
    total_rewards,
)
from crmkit._stats._maximum import Maximum, Objective, maximise, observed_information, one_blas_thread
from crmkit._stats._multiple_tests import ADJUSTMENTS, Adjustment, adjusted_p_values
from crmkit._stats._nbd import fit_truncated_nbd
from crmkit._stats._outcomes import as_numbers, read_complete, read_outcomes
from crmkit._stats._pairwise_judgements import (
    PairwiseWeights,
    WeightRule,
    combined_judgements,
    judgement_matrix,
    pairwise_weights,
)
from crmkit._stats._percentiles import PercentileScale, percentile_scale, survival_scale
from crmkit._stats._posterior import N_POSTERIOR_DRAWS, posterior_draws
from crmkit._stats._product_change import sequential_contributions, shapley_contributions
from crmkit._stats._quadrature import beta_mean, log_beta_mean, log_rule, unit_rule
from crmkit._stats._rank_comparisons import Dominance, Explained, dominance, explained_ranks, value_counts
from crmkit._stats._ranking import Cuts, best_first, cuts_of, even_groups, normalised_gini
from crmkit._stats._remainders import REMAINDER_DIGITS, largest_remainders
from crmkit._stats._robust import RobustScale, mid_rank, robust_scale
from crmkit._stats._running import sums_before
from crmkit._stats._seasonal import Decomposition, decomposed
from crmkit._stats._shares import (
    PairedCounts,
    compare_paired_shares,
    compare_shares,
    detectable_difference_of_paired_shares,
    detectable_difference_of_shares,
    detectable_increase_of_share,
)
from crmkit._stats._shrunken_shares import shrunken_shares
from crmkit._stats._silence import longest_plausible_silence, silence_probability
from crmkit._stats._stability import Stability, divergence_by_chance, population_stability, quantile_edges
from crmkit._stats._survival import (
    Estimate,
    Moments,
    SurvivalCurve,
    Transform,
    kaplan_meier,
    restricted_mean,
    restricted_moments,
    survival_at,
    survival_band,
    survival_quantile,
)
from crmkit._stats._two_samples import difference_of_means, difference_of_shares, mean_interval
from crmkit._stats._weighted import effective_number, weighted_covariance, weighted_samples

__all__ = [
    "ADJUSTMENTS",
    "LARGEST_SUM",
    "N_POSTERIOR_DRAWS",
    "OBJECTIVE_WEIGHTS",
    "REMAINDER_DIGITS",
    "TOP_SHARE",
    "Adjustment",
    "Association",
    "Comparison",
    "Contrast",
    "Cuts",
    "Decomposition",
    "Dominance",
    "Estimate",
    "Explained",
    "Maximum",
    "Moments",
    "Numbers",
    "Objective",
    "ObjectiveWeights",
    "PairedCounts",
    "PairwiseWeights",
    "PercentileScale",
    "RobustScale",
    "Sample",
    "Stability",
    "Standardised",
    "SteppedChain",
    "SurvivalCurve",
    "Transform",
    "WeightRule",
    "adjusted_p_values",
    "adjusted_rand",
    "alpha_interval",
    "as_floats",
    "as_given",
    "as_numbers",
    "association",
    "best_first",
    "best_pairing",
    "beta_interval",
    "beta_mean",
    "calibration_bins",
    "check_alike",
    "check_counts",
    "check_part_of",
    "check_range",
    "combined_judgements",
    "compare",
    "compare_paired_shares",
    "compare_shares",
    "contingency",
    "contrast_of_pairs",
    "contrast_of_samples",
    "criteria_weights",
    "cronbach_alpha",
    "cuts_of",
    "decomposed",
    "detectable_difference",
    "detectable_difference_of_paired_shares",
    "detectable_difference_of_shares",
    "detectable_increase_of_share",
    "difference_of_means",
    "difference_of_shares",
    "digamma_rest",
    "digamma_step",
    "distinct_values",
    "divergence_by_chance",
    "dominance",
    "doubled_runs",
    "effective_number",
    "entropy_of",
    "even_groups",
    "expected_ranges",
    "expected_sojourns",
    "explained_means",
    "explained_ranks",
    "far_too_few",
    "fisher_p_values",
    "fit_gamma_gamma",
    "fit_truncated_nbd",
    "forecast",
    "gamma_weight",
    "gammaln_rest",
    "gini_coefficient",
    "group_samples",
    "hall_tideman_of",
    "herfindahl_index",
    "implausible_silences",
    "interval_of_draws",
    "is_in_top",
    "is_too_skewed",
    "jaccard_matrix",
    "judgement_matrix",
    "kaplan_meier",
    "largest_remainders",
    "log_beta_mean",
    "log_beta_step",
    "log_mean",
    "log_mean_contributions",
    "log_ratio",
    "log_rising",
    "log_rule",
    "longest_plausible_silence",
    "lorenz_curve",
    "maximise",
    "mean_interval",
    "mid_rank",
    "normal_reach",
    "normalised_gini",
    "observed_information",
    "one_blas_thread",
    "pairwise_weights",
    "percentile_scale",
    "poisson_interval",
    "population_stability",
    "position_reaching",
    "posterior_draws",
    "quantile_edges",
    "rank_weight",
    "ranked_sums",
    "read_complete",
    "read_outcomes",
    "recurrent_classes",
    "resampled_sums",
    "restricted_mean",
    "restricted_moments",
    "robust_scale",
    "runs_of",
    "samples_of_others",
    "sequential_contributions",
    "shapley_contributions",
    "share_of_top",
    "shrunken_ratios",
    "shrunken_shares",
    "silence_probability",
    "smoothed_shares",
    "some_of",
    "standardised_difference",
    "stationary_distribution",
    "sums_before",
    "survival_at",
    "survival_band",
    "survival_quantile",
    "survival_scale",
    "top_count",
    "total_rewards",
    "unit_rule",
    "value_counts",
    "weighted_covariance",
    "weighted_samples",
    "wilson_interval",
    "yearly_silences",
]
