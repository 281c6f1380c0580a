"""Groups of customers: what they are made of, and what they are like."""

from crmkit.segment.groups._lift import lift_table
from crmkit.segment.groups._profile import profile_table
from crmkit.segment.groups._profile_difference import segment_difference_table
from crmkit.segment.groups._segment_rules import SegmentRules

__all__ = ["SegmentRules", "lift_table", "profile_table", "segment_difference_table"]
