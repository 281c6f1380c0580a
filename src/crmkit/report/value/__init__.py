"""What customers will buy and bring in the next 12 months, and whom it pays to win back."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.value._answer import answer
from crmkit.report.value._chart import CHARTS
from crmkit.report.value._findings import findings
from crmkit.report.value._page import page
from crmkit.report.value._sheets import sheets
from crmkit.report.value._texts import TEXTS

__all__ = ["VALUE"]

VALUE: Final = Section(
    "value",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    sheets=sheets,
    only_if_shown=True,
    is_of_all_days=True,
)
