"""The days between purchases as a sheet with their curve."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Chart, Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.rhythm._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {
    "days": Named(TEXTS["days"], "count"),
    "n_gaps": Named(TEXTS["n_gaps"], "count"),
    "cumulative_share": Named(TEXTS["cumulative_share"], "share"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per number of days, if anybody came back."""
    gaps = answer.tables["gaps"]
    if gaps.empty:
        return []
    chart = Chart(TEXTS["rhythm"].text(facts.language), "days", ("cumulative_share",), kind="lines", n_last=len(gaps))
    return [sheet_of(TEXTS["table_gaps"], gaps, facts, own=_OWN, charts=(chart,))]
