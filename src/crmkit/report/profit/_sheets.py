"""The steps to profit and the whale curve as sheets."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Chart, Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.profit._page import step_name
from crmkit.report.profit._texts import TEXTS

__all__ = ["sheets"]

_STEPS: Final = {
    "step": Named(TEXTS["step"], "text"),
    "amount": Named(TEXTS["amount"], "money"),
    "share": Named(TEXTS["share"], "share"),
    "amount_of_losses": Named(TEXTS["of_losses"], "money"),
}
_POINTS: Final = {
    "n_customers": Named(TEXTS["n_customers"], "count"),
    "customer_share": Named(TEXTS["customer_share"], "share"),
    "profit": Named(TEXTS["profit_so_far"], "money"),
    "profit_share": Named(TEXTS["profit_share"], "share"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per step, and one per point of the curve."""
    ladder, curve = answer.tables["profit_ladder"], answer.tables["whale_curve"]
    named = ladder.assign(step=[step_name(step, facts) for step in ladder["step"]])
    title = TEXTS["table_whale_curve"]
    chart = Chart(title.text(facts.language), "customer_share", ("profit",), kind="lines")
    return [
        sheet_of(TEXTS["table_profit_ladder"], named, facts, columns=list(_STEPS), own=_STEPS),
        sheet_of(title, curve, facts, columns=list(_POINTS), own=_POINTS, charts=(chart,)),
    ]
