"""What today's customers will bring in the next 12 months, and how such forecasts did on earlier days of the log."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.forecast._answer import answer
from crmkit.report.forecast._chart import CHARTS
from crmkit.report.forecast._findings import findings
from crmkit.report.forecast._page import page
from crmkit.report.forecast._sheets import sheets
from crmkit.report.forecast._texts import TEXTS

__all__ = ["FORECAST"]

FORECAST: Final = Section(
    "forecast",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    sheets=sheets,
    only_if_shown=True,
    is_of_all_days=True,
)
