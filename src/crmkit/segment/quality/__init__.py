"""What makes a segmentation good: measurable, accessible, different, stable."""

from crmkit.segment.quality._drift import segment_drift_table
from crmkit.segment.quality._quality import segmentation_quality_table
from crmkit.segment.quality._stability import segment_stability_table

__all__ = ["segment_drift_table", "segment_stability_table", "segmentation_quality_table"]
