"""What customers do by period: activity, cohorts, opportunities."""

from crmkit.activity._activity import activity_table
from crmkit.activity._cohorts import cohort_table
from crmkit.activity._opportunities import opportunity_table

__all__ = ["activity_table", "cohort_table", "opportunity_table"]
