"""Campaigns: what came of each arm, beside its control group."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.campaigns._answer import answer
from crmkit.report.campaigns._page import page, sheets
from crmkit.report.campaigns._texts import TEXTS

__all__ = ["CAMPAIGNS"]

CAMPAIGNS: Final = Section(
    "campaigns", TEXTS, answer=answer, page=page, needs_purchases=False, sheets=sheets, of="contacts"
)
