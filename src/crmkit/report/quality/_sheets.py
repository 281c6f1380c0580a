"""The quality of segmentations as a sheet."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.quality._page import worded
from crmkit.report.quality._texts import TEXTS

__all__ = ["sheets"]

_COLUMNS: Final = {
    "segmentation": Named(TEXTS["segmentation"], "text"),
    "criterion_name": Named(TEXTS["criterion"], "text"),
    "figure_name": Named(TEXTS["figure"], "text"),
    "of": Named(TEXTS["of"], "text"),
    "n": Named(TEXTS["n"], "count"),
    "value": Named(TEXTS["value"], "number"),
    "lower": Named(TEXTS["lower"], "number"),
    "upper": Named(TEXTS["upper"], "number"),
    "threshold": Named(TEXTS["limit"], "number"),
    "verdict_name": Named(TEXTS["verdict"], "text"),
    "source": Named(TEXTS["source"], "text"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All figures."""
    table = worded(answer.tables["segmentation_quality"], facts.language)
    return [sheet_of(TEXTS["quality"], table, facts, columns=list(_COLUMNS), own=_COLUMNS)]
