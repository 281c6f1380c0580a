"""Who the customers are: scores, segments, tiers.

``segment.criteria`` scores and ranks by several criteria.
``segment.groups`` has groups that the data show, and what segments are like; ``segment.quality`` what makes a
segmentation good.
"""

from typing import Final

from crmkit._lazy import lazily
from crmkit.segment._account_rollup import account_rollup_table
from crmkit.segment._accounts import AccountSegmenter
from crmkit.segment._audience import audience_audit_table, audience_table
from crmkit.segment._chain_tables import customer_forecast_table, migration_table
from crmkit.segment._history import segment_flow_table, segment_history_table, segment_path_table
from crmkit.segment._movement import movement_table
from crmkit.segment._movement_null import movement_null_summary, movement_null_table
from crmkit.segment._movement_split import movement_split_table
from crmkit.segment._product_matrix import product_matrix_table
from crmkit.segment._relation import RelationSegmenter
from crmkit.segment._relation_days import relation_count_table, relation_snapshot_table
from crmkit.segment._relation_tables import relation_history_table, relation_state_table
from crmkit.segment._relation_words import relation_action_table
from crmkit.segment._rfm import (
    RFMScorer,
    RFMSegmenter,
    read_rfm_rules,
    rfm_cell_table,
    rfm_map_table,
    rfm_rule_table,
    rfm_rules,
    write_rfm_rules,
)
from crmkit.segment._role_measures import role_measure_table
from crmkit.segment._roles import RoleSegmenter
from crmkit.segment._schemes import SCHEMES
from crmkit.segment._segment_forecast import segment_forecast_backtest_table, segment_forecast_table
from crmkit.segment._segment_table import segment_table
from crmkit.segment._tiers import TierSegmenter
from crmkit.segment._transition_intervals import transition_interval_table
from crmkit.segment._transitions import transition_table
from crmkit.segment._value_levels import ValueSegmenter

__all__: Final[list[str]] = [
    "SCHEMES",
    "AccountSegmenter",
    "RFMScorer",
    "RFMSegmenter",
    "RelationSegmenter",
    "RoleSegmenter",
    "TierSegmenter",
    "ValueSegmenter",
    "account_rollup_table",
    "audience_audit_table",
    "audience_table",
    "customer_forecast_table",
    "migration_table",
    "movement_null_summary",
    "movement_null_table",
    "movement_split_table",
    "movement_table",
    "product_matrix_table",
    "read_rfm_rules",
    "relation_action_table",
    "relation_count_table",
    "relation_history_table",
    "relation_snapshot_table",
    "relation_state_table",
    "rfm_cell_table",
    "rfm_map_table",
    "rfm_rule_table",
    "rfm_rules",
    "role_measure_table",
    "segment_flow_table",
    "segment_forecast_backtest_table",
    "segment_forecast_table",
    "segment_history_table",
    "segment_path_table",
    "segment_table",
    "transition_interval_table",
    "transition_table",
    "write_rfm_rules",
]

__getattr__, __dir__ = lazily(__name__, ("criteria", "groups", "quality"), exported=__all__)
