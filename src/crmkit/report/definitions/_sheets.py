"""The definitions as a sheet."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.definitions._page import page
from crmkit.report.definitions._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {
    "name": Named(SHARED["kpi"], "text"),
    "definition": Named(TEXTS["definition"], "text"),
    "unit": Named(TEXTS["unit"], "text"),
    "source": Named(TEXTS["source"], "text"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per KPI, as on the page."""
    table = pd.DataFrame(page(answer, facts)["definitions"], columns=list(_OWN))
    notes = (TEXTS["purchase_day"].text(facts.language),)
    return [sheet_of(TEXTS["definitions"], table, facts, own=_OWN, notes=notes)]
