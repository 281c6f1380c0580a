"""Segmentations of the user's own: what the segments sum up to, and what they are like."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.segments._answer import answer
from crmkit.report.segments._page import CHARTS, findings, page
from crmkit.report.segments._sheets import sheets
from crmkit.report.segments._texts import TEXTS

__all__ = ["SEGMENTS"]

SEGMENTS: Final = Section(
    "segments",
    TEXTS,
    answer=answer,
    findings=findings,
    page=page,
    charts=CHARTS,
    needs_purchases=False,
    sheets=sheets,
    of="segments",
)
