"""The execution of the plan on the page and as sheets."""

from __future__ import annotations

import math
from typing import Any, Final

from crmkit._figures import NOTHING, number, share
from crmkit._workbook import LIGHTS, Sheet, scorecard_sheet
from crmkit.plans import KINDS
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import kpi_rows, kpi_sheet
from crmkit.report._numbers import cut
from crmkit.report._section import Answer
from crmkit.report.execution._texts import TEXTS

__all__ = ["page", "sheets"]

_MOST_ITEMS: Final = 10


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The KPIs, the score of each owner, and the items with a red light."""
    card = answer.tables["execution_scores"]
    scores, items = card[card["level"] != "item"], card[(card["level"] == "item") & (card["light"] == "red")]
    red = items.sort_values("weight", ascending=False, kind="stable")
    return {
        "rows": kpi_rows(answer.tables["execution_kpis"], facts),
        "scores": [_score(row, facts) for row in scores.to_dict("records")],
        "red": [_item(row, facts) for row in red.head(_MOST_ITEMS).to_dict("records")],
        "n_red": len(red),
        "n_shown": min(len(red), _MOST_ITEMS),
    }


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """The KPIs, and the scorecard item by item."""
    card = answer.tables["execution_scores"]
    names = {code: name.text(facts.language) for code, name in KINDS.items()}
    return [
        kpi_sheet(TEXTS["execution"], answer.tables["execution_kpis"], facts),
        scorecard_sheet(card.assign(kind=card["kind"].map(names)), facts.language),
    ]


def _score(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    whole = row["level"] == "all"
    return {
        "owner": TEXTS["level_all"].text(facts.language) if whole else cut(str(row["owner"])),
        "weight": number(row["weight"]),
        "score": NOTHING if math.isnan(row["score"]) else share(row["score"]),
        "light": LIGHTS[row["light"]].text(facts.language),
        "is_whole": "yes" if whole else "",
    }


def _item(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    owner = row["owner"]
    return {
        "item": cut(str(row["item"])),
        "kind": KINDS[row["kind"]].text(facts.language),
        "owner": cut(owner) if isinstance(owner, str) else NOTHING,
        "attainment": share(row["attainment"]),
        "weight": number(row["weight"]),
    }
