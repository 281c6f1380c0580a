"""The loyalty programme on the page and as a sheet."""

from __future__ import annotations

from typing import Any, Final

from crmkit._figures import count, day, whole_money
from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.programme._answer import FLOWS
from crmkit.report.programme._texts import TEXTS

__all__ = ["findings", "page", "sheets"]

_MOST_PERIODS: Final = 12
_POINTS: Final = (*FLOWS, "outstanding")
_MONEY: Final = ("liability", "programme_cost")
_OWN: Final = {
    "period": Named(TEXTS["period"], "day"),
    **{name: Named(TEXTS[name], "count") for name in _POINTS},
    **{name: Named(TEXTS[name], "money") for name in _MONEY},
}


def findings(answer: Answer, facts: Facts) -> list[str]:
    """What is outstanding now."""
    last = answer.tables["points_liability"].iloc[-1]
    told = TEXTS["finding_points"].text(facts.language)
    return [told.format(points=count(last["outstanding"]), money=whole_money(last["liability"]))]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:  # noqa: ARG001
    """A row per period, the newest first."""
    table = answer.tables["points_liability"]
    newest = table.tail(_MOST_PERIODS).iloc[::-1].to_dict("records")
    return {
        "rows": [
            {
                "period": day(row["period"]) if row["is_complete"] else f"{day(row['period'])} *",
                **{name: count(row[name]) for name in _POINTS},
                **{name: whole_money(row[name]) for name in _MONEY},
            }
            for row in newest
        ],
        "is_open": not table["is_complete"].all(),
        "owed": count(table["owed"].iloc[-1]) if table["owed"].iloc[-1] > 0 else "",
    }


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All periods."""
    table = answer.tables["points_liability"]
    return [sheet_of(TEXTS["programme"], table, facts, columns=list(_OWN), own=_OWN)]
