"""The KPIs of service on the page and as a sheet."""

from __future__ import annotations

from typing import Any

from crmkit._workbook import Sheet
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import kpi_rows, kpi_sheet
from crmkit.report._section import Answer
from crmkit.report.service._texts import TEXTS

__all__ = ["page", "sheets"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per KPI."""
    return {"rows": kpi_rows(answer.tables["service_kpis"], facts), "days": facts.days}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per KPI, if there was a ticket."""
    tables = answer.tables
    return [kpi_sheet(TEXTS["service"], tables["service_kpis"], facts)] if tables else []
