"""How good segmentations are: measurable, accessible, different, stable, side by side."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.quality._answer import answer
from crmkit.report.quality._page import CHARTS, findings, page
from crmkit.report.quality._sheets import sheets
from crmkit.report.quality._texts import TEXTS

__all__ = ["QUALITY"]

QUALITY: Final = Section(
    "quality",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    needs_purchases=False,
    sheets=sheets,
    of="quality",
)
