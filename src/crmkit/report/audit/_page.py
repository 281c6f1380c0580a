"""The audit as rows of the page."""

from __future__ import annotations

from typing import Any

from crmkit._figures import count
from crmkit._figures import whole_money as money
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._section import Answer

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per reason, unless no audit was given."""
    if answer.problem is not None:
        return {}
    audit = answer.tables["audit"]
    rows = [
        {
            "reason": LABELS["audit_reason"][row["reason"]].text(facts.language),
            "rows": count(row["n_rows"]),
            "amount": money(row["amount"]),
        }
        for row in audit.to_dict("records")
    ]
    return {"audit": rows, "n_duplicates": count(audit["n_duplicates"].iloc[-1])}
