"""Criteria that scores are made of: their names, their weights, what each contributes."""

from crmkit._criteria._learned import check_full_table, check_learned_weights, no_judges, no_pairs
from crmkit._criteria._means import contribution_means
from crmkit._criteria._names import check_among, check_criteria, names_in
from crmkit._criteria._scaled import scaled_criteria
from crmkit._criteria._weighting import (
    MOST_INCONSISTENT,
    WEIGHTINGS,
    Judged,
    Judges,
    Weighting,
    check_rule,
    check_weighting,
    judged,
    judges_of,
    learned_weights,
)

__all__ = [
    "MOST_INCONSISTENT",
    "WEIGHTINGS",
    "Judged",
    "Judges",
    "Weighting",
    "check_among",
    "check_criteria",
    "check_full_table",
    "check_learned_weights",
    "check_rule",
    "check_weighting",
    "contribution_means",
    "judged",
    "judges_of",
    "learned_weights",
    "names_in",
    "no_judges",
    "no_pairs",
    "scaled_criteria",
]
