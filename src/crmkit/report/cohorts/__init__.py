"""Retention by month of the first purchase."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.cohorts._page import answer, page
from crmkit.report.cohorts._sheets import sheets
from crmkit.report.cohorts._texts import TEXTS

__all__ = ["COHORTS"]

COHORTS: Final = Section("cohorts", TEXTS, answer=answer, page=page, sheets=sheets)
