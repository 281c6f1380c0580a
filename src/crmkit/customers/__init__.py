"""The customers table, its cells, and its split into calibration and holdout."""

from crmkit.customers._cells import cells
from crmkit.customers._holdout import holdout_split
from crmkit.customers._log_gaps import log_gap_table
from crmkit.customers._summary import customer_summary
from crmkit.customers._update import update_summary

__all__ = ["cells", "customer_summary", "holdout_split", "log_gap_table", "update_summary"]
