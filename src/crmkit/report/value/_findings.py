"""What customers will bring, and whom it pays to win back; what of this is unknown, and why."""

from __future__ import annotations

from typing import Any

from crmkit._figures import share
from crmkit._figures import whole_money as money
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted
from crmkit.report._section import Answer
from crmkit.report._texts import joined, told
from crmkit.report.value._texts import TEXTS
from crmkit.report.value._words import interval_said, limits_said, money_said, totals_of, unvalued_said, whole

__all__ = ["findings"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """The value of all, and of those worth saving; else the purchases; else the problem."""
    if not answer.tables:
        return [] if answer.problem is None else [told(answer.problem, facts.language)]
    totals = totals_of(answer)
    worth = totals.get("lifetime_value")
    if worth is None or not worth["value"] > 0:
        return [_purchases(answer, facts, totals["expected_purchases"])]
    return [_worth(answer, facts, worth), *_saved(facts, worth, totals.get("worth_saving"))]


def _purchases(answer: Answer, facts: Facts, expected: Any) -> str:
    """What customers will buy, where it is not known what they will bring."""
    text = TEXTS[f"finding_purchases{_if_all_stay(answer)}"].text(facts.language)
    interval = interval_said(expected, facts, number=whole)
    if answer.problem is None:
        why = unvalued_said(expected["n_customers"], facts)
    else:
        why = told(answer.problem, facts.language)
    said = text.format(purchases=whole(expected["value"]), interval=interval)
    return joined(said, *limits_said(answer, facts), why, language=facts.language)


def _worth(answer: Answer, facts: Facts, worth: Any) -> str:
    said = (
        TEXTS[f"finding_value{_if_all_stay(answer)}"]
        .text(facts.language)
        .format(
            money=money_said(facts),
            value=money(worth["value"]),
            interval=interval_said(worth, facts),
            core=_core(answer, facts),
        )
    )
    return joined(said, *limits_said(answer, facts), language=facts.language)


def _saved(facts: Facts, worth: Any, saved: Any) -> list[str]:
    if saved is None or saved["n_customers"] == 0:
        return []
    n = counted(saved["n_customers"], "customer", language=facts.language)
    part = share(saved["value"] / worth["value"])
    return [TEXTS["finding_worth_saving"].text(facts.language).format(n=n, share=part)]


def _if_all_stay(answer: Answer) -> str:
    return "_if_all_stay" if answer.more.limits.nobody_leaves else ""


def _core(answer: Answer, facts: Facts) -> str:
    tiers = answer.tables.get("value_tiers")
    core = [] if tiers is None else tiers.loc[tiers["segment"] == "core", "value_share"].tolist()
    return TEXTS["finding_value_core"].text(facts.language).format(share=share(core[0])) if core else ""
