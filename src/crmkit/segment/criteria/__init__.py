"""Several criteria at once: weights, scorecards, rankings, needs, target markets, consolidating the base."""

from crmkit.segment.criteria._consolidation import BaseConsolidationSegmenter
from crmkit.segment.criteria._markets import market_strategy_table, target_market_table
from crmkit.segment.criteria._priority import priority_table
from crmkit.segment.criteria._scorecard import Scorecard
from crmkit.segment.criteria._sensitivity import weight_sensitivity_table
from crmkit.segment.criteria._topsis import TopsisScorer
from crmkit.segment.criteria._weight_tables import criteria_weight_table, judgement_pair_table, judgement_table

__all__ = [
    "BaseConsolidationSegmenter",
    "Scorecard",
    "TopsisScorer",
    "criteria_weight_table",
    "judgement_pair_table",
    "judgement_table",
    "market_strategy_table",
    "priority_table",
    "target_market_table",
    "weight_sensitivity_table",
]
