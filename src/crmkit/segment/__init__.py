"""Who the customers are: scores, segments, tiers."""

from crmkit.segment._rfm import RFMScorer

__all__ = ["RFMScorer"]
