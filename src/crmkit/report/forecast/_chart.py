"""Forecasts of earlier days and what came, drawn."""

from __future__ import annotations

from typing import Final

from crmkit._figures import count
from crmkit.plotting import plot_backtests
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Drawing
from crmkit.report.forecast._words import headline_of

__all__ = ["CHARTS"]


def _backtests(answer: Answer, facts: Facts) -> Drawing:
    row = headline_of(answer)
    tests = answer.tables["backtests"].round(dict.fromkeys(("forecast", "lower", "upper", "came"), 2))
    told = {"n": count(row["n_backtests"]), "held": count(row["n_held"])}
    return Drawing(lambda ax: plot_backtests(tests, quantity=row["quantity"], ax=ax, language=facts.language), told)


CHARTS: Final = {"backtests": _backtests}
