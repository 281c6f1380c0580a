"""Profit of customers: from gross sales to profit, how it is spread, and who costs more than they bring."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.profit._answer import CHARTS, answer
from crmkit.report.profit._page import findings, page
from crmkit.report.profit._sheets import sheets
from crmkit.report.profit._texts import TEXTS

__all__ = ["PROFIT"]

PROFIT: Final = Section(
    "profit",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    needs_purchases=False,
    sheets=sheets,
    of="profit",
)
