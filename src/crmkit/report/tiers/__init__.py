"""Tiers of customers by the revenue that they bring."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.tiers._answer import answer
from crmkit.report.tiers._page import CHARTS, findings, page
from crmkit.report.tiers._sheets import sheets
from crmkit.report.tiers._texts import TEXTS

__all__ = ["TIERS"]

TIERS: Final = Section(
    "tiers", TEXTS, answer=answer, findings=findings, page=page, charts=CHARTS, is_of_all_days=True, sheets=sheets
)
