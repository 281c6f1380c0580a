"""The lenses as sheets."""

from __future__ import annotations

from crmkit._workbook import Sheet, base_audit_sheets
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report.customer_base._page import ranges_told

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A sheet for each table, if there is revenue to look at."""
    if answer.problem is not None:
        return []
    found = base_audit_sheets(answer.more, facts.language, **ranges_told(answer), kpis=LABELS["kpi"])
    return list(found.values())
