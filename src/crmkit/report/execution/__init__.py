"""Execution: how the plan is kept, and the score of each owner."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.execution._answer import answer
from crmkit.report.execution._page import page, sheets
from crmkit.report.execution._texts import TEXTS

__all__ = ["EXECUTION"]

EXECUTION: Final = Section(
    "execution", TEXTS, answer=answer, page=page, needs_purchases=False, sheets=sheets, of="plan"
)
