"""The KPIs of the recent period, and the movements of recurring revenue by month."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from crmkit._figures import day, whole_money
from crmkit._frames import open_frame, to_pandas
from crmkit.metrics import mrr_movement_table, subscription_kpis
from crmkit.plotting import plot_mrr_waterfall
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context, Drawing

__all__ = ["CHARTS", "answer"]

_MONTHS: Final = 12
# The same report twice shows the same intervals.
_SEED: Final = 0


def answer(context: Context) -> Answer:
    """Both as they were known on the day of the report."""
    facts, spells = context.facts, context.beside["subscriptions"]
    start = facts.as_of - timedelta(days=facts.days - 1)
    kpis = subscription_kpis(spells, start=start, end=facts.as_of, random_state=_SEED)
    movements = mrr_movement_table(spells, as_of=facts.as_of, freq="M")
    return Answer(
        {
            "subscription_kpis": to_pandas(open_frame(kpis, name="kpis")),
            "mrr_movements": to_pandas(open_frame(movements, name="movements")),
        }
    )


def _waterfall(answer: Answer, facts: Facts) -> Drawing:
    months = answer.tables["mrr_movements"].tail(_MONTHS)
    told = {
        "first": day(months["period"].iloc[0]),
        "start": whole_money(months["mrr_start"].iloc[0]),
        "end": whole_money(months["mrr"].iloc[-1]),
    }
    return Drawing(lambda ax: plot_mrr_waterfall(months, ax=ax, language=facts.language), told)


CHARTS: Final = {"mrr_waterfall": _waterfall}
