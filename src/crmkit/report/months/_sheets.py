"""The months as a sheet, with charts of revenue and customers."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._figures import MARK
from crmkit._workbook import Chart, Named, Sheet
from crmkit.report._facts import Facts
from crmkit.report._periods import is_missing, is_touched
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.months._texts import TEXTS

__all__ = ["sheets"]

_FIGURES: Final = (
    "revenue", "new_revenue", "n_orders", "active_customers", "new_customers", "returning_customers",
)  # fmt: skip
_OWN: Final = {"period": Named(TEXTS["month"], "month")}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per month, empty where the log holds nothing of it."""
    months = answer.tables["months"]
    known = [not is_missing(facts, start) for start in months["period"]]
    figures = months.loc[known, list(_FIGURES)].reindex(months.index)
    unfinished = TEXTS["incomplete"].text(facts.language)
    notes = [
        " ".join(([] if whole else [unfinished]) + ([MARK] if is_touched(facts, start) else [])) or None
        for start, whole in zip(months["period"], months["is_complete"], strict=True)
    ]
    table = months[["period"]].join(figures).assign(note=pd.Series(notes, index=months.index, dtype=object))
    charts = (
        Chart(TEXTS["revenue_by_month"].text(facts.language), "period", ("revenue",)),
        Chart(
            TEXTS["customers_by_month"].text(facts.language),
            "period",
            ("new_customers", "returning_customers"),
            kind="stacked",
        ),
    )
    return [sheet_of(TEXTS["table_months"], table, facts, own=_OWN, charts=charts)]
