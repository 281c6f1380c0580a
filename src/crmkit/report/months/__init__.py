"""Revenue, orders and customers by month."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.months._charts import CHARTS
from crmkit.report.months._page import answer, page
from crmkit.report.months._sheets import sheets
from crmkit.report.months._texts import TEXTS

__all__ = ["MONTHS"]

MONTHS: Final = Section("months", TEXTS, answer=answer, page=page, charts=CHARTS, sheets=sheets)
