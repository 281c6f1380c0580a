"""Who the customers are: scores, segments, tiers.

``segment.criteria`` scores and ranks by several criteria; ``segment.groups`` has groups that the data show, and what
segments are like; ``segment.movement`` who moves between segments, and how large they will be; ``segment.quality`` what
makes a segmentation good; ``segment.relations`` the state of each customer's relation.
"""

from typing import Final

from crmkit._lazy import lazily
from crmkit.segment._account_rollup import account_rollup_table
from crmkit.segment._accounts import AccountSegmenter
from crmkit.segment._audience import audience_audit_table, audience_table
from crmkit.segment._product_matrix import product_matrix_table
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
from crmkit.segment._segment_table import segment_table
from crmkit.segment._tiers import TierSegmenter
from crmkit.segment._value_levels import ValueSegmenter

__all__: Final[list[str]] = [
    "SCHEMES",
    "AccountSegmenter",
    "RFMScorer",
    "RFMSegmenter",
    "RoleSegmenter",
    "TierSegmenter",
    "ValueSegmenter",
    "account_rollup_table",
    "audience_audit_table",
    "audience_table",
    "product_matrix_table",
    "read_rfm_rules",
    "rfm_cell_table",
    "rfm_map_table",
    "rfm_rule_table",
    "rfm_rules",
    "role_measure_table",
    "segment_table",
    "write_rfm_rules",
]

__getattr__, __dir__ = lazily(__name__, ("criteria", "groups", "movement", "quality", "relations"), exported=__all__)
