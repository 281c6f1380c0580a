"""Campaigns: what came of each arm, beside its control group."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.campaigns._answer import answer
from crmkit.report.campaigns._charts import CHARTS
from crmkit.report.campaigns._page import findings, page
from crmkit.report.campaigns._sheets import sheets
from crmkit.report.campaigns._texts import TEXTS

__all__ = ["CAMPAIGNS"]

CAMPAIGNS: Final = Section(
    "campaigns",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    needs_purchases=False,
    sheets=sheets,
    of="contacts",
)
