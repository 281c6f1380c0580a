"""Days from one purchase to the next, and who is due."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.rhythm._answer import CHARTS, answer
from crmkit.report.rhythm._page import page
from crmkit.report.rhythm._sheets import sheets
from crmkit.report.rhythm._texts import TEXTS

__all__ = ["RHYTHM"]

RHYTHM: Final = Section("rhythm", TEXTS, answer=answer, page=page, charts=CHARTS, is_of_all_days=True, sheets=sheets)
