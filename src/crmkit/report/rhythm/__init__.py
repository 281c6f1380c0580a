"""Days from one purchase to the next."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.rhythm._answer import CHARTS, answer
from crmkit.report.rhythm._sheets import sheets
from crmkit.report.rhythm._texts import TEXTS

__all__ = ["RHYTHM"]

RHYTHM: Final = Section("rhythm", TEXTS, answer=answer, charts=CHARTS, is_of_all_days=True, sheets=sheets)
