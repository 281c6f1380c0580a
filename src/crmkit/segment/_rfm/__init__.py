"""RFM: scores, rules that name their cells, segments, the map."""

from crmkit.segment._rfm._map import rfm_map_table
from crmkit.segment._rfm._rule_files import read_rfm_rules, write_rfm_rules
from crmkit.segment._rfm._rule_tables import rfm_cell_table, rfm_rule_table
from crmkit.segment._rfm._rules import rfm_rules
from crmkit.segment._rfm._scorer import RFMScorer
from crmkit.segment._rfm._segmenter import RFMSegmenter

__all__ = [
    "RFMScorer",
    "RFMSegmenter",
    "read_rfm_rules",
    "rfm_cell_table",
    "rfm_map_table",
    "rfm_rule_table",
    "rfm_rules",
    "write_rfm_rules",
]
