"""One HTML file on a customer base. Needs ``pip install crmkit[report]``."""

from crmkit.report._make import customer_report
from crmkit.report._report import CustomerReport
from crmkit.report._section import Answer

__all__ = ["Answer", "CustomerReport", "customer_report"]
