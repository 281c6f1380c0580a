"""Churn rates, the trial, the people to call and the early warnings as sheets."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Named, Sheet
from crmkit.loyalty.churn import WARNING_SIGNALS
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.churn._page import reason
from crmkit.report.churn._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {
    "cutoff": Named(TEXTS["churn_day"], "day"),
    "n_churned": Named(TEXTS["churn_left"], "count"),
    "churn_rate": Named(TEXTS["churn_rate"], "share"),
    "churn_rate_lower": Named(TEXTS["churn_rate_lower"], "share"),
    "churn_rate_upper": Named(TEXTS["churn_rate_upper"], "share"),
    "score": Named(TEXTS["churn_score"], "text"),
    "measure": Named(TEXTS["churn_measure"], "text"),
    "value": Named(TEXTS["churn_value"], "number"),
    "rank": Named(TEXTS["churn_rank"], "count"),
    "probability": Named(TEXTS["churn_probability"], "share"),
    "clv": Named(TEXTS["churn_at_stake"], "money"),
    "reason": Named(SHARED["why"], "text"),
    "signal": Named(TEXTS["churn_signal"], "text"),
    "spend": Named(TEXTS["churn_spent"], "money"),
    "base_rate": Named(TEXTS["churn_base"], "share"),
    "precision": Named(TEXTS["churn_right"], "share"),
    "precision_lower": Named(TEXTS["churn_right_lower"], "share"),
    "precision_upper": Named(TEXTS["churn_right_upper"], "share"),
}
_COLUMNS: Final = {
    "churn_list": ("rank", "customer_id", "probability", "clv", "reason"),
    "churn_rates": ("cutoff", "n_customers", "n_churned", "churn_rate", "churn_rate_lower", "churn_rate_upper"),
    "churn_judged": ("score", "measure", "value", "lower", "upper"),
    "churn_warnings": (
        "signal",
        "n_customers",
        "spend",
        "base_rate",
        "precision",
        "precision_lower",
        "precision_upper",
    ),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """The tables that hold anything."""
    language, found = facts.language, []
    for name, columns in _COLUMNS.items():
        if not len(answer.tables.get(name, ())):
            continue
        table = answer.tables[name]
        if name == "churn_list":
            table = table.assign(reason=[reason(row, language) for row in table.to_dict("records")])
        if name == "churn_judged":
            scores = [TEXTS[f"score_{code}"].text(language) for code in table["score"]]
            measures = [TEXTS[f"measure_{code}"].text(language) for code in table["measure"]]
            table = table.assign(score=scores, measure=measures)
        if name == "churn_warnings":
            table = table.assign(signal=[WARNING_SIGNALS[code].text(language) for code in table["signal"]])
        shown = [column for column in columns if column in table]
        found.append(sheet_of(TEXTS[f"sheet_{name}"], table, facts, columns=shown, own=_OWN))
    return found
