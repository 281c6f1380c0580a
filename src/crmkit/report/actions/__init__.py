"""Customers to act on first, by name."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.actions._answer import answer
from crmkit.report.actions._page import page
from crmkit.report.actions._sheets import sheets
from crmkit.report.actions._texts import TEXTS

__all__ = ["ACTIONS"]

ACTIONS: Final = Section("actions", TEXTS, answer=answer, page=page, is_of_all_days=True, sheets=sheets)
