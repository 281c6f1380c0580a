"""Where every row of the orders went, and where the log has holes."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.audit._answer import answer
from crmkit.report.audit._page import page
from crmkit.report.audit._sheets import sheets
from crmkit.report.audit._texts import TEXTS

__all__ = ["AUDIT"]

AUDIT: Final = Section("audit", TEXTS, answer=answer, page=page, needs_purchases=False, sheets=sheets)
