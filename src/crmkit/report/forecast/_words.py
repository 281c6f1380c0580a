"""Pieces of sentences that findings and page share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crmkit._figures import count, share
from crmkit._figures import whole_money as money
from crmkit.report._facts import Facts
from crmkit.report._numbers import counted
from crmkit.report._section import Answer
from crmkit.report.forecast._texts import TEXTS

__all__ = ["expected_said", "headline_of", "in_numbers", "tried_said"]

# A smaller error of all forecasts together is none.
_NEAR = 0.005


def headline_of(answer: Answer) -> Any:
    """The row of revenue, or else of purchases."""
    return answer.tables["forecast"].to_dict("records")[-1]


def in_numbers(quantity: str) -> Callable[[float], str]:
    """How a quantity is written."""
    return money if quantity == "revenue" else lambda purchases: count(round(purchases))


def expected_said(row: Any, facts: Facts) -> str:
    """Say what is expected, with its interval, and what came in the 12 months before."""
    shown = in_numbers(row["quantity"])
    before = ""
    if row["last_period"] == row["last_period"]:
        before = TEXTS["forecast_before"].text(facts.language).format(value=shown(row["last_period"]))
    return (
        TEXTS[f"forecast_{row['quantity']}"]
        .text(facts.language)
        .format(
            n=counted(row["n_customers"], "customer", language=facts.language),
            value=shown(row["value"]),
            lower=shown(row["lower"]),
            upper=shown(row["upper"]),
            before=before,
        )
    )


def tried_said(row: Any, facts: Facts) -> str:
    """Say how the forecast did on earlier days of the log."""
    n, bias = row["n_backtests"], row["backtest_bias"]
    if not n:
        return TEXTS["forecast_untried"].text(facts.language)
    way = "even" if not abs(bias) >= _NEAR else "high" if bias > 0 else "low"
    off = TEXTS[f"forecast_{way}"].text(facts.language).format(share=share(abs(bias)))
    days = counted(n, "earlier day", language=facts.language)
    overlap = TEXTS["forecast_overlap"].text(facts.language) if n > 1 else ""
    return (
        TEXTS["forecast_tried"].text(facts.language).format(n=days, overlap=overlap, held=count(row["n_held"]), off=off)
    )
