"""The customers to act on as a sheet."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.actions._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {"reason": Named(SHARED["why"], "text")}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per customer."""
    named = answer.tables["actions"]
    return [sheet_of(TEXTS["actions"], named, facts, columns=("customer_id", "spend", "reason"), own=_OWN)]
