"""Revenue and customers by month, drawn."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._figures import count
from crmkit._figures import whole_money as money
from crmkit.plotting import plot_period_customers, plot_period_revenue
from crmkit.report._charts import as_drawn
from crmkit.report._facts import Facts
from crmkit.report._numbers import month
from crmkit.report._periods import is_touched, newest_periods
from crmkit.report._section import Answer, Drawing

__all__ = ["CHARTS", "drawn_months"]


def drawn_months(months: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """The newest months for a chart, in which a month that touches a hole is pale like one that is not over."""
    months = newest_periods(months)
    whole = np.array([not is_touched(facts, start) for start in months["period"]], dtype=bool)
    return months.assign(is_complete=months["is_complete"] & whole)


def _revenue(answer: Answer, facts: Facts) -> Drawing:
    months = as_drawn(drawn_months(answer.tables["months"], facts), "revenue", "new_revenue")
    best = months.sort_values("revenue", ascending=False).to_dict("records")[0]
    told = {"n": count(len(months)), "high": money(best["revenue"]), "when": month(best["period"])}
    return Drawing(lambda ax: plot_period_revenue(months, ax=ax, language=facts.language), told)


def _customers(answer: Answer, facts: Facts) -> Drawing:
    months = drawn_months(answer.tables["months"], facts)
    busiest = months.sort_values("active_customers", ascending=False).to_dict("records")[0]
    told = {"n": count(len(months)), "high": count(busiest["active_customers"]), "when": month(busiest["period"])}
    return Drawing(lambda ax: plot_period_customers(months, ax=ax, language=facts.language), told)


CHARTS: Final = {"revenue": _revenue, "customers": _customers}
