"""The KPIs of the tickets created in the recent period."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit.metrics import service_kpis
from crmkit.report._section import Answer, Context

__all__ = ["answer"]

_NOTHING: Final = Message(
    en="No ticket was created in the {days} days to {as_of:%Y-%m-%d}.",
    zh="截至 {as_of:%Y-%m-%d} 的 {days} 天内没有工单。",
)


def answer(context: Context) -> Answer:
    """The KPIs, with the complaints per customer active in the period."""
    facts = context.facts
    start = facts.as_of - timedelta(days=facts.days - 1)
    table = service_kpis(context.beside["tickets"], start=start, end=facts.as_of, as_of=facts.as_of)
    found = to_pandas(open_frame(table, name="kpis"))
    n_tickets = found.loc[found["kpi"] == "n_tickets", "value"].sum()
    if not n_tickets or np.isnan(n_tickets):
        return Answer(problem=_NOTHING(days=facts.days, as_of=facts.as_of))
    return Answer({"service_kpis": found})
