"""The audit and the holes of the log as sheets."""

from __future__ import annotations

from crmkit._workbook import Sheet, audit_sheet, hole_sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.transactions import AUDIT_REASONS

__all__ = ["sheets"]


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per reason, if an audit was given, and a row per hole, if there are any."""
    found = []
    if "audit" in answer.tables:
        audit = answer.tables["audit"]
        names = [AUDIT_REASONS[reason].text(facts.language) for reason in audit["reason"]]
        found.append(audit_sheet(audit.assign(reason=names), facts.language))
    if "holes" in answer.tables:
        found.append(hole_sheet(answer.tables["holes"], facts.language))
    return found
