"""The lenses, drawn."""

from __future__ import annotations

from typing import Final

from crmkit._figures import count
from crmkit.plotting import (
    plot_base_history,
    plot_cohort_comparison,
    plot_cohort_history,
    plot_customer_distribution,
    plot_period_change,
)
from crmkit.report._charts import as_drawn
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Drawing
from crmkit.report.customer_base._page import change_told, page, ranges_told

__all__ = ["CHARTS"]


def _distribution(answer: Answer, facts: Facts) -> Drawing:
    table = as_drawn(answer.more.distribution, "spend", "spend_share")
    told = {**ranges_told(answer), "top": page(answer, facts)["lens_1"]["top"]}
    return Drawing(lambda ax: plot_customer_distribution(table, ax=ax, language=facts.language), told)


def _change(answer: Answer, facts: Facts) -> Drawing:
    table = as_drawn(answer.tables["base_change"], "value", "previous", "contribution")
    told = {**ranges_told(answer), "change": change_told(answer, facts)["change"]}
    return Drawing(lambda ax: plot_period_change(table, ax=ax, language=facts.language), told)


def _cohort(answer: Answer, facts: Facts) -> Drawing:
    table = answer.tables["base_cohort"].round({"active_share": 6, "repeat_share": 6})
    told = {"cohort": page(answer, facts)["lens_3"]["cohort"]}
    return Drawing(lambda ax: plot_cohort_history(table, ax=ax, language=facts.language), told)


def _cohorts(answer: Answer, facts: Facts) -> Drawing:
    table = as_drawn(answer.tables["base_cohorts"], "cumulative_spend_per_acquired")
    told = {"n": count(table["cohort"].nunique())}
    return Drawing(lambda ax: plot_cohort_comparison(table, ax=ax, language=facts.language), told)


def _layers(answer: Answer, facts: Facts) -> Drawing:
    table = as_drawn(answer.tables["base_layers"], "spend")
    told = {"n": count(table["period"].nunique())}
    return Drawing(lambda ax: plot_base_history(table, ax=ax, language=facts.language), told)


CHARTS: Final = {
    "base_distribution": _distribution,
    "base_change": _change,
    "base_cohort": _cohort,
    "base_cohorts": _cohorts,
    "base_layers": _layers,
}
