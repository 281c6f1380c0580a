"""What the KPIs of the report are."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.definitions._page import page
from crmkit.report.definitions._sheets import sheets
from crmkit.report.definitions._texts import TEXTS

__all__ = ["DEFINITIONS"]

DEFINITIONS: Final = Section("definitions", TEXTS, page=page, needs_purchases=False, sheets=sheets)
