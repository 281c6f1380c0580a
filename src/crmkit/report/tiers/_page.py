"""The tiers in words, as rows of the page, and drawn."""

from __future__ import annotations

import math
from typing import Any, Final

from crmkit._figures import count, share
from crmkit._figures import whole_money as money
from crmkit.plotting import plot_segments
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted
from crmkit.report._section import Answer, Drawing
from crmkit.report._segment_rows import all_customers, segment_rows
from crmkit.report.tiers._texts import TEXTS

__all__ = ["CHARTS", "cuts_told", "findings", "page"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """What the core customers bring, where there are tiers."""
    if answer.problem is not None:
        return []
    tiers: Any = answer.tables["tiers"].set_index("segment").to_dict("index")
    core, ordinary = tiers["core"], tiers["ordinary"]
    told = (
        TEXTS["finding_tiers"]
        .text(facts.language)
        .format(
            core=counted(core["n_customers"], "core customer", language=facts.language),
            core_share=share(core["customer_share"]),
            core_value=share(core["value_share"]),
            ordinary=counted(ordinary["n_customers"], "ordinary one", language=facts.language),
            ordinary_share=share(ordinary["customer_share"]),
            ordinary_value=share(ordinary["value_share"]),
        )
    )
    return [told]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per tier, all customers, and the cuts as the note says them."""
    return {
        "tiers": segment_rows(answer.tables["tiers"], facts.language),
        "all_customers": all_customers(facts),
        "tier_cuts": cuts_told(answer),
    }


def cuts_told(answer: Answer) -> dict[str, str]:
    """The cuts as the note says them."""
    core, important, orders = answer.tables["tier_cuts"]["cut"]
    return {"core": money(core), "important": money(important), "orders": count(math.ceil(orders))}


def _chart(answer: Answer, facts: Facts) -> Drawing:
    tiers = answer.tables["tiers"]
    core = tiers.to_dict("records")[0]
    # Without a master table nobody is potential.
    shown = tiers[tiers["n_customers"] > 0].round({"customer_share": 6, "value_share": 6})
    told = {"customers": share(core["customer_share"]), "revenue": share(core["value_share"])}
    return Drawing(lambda ax: plot_segments(shown, ax=ax, language=facts.language), told)


CHARTS: Final = {"tiers": _chart}
