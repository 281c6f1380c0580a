"""The customers to act on as rows of the page."""

from __future__ import annotations

from typing import Any

from crmkit._figures import count
from crmkit._figures import whole_money as money
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted, cut
from crmkit.report._section import Answer
from crmkit.report.actions._texts import TEXTS

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per customer, and the note on whom they are chosen from."""
    rows = [
        {
            "customer": cut(str(row["customer_id"])),
            "revenue": money(row["spend"]),
            "why": row["reason"],
        }
        for row in answer.tables["actions"].to_dict("records")
    ]
    return {"actions": rows, "actions_note": _note(answer, facts)}


def _note(answer: Answer, facts: Facts) -> str:
    """Say how many customers the actions are chosen from and what they brought, with those below zero apart."""
    quiet = answer.more.set_index("part")
    n, amount = quiet["n_customers"], quiet["amount"]
    if n["all"] == 0:
        return TEXTS["actions_missing"].text(facts.language)
    texts = TEXTS["actions_note_below" if n["below_zero"] else "actions_note"].text(facts.language)
    return texts.format(
        n=counted(n["all"], "customer", language=facts.language),
        revenue=money(amount["customers"]),
        n_below=count(n["below_zero"]),
        below=money(amount["below_zero"]),
    )
