"""What campaigns bring: how they are planned, what they did, and whom to treat next."""

from crmkit.loyalty.campaigns._assignment import assign_arms
from crmkit.loyalty.campaigns._qini_curve import qini_curve_table
from crmkit.loyalty.campaigns._uplift_scores import auuc_score, qini_score, uplift_at_score
from crmkit.loyalty.campaigns._uplift_table import uplift_table

__all__ = [
    "assign_arms",
    "auuc_score",
    "qini_curve_table",
    "qini_score",
    "uplift_at_score",
    "uplift_table",
]
