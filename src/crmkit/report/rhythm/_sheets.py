"""The days between purchases as a sheet with their curve, and who is due."""

from __future__ import annotations

from typing import Final

from crmkit._workbook import Chart, Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.rhythm._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {
    "days": Named(TEXTS["days"], "count"),
    "n_gaps": Named(TEXTS["n_gaps"], "count"),
    "cumulative_share": Named(TEXTS["cumulative_share"], "share"),
}
_DUE: Final = {
    "n_gaps": Named(TEXTS["n_gaps"], "count"),
    "median_gap": Named(TEXTS["due_gap"], "count"),
    "next_date": Named(TEXTS["due_date"], "day"),
    "next_date_lower": Named(TEXTS["due_lower"], "day"),
    "next_date_upper": Named(TEXTS["due_upper"], "day"),
    "buy_probability": Named(TEXTS["due_probability"], "share"),
}
_LISTED: Final = ("customer_id", "last_order", "n_orders", "spend", *_DUE)


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per number of days, if anybody came back, and one per customer who is due and may be named."""
    gaps = answer.tables["gaps"]
    if gaps.empty:
        return []
    chart = Chart(TEXTS["rhythm"].text(facts.language), "days", ("cumulative_share",), kind="lines", n_last=len(gaps))
    found = [sheet_of(TEXTS["table_gaps"], gaps, facts, own=_OWN, charts=(chart,))]
    due = answer.tables.get("due")
    if due is None or due.empty:
        return found
    return [*found, sheet_of(TEXTS["table_due"], due[list(_LISTED)], facts, own=_DUE)]
