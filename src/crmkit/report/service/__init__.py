"""Service: how tickets of the recent period were answered and resolved."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.service._answer import answer
from crmkit.report.service._page import page, sheets
from crmkit.report.service._texts import TEXTS

__all__ = ["SERVICE"]

SERVICE: Final = Section("service", TEXTS, answer=answer, page=page, needs_purchases=False, sheets=sheets, of="tickets")
