"""KPIs of the whole log, of its last days, and of the days before."""

from typing import Final

from crmkit.report._section import Section
from crmkit.report.kpis._answer import answer
from crmkit.report.kpis._findings import findings
from crmkit.report.kpis._page import page
from crmkit.report.kpis._sheets import sheets
from crmkit.report.kpis._texts import TEXTS

__all__ = ["KPIS"]

KPIS: Final = Section("kpis", TEXTS, answer=answer, findings=findings, page=page, sheets=sheets)
