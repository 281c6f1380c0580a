"""The state of the relation with each customer, judged by their own rhythm: history, counts by day, what to do."""

from typing import Final

from crmkit.segment.relations._days import relation_count_table, relation_snapshot_table
from crmkit.segment.relations._segmenter import RelationSegmenter
from crmkit.segment.relations._tables import relation_history_table, relation_state_table
from crmkit.segment.relations._words import relation_action_table

__all__: Final[list[str]] = [
    "RelationSegmenter",
    "relation_action_table",
    "relation_count_table",
    "relation_history_table",
    "relation_snapshot_table",
    "relation_state_table",
]
