"""Cohorts: customers by the period of their first purchase, and what they did since."""

from crmkit.activity._cohorts._ages import CohortAges, cohort_ages
from crmkit.activity._cohorts._matrix import cohort_matrix
from crmkit.activity._cohorts._table import cohort_table

__all__ = ["CohortAges", "cohort_ages", "cohort_matrix", "cohort_table"]
