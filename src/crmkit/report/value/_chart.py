"""Expected and actual repeat purchases, drawn."""

from __future__ import annotations

from typing import Final

from crmkit._figures import count
from crmkit.plotting import plot_tracking
from crmkit.report._facts import Facts
from crmkit.report._periods import newest_periods
from crmkit.report._section import Answer, Drawing

__all__ = ["CHARTS"]


def _tracking(answer: Answer, facts: Facts) -> Drawing:
    tracking = newest_periods(answer.tables["tracking"]).round({"expected": 2, "expected_cumulative": 2})
    whole = tracking[tracking["is_complete"]]
    told = {"actual": count(whole["actual"].sum()), "expected": count(round(whole["expected"].sum()))}
    return Drawing(lambda ax: plot_tracking(tracking.assign(is_holdout=False), ax=ax, language=facts.language), told)


CHARTS: Final = {"tracking": _tracking}
