"""Pieces of sentences that findings and page share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from crmkit._figures import NOTHING, count
from crmkit._figures import whole_money as money
from crmkit._messages import Message, Said
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted
from crmkit.report._section import Answer
from crmkit.report._texts import told
from crmkit.report.value._texts import TEXTS

__all__ = ["between", "interval_said", "limits_said", "money_said", "totals_of", "unvalued_said", "whole"]

_HORIZON: Final[Said] = Message(en="12 months", zh="12 个月")()


def totals_of(answer: Answer) -> dict[str, Any]:
    """The rows of the totals by quantity."""
    found: Any = answer.tables["value_totals"].set_index("quantity").to_dict("index")
    return dict(found)


def money_said(facts: Facts) -> str:
    """What is counted: revenue, or profit where a margin was given."""
    return TEXTS["value_revenue" if facts.margin == 1 else "value_profit"].text(facts.language)


def interval_said(row: Any, facts: Facts, *, number: Callable[[float], str] = money) -> str:
    """Say an interval in brackets, if there is one."""
    if math.isnan(row["lower"]):
        return ""
    lower, upper = number(row["lower"]), number(row["upper"])
    return TEXTS["value_interval"].text(facts.language).format(lower=lower, upper=upper)


def between(row: Any, shown: Callable[[float], str]) -> str:
    """An interval in a cell."""
    return NOTHING if math.isnan(row["lower"]) else f"{shown(row['lower'])} – {shown(row['upper'])}"


def whole(purchases: float) -> str:
    """Purchases to expect, in whole numbers."""
    return count(round(purchases))


def limits_said(answer: Answer, facts: Facts) -> list[str]:
    """Say how far the figures can be trusted, a sentence each."""
    return [told(limit, facts.language) for limit in answer.more.limits.said(horizon=_HORIZON)]


def unvalued_said(n: int, facts: Facts) -> str:
    """Say how many customers have no value, and why."""
    return TEXTS["value_unvalued"].text(facts.language).format(n=counted(n, "customer", language=facts.language))
