"""One HTML file on a customer base. Needs ``pip install crmkit[report]``."""

from crmkit.report._report import CustomerReport, customer_report

__all__ = ["CustomerReport", "customer_report"]
