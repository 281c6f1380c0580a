"""The customer base through the five lenses of the customer-base audit."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.customer_base._answer import answer
from crmkit.report.customer_base._charts import CHARTS
from crmkit.report.customer_base._page import findings, page
from crmkit.report.customer_base._sheets import sheets
from crmkit.report.customer_base._texts import TEXTS

__all__ = ["CUSTOMER_BASE"]

CUSTOMER_BASE: Final = Section(
    "customer_base", TEXTS, answer=answer, findings=findings, page=page, charts=CHARTS, sheets=sheets
)
