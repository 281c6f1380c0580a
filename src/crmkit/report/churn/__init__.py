"""Who is about to leave, how well that was known, and whom to call."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.churn._answer import answer
from crmkit.report.churn._charts import CHARTS
from crmkit.report.churn._page import findings, page
from crmkit.report.churn._sheets import sheets
from crmkit.report.churn._texts import TEXTS

__all__ = ["CHURN"]

CHURN: Final = Section(
    "churn",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    sheets=sheets,
    only_if_shown=True,
    is_of_all_days=True,
    is_on_request=True,
)
