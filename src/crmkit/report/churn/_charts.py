"""What the score said beside what came."""

from __future__ import annotations

from typing import Final

from crmkit._figures import count, day
from crmkit.plotting import plot_churn_calibration
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Drawing

__all__ = ["CHARTS"]


def _calibration(answer: Answer, facts: Facts) -> Drawing:
    names = ["predicted", "observed", "observed_lower", "observed_upper"]
    table = answer.tables["churn_calibration"].round(dict.fromkeys(names, 6))
    told = {"n": count(table["n_customers"].sum()), "day": day(answer.more.tried_on)}
    return Drawing(lambda ax: plot_churn_calibration(table, ax=ax, language=facts.language), told)


CHARTS: Final = {"churn_calibration": _calibration}
