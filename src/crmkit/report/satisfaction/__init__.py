"""Satisfaction: what a survey gives, by group where it was asked for so."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.satisfaction._answer import answer
from crmkit.report.satisfaction._page import findings, page
from crmkit.report.satisfaction._sheets import sheets
from crmkit.report.satisfaction._texts import TEXTS

__all__ = ["SATISFACTION"]

SATISFACTION: Final = Section(
    "satisfaction",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    needs_purchases=False,
    sheets=sheets,
    of="survey",
)
