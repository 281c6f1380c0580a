"""Profit of customers on the page."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from crmkit._figures import count, share, whole_money
from crmkit._names import Label
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report.profit._texts import TEXTS

__all__ = ["findings", "page", "step_name"]

_FIGURES: Final = ("n_customers", "n_profitable", "n_loss_makers", "lost", "top_share", "peak_share", "peak_at")


def findings(answer: Answer, facts: Facts) -> list[str]:
    """What is left of net revenue, and what loss-makers take of it."""
    ladder = {row["step"]: row for row in answer.tables["profit_ladder"].to_dict("records")}
    found, value = answer.tables["whale_summary"].iloc[0], answer.more
    left = ladder[value]
    told = {
        "profit": whole_money(left["amount"]),
        "share": share(left["share"]),
        "revenue": whole_money(ladder["net_revenue"]["amount"]),
        "n": count(found["n_loss_makers"]),
        "of": count(found["n_customers"]),
        "lost": whole_money(found["lost"]),
        "peak": whole_money(found["peak_profit"]),
    }
    name = "finding_net_profit" if value == "net_profit" else "finding_contribution"
    said = [(name if np.isfinite(left["share"]) else f"{name}_alone", told)]
    said.append(("finding_losses" if found["n_loss_makers"] else "finding_no_losses", told))
    return [TEXTS[name].text(facts.language).format(**told) for name, told in said]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per step, and the figures of the curve."""
    ladder, found = answer.tables["profit_ladder"], answer.tables["whale_summary"].iloc[0]
    written = {
        "n_customers": count(found["n_customers"]),
        "n_profitable": count(found["n_profitable"]),
        "n_loss_makers": count(found["n_loss_makers"]),
        "lost": whole_money(found["lost"]),
        **{name: share(found[name]) for name in ("top_share", "peak_share", "peak_at")},
    }
    return {
        "steps": [
            {
                "step": step_name(row["step"], facts),
                "is_level": row["role"] == "level",
                "amount": whole_money(row["amount"]),
                "share": share(row["share"]),
                "of_losses": whole_money(row["amount_of_losses"]),
            }
            for row in ladder.to_dict("records")
        ],
        "figures": [(TEXTS[name].text(facts.language), written[name]) for name in _FIGURES],
        "has_losses": bool(found["n_loss_makers"]),
        "is_net": answer.more == "net_profit",
    }


def step_name(step: str, facts: Facts) -> str:
    """What a step is called; direct costs go by their own names."""
    names: dict[str, Label] = dict(LABELS["profit_step"])
    return names[step].text(facts.language) if step in names else step
