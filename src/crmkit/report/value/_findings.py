"""Whom it pays to win back; what of the value is unknown, and why."""

from __future__ import annotations

from typing import Any

from crmkit._figures import share
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted
from crmkit.report._section import Answer
from crmkit.report._texts import told
from crmkit.report.value._texts import TEXTS
from crmkit.report.value._words import totals_of, unvalued_said

__all__ = ["findings"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """Those worth saving; else why nobody has a value. What all will bring is the headline of the forecast."""
    if not answer.tables:
        return [] if answer.problem is None else [told(answer.problem, facts.language)]
    totals = totals_of(answer)
    worth = totals.get("lifetime_value")
    if worth is None or not worth["value"] > 0:
        return [_unvalued(answer, facts, totals["expected_purchases"])]
    return _saved(facts, worth, totals.get("worth_saving"))


def _unvalued(answer: Answer, facts: Facts, expected: Any) -> str:
    """Why it is not known what customers will bring."""
    if answer.problem is None:
        return unvalued_said(expected["n_customers"], facts)
    return told(answer.problem, facts.language)


def _saved(facts: Facts, worth: Any, saved: Any) -> list[str]:
    if saved is None or saved["n_customers"] == 0:
        return []
    n = counted(saved["n_customers"], "customer", language=facts.language)
    part = share(saved["value"] / worth["value"])
    return [TEXTS["finding_worth_saving"].text(facts.language).format(n=n, share=part)]
