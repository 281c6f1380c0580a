"""The loyalty programme: what came and went of its points, and what those outstanding will cost."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.programme._answer import CHARTS, answer
from crmkit.report.programme._page import findings, page, sheets
from crmkit.report.programme._texts import TEXTS

__all__ = ["PROGRAMME"]

PROGRAMME: Final = Section(
    "programme",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    needs_purchases=False,
    sheets=sheets,
    of="programme",
)
