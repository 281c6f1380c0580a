"""What customers do by period: activity, cohorts, opportunities; and whether the log is complete."""

from crmkit.activity._activity import activity_table
from crmkit.activity._closures import LogClosure, log_closures
from crmkit.activity._cohorts import CohortAges, cohort_ages, cohort_matrix, cohort_table
from crmkit.activity._coverage import log_coverage_table
from crmkit.activity._daily import daily_counts
from crmkit.activity._door import as_activity
from crmkit.activity._gaps import GapCounts, gap_counts
from crmkit.activity._holes import LogHole, log_holes, touching
from crmkit.activity._opportunities import opportunity_table
from crmkit.activity._ready import ACTIVITY_REASONS
from crmkit.activity._ready_audit import audit_activity, rejected_activity
from crmkit.activity._retail_calendar import retail_calendar
from crmkit.activity._span import LogSpan, log_span

__all__ = [
    "ACTIVITY_REASONS",
    "CohortAges",
    "GapCounts",
    "LogClosure",
    "LogHole",
    "LogSpan",
    "activity_table",
    "as_activity",
    "audit_activity",
    "cohort_ages",
    "cohort_matrix",
    "cohort_table",
    "daily_counts",
    "gap_counts",
    "log_closures",
    "log_coverage_table",
    "log_holes",
    "log_span",
    "opportunity_table",
    "rejected_activity",
    "retail_calendar",
    "touching",
]
