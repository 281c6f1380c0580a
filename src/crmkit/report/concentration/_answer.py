"""The share of revenue by share of customers, and its curve."""

from __future__ import annotations

import math
from typing import Any, Final

from crmkit._figures import share
from crmkit._messages import Message
from crmkit.metrics import concentration_table
from crmkit.plotting import plot_concentration
from crmkit.report._facts import Facts
from crmkit.report._numbers import number_of_kpi
from crmkit.report._section import Answer, Context, Drawing
from crmkit.views import base_customers

__all__ = ["CHARTS", "answer", "page"]


_NO_PRICES: Final = Message(
    en="The orders carry no price, so there is no revenue to be concentrated.",
    zh="订单没有价格，无从计算销售额的集中度。",
)


def answer(context: Context) -> Answer:
    """The curve of the base; there is none where orders carry no price."""
    if math.isnan(context.revenue):
        return Answer(problem=_NO_PRICES())
    return Answer({"concentration": concentration_table(base_customers(context.customers))})


def page(answer: Answer, facts: Facts) -> dict[str, Any]:  # noqa: ARG001
    """The Gini coefficient of the note."""
    return {"gini": number_of_kpi(facts.kpi("gini")["value"], unit="index")}


def _chart(answer: Answer, facts: Facts) -> Drawing:
    curve = answer.tables["concentration"].round(6)
    told = {"share": share(facts.kpi("top_share")["value"])}
    return Drawing(lambda ax: plot_concentration(curve, ax=ax, language=facts.language), told)


CHARTS: Final = {"concentration": _chart}
