"""The five lenses, by month, quarter or year as long as the log is."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from crmkit._calendars import calendar_of
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit.activity import activity_table
from crmkit.errors import SchemaError
from crmkit.report._facts import Facts
from crmkit.report._section import Answer, Context
from crmkit.views import base_freq, customer_base

__all__ = ["answer", "freq_of"]

# A period that begins within so many days of the log's is taken to be whole: many begin with a day off.
_DAYS_OFF: Final = timedelta(days=7)

_NO_PRICES: Final = Message(
    en="The orders carry no price, so the customer base has no revenue to be looked at.",
    zh="订单没有价格，无法按销售额审视客户群。",
)


def answer(context: Context) -> Answer:
    """The tables of the lenses; there are none where orders carry no price, or of less than two periods."""
    if math.isnan(context.revenue):
        return Answer(problem=_NO_PRICES())
    facts = context.facts
    freq = freq_of(facts)
    activity = activity_table(context.transactions, as_of=facts.as_of, freq=freq)
    activity = to_pandas(open_frame(activity, name="activity"))
    try:
        base = customer_base(activity, as_of=facts.as_of, freq=freq, first_day=_first_day(facts, freq))
    except SchemaError as error:
        return Answer(problem=error.args[0])
    tables = {
        "base_deciles": base.deciles,
        "base_flow": base.groups,
        "base_change": base.change,
        "base_cohort": base.history,
        "base_cohorts": base.cohorts,
        "base_layers": base.layers,
    }
    return Answer(tables, more=base)


def _first_day(facts: Facts, freq: str) -> datetime | None:
    """The first day of the log, if its first period is not whole."""
    periods = calendar_of(freq, None)
    late = facts.first_day - periods.first_day(periods.number_of(facts.first_day))
    return facts.first_day if late > _DAYS_OFF else None


def freq_of(facts: Facts) -> str:
    """The length of the periods: months, of longer logs quarters or years."""
    return base_freq(facts.first_day, as_of=facts.as_of)
