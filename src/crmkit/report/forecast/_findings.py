"""The headline: what customers will bring in, beside what they did, and how far to believe it."""

from __future__ import annotations

from crmkit._figures import share
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._texts import joined
from crmkit.report.forecast._texts import TEXTS
from crmkit.report.forecast._words import expected_said, headline_of, tried_said

__all__ = ["findings"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """One sentence or two, where anything can be forecast."""
    if not answer.tables:
        return []
    row = headline_of(answer)
    return [joined(expected_said(row, facts), _core(answer, facts), tried_said(row, facts), language=facts.language)]


def _core(answer: Answer, facts: Facts) -> str:
    tiers = answer.tables.get("forecast_tiers")
    core = [] if tiers is None else tiers.loc[tiers["segment"] == "core", "value_share"].tolist()
    return TEXTS["forecast_core"].text(facts.language).format(share=share(core[0])) if core else ""
