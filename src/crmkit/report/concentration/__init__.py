"""How the revenue is spread over the customers."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.concentration._answer import CHARTS, answer, page
from crmkit.report.concentration._sheets import sheets
from crmkit.report.concentration._texts import TEXTS

__all__ = ["CONCENTRATION"]

CONCENTRATION: Final = Section(
    "concentration", TEXTS, answer=answer, page=page, charts=CHARTS, is_of_all_days=True, sheets=sheets
)
