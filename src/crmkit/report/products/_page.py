"""Products on the page and as sheets."""

from __future__ import annotations

from typing import Any

from crmkit._figures import count
from crmkit._workbook import Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report.products._part import MOST_ROWS
from crmkit.report.products._parts import PARTS

__all__ = ["findings", "page", "sheets"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """The surest row of each table."""
    sure = [(part, part.sure(answer.tables[part.table])) for part in PARTS.values() if part.table in answer.tables]
    return [part.finding(table.iloc[0].to_dict(), facts) for part, table in sure if len(table)]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The surest rows of each table."""
    shown = []
    for name, part in PARTS.items():
        if part.table in answer.tables:
            sure = part.sure(answer.tables[part.table])
            cut = {"n": count(MOST_ROWS), "of": count(len(sure))} if len(sure) > MOST_ROWS else None
            shown.append({"title": f"table_{part.table}", "note": f"{name}_note", "cut": cut, **part.page(sure, facts)})
    return {"parts": shown}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All rows of each table."""
    return [part.sheet(answer.tables[part.table], facts) for part in PARTS.values() if part.table in answer.tables]
