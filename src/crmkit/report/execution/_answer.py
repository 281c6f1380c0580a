"""The execution KPIs of the plan, and its scorecard."""

from __future__ import annotations

from crmkit._frames import open_frame, to_pandas
from crmkit.metrics import execution_kpis, execution_scorecard
from crmkit.report._section import Answer, Context

__all__ = ["answer"]


def answer(context: Context) -> Answer:
    """Both as of the day of the report."""
    plan, as_of = context.beside["plan"], context.facts.as_of
    kpis = to_pandas(open_frame(execution_kpis(plan, as_of=as_of), name="kpis"))
    card = to_pandas(open_frame(execution_scorecard(plan, as_of=as_of), name="card"))
    return Answer({"execution_kpis": kpis, "execution_scores": card})
