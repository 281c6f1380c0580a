"""The quality of segmentations as a sheet."""

from __future__ import annotations

from crmkit._workbook import Sheet, quality_sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report.quality._texts import TEXTS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All figures."""
    title = TEXTS["quality"].text(facts.language)
    return [quality_sheet(title, answer.tables["segmentation_quality"], facts.language)]
