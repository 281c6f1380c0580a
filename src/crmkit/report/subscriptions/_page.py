"""Subscriptions on the page and as sheets."""

from __future__ import annotations

from typing import Any, Final

from crmkit._workbook import Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import kpi_rows, kpi_sheet
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.subscriptions._texts import TEXTS

__all__ = ["page", "sheets"]

_MONEY: Final = (
    "mrr_start", "new_mrr", "reactivation_mrr", "expansion_mrr", "contraction_mrr", "churned_mrr", "mrr",
)  # fmt: skip
_CUSTOMERS: Final = ("customers_start", "new_customers", "reactivated_customers", "churned_customers", "customers")
_OWN: Final = {
    "period": Named(TEXTS["month"], "month"),
    **{name: Named(TEXTS[name], "money") for name in _MONEY},
    **{name: Named(TEXTS[name], "count") for name in _CUSTOMERS},
}


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per KPI."""
    return {"rows": kpi_rows(answer.tables["subscription_kpis"], facts), "days": facts.days}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """The KPIs, and the movements month by month."""
    movements = answer.tables["mrr_movements"]
    return [
        kpi_sheet(TEXTS["subscriptions"], answer.tables["subscription_kpis"], facts),
        sheet_of(TEXTS["table_mrr_movements"], movements, facts, columns=list(_OWN), own=_OWN),
    ]
