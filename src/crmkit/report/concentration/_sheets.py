"""The curve of concentration as a sheet with its chart."""

from __future__ import annotations

from crmkit._workbook import Chart, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.concentration._texts import TEXTS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per point of the curve."""
    title = TEXTS["concentration"]
    chart = Chart(title.text(facts.language), "customer_share", ("value_share",), kind="lines")
    return [sheet_of(title, answer.tables["concentration"], facts, charts=(chart,))]
