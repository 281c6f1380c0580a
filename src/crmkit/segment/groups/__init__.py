"""Groups of customers: found in the data, and what they are like."""

from crmkit.segment.groups._cluster_choice import cluster_choice_table
from crmkit.segment.groups._cluster_segmenter import ClusterSegmenter
from crmkit.segment.groups._latent_segmenter import LatentClassSegmenter
from crmkit.segment.groups._lift import lift_table
from crmkit.segment.groups._mixed_segmenter import MixedClusterSegmenter
from crmkit.segment.groups._profile import profile_table
from crmkit.segment.groups._profile_difference import segment_difference_table
from crmkit.segment.groups._scales import scale_reliability_table, scale_score_table
from crmkit.segment.groups._segment_rules import SegmentRules
from crmkit.segment.groups._sensitive import sensitive_column_table

__all__ = [
    "ClusterSegmenter",
    "LatentClassSegmenter",
    "MixedClusterSegmenter",
    "SegmentRules",
    "cluster_choice_table",
    "lift_table",
    "profile_table",
    "scale_reliability_table",
    "scale_score_table",
    "segment_difference_table",
    "sensitive_column_table",
]
