"""The KPIs of the periods that the log holds whole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit.metrics import order_kpis
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context

__all__ = ["answer", "periods"]


def periods(facts: Facts) -> dict[str, tuple[datetime, datetime]]:
    """First and last day of the whole log, of its last days, and of the days before."""
    recent = facts.as_of - timedelta(days=facts.days - 1)
    return {
        "whole_log": (facts.first_day, facts.as_of),
        "last_days": (recent, facts.as_of),
        "days_before": (recent - timedelta(days=facts.days), recent - timedelta(days=1)),
    }


def answer(context: Context) -> Answer:
    """The base of the shares, and the KPIs of each period."""
    facts = context.facts
    found = {"base": facts.base, "kpis": facts.kpis}
    for name, period in (("recent_kpis", "last_days"), ("previous_kpis", "days_before")):
        start, end = periods(facts)[period]
        if start >= facts.first_day:
            found[name] = _kpis(context, start, end)
    return Answer(found)


def _kpis(context: Context, start: datetime, end: datetime) -> pd.DataFrame:
    return to_pandas(open_frame(order_kpis(context.transactions, start=start, end=end), name="kpis"))
