"""The tiers as a sheet with their chart."""

from __future__ import annotations

from crmkit._workbook import Sheet, segment_sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.tiers._page import cuts_told
from crmkit.report.tiers._texts import TEXTS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per tier, if there is revenue to divide customers by."""
    if not answer.tables:
        return []
    language = facts.language
    note = TEXTS["tiers_note"].text(language).format(**cuts_told(answer))
    title = TEXTS["tiers"].text(language)
    return [segment_sheet(title, answer.tables["tiers"], language, first=SHARED["tier"], notes=(note,))]
