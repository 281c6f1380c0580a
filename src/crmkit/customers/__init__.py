"""The customers table, its cells, its split into calibration and holdout, and the door for ready tables."""

from crmkit.customers._cells import cells
from crmkit.customers._door import as_customers
from crmkit.customers._features import customer_features
from crmkit.customers._holdout import holdout_split
from crmkit.customers._log_gaps import log_gap_table
from crmkit.customers._ready import CUSTOMER_REASONS
from crmkit.customers._ready_audit import audit_customers, rejected_customers
from crmkit.customers._refund_lag import mean_refund_lag
from crmkit.customers._summary import customer_summary
from crmkit.customers._update import update_summary

__all__ = [
    "CUSTOMER_REASONS",
    "as_customers",
    "audit_customers",
    "cells",
    "customer_features",
    "customer_summary",
    "holdout_split",
    "log_gap_table",
    "mean_refund_lag",
    "rejected_customers",
    "update_summary",
]
