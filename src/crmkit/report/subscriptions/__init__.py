"""Subscriptions: recurring revenue, how it moved, and who left."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.subscriptions._answer import CHARTS, answer
from crmkit.report.subscriptions._page import page, sheets
from crmkit.report.subscriptions._texts import TEXTS

__all__ = ["SUBSCRIPTIONS"]

SUBSCRIPTIONS: Final = Section(
    "subscriptions",
    TEXTS,
    answer=answer,
    page=page,
    charts=CHARTS,
    sheets=sheets,
    needs_purchases=False,
    of="subscriptions",
)
