"""The KPIs of a survey as a sheet."""

from __future__ import annotations

from dataclasses import replace

from crmkit._workbook import Named, Sheet, headings
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import kpi_sheet
from crmkit.report._section import Answer
from crmkit.report.satisfaction._page import labelled
from crmkit.report.satisfaction._texts import TEXTS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per group and KPI, if anybody answered."""
    if not answer.tables:
        return []
    table = answer.tables["survey_kpis"]
    if "scope" not in table:
        return [kpi_sheet(TEXTS["satisfaction"], table, facts)]
    sheet = kpi_sheet(TEXTS["satisfaction"], labelled(table, facts), facts)
    group = headings(
        sheet.table, facts.language, columns=["group_name"], own={"group_name": Named(TEXTS["group"], "text")}
    )
    return [replace(sheet, headings=(*group, *sheet.headings))]
