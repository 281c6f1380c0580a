"""The rows that cohorts are counted from: transactions, or an activity table, in periods with a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw

from crmkit._calendar import next_day
from crmkit._calendars import Calendar
from crmkit._frames import AnyFrame, midnight, open_frame
from crmkit._tables import ACTIVITY, open_table
from crmkit.activity._door import BEFORE
from crmkit.transactions import checked_transactions, up_to

__all__ = ["Watched", "watched_rows"]

_KEYS: Final = ("customer_id", "period", "n_orders")


class Watched(NamedTuple):
    """Rows up to a day, their times in the column ``day``, and the periods that they lie in.

    ``last`` is the number of the period that holds the day, ``last_over`` that of the last one that is over by then.
    """

    rows: AnyFrame
    day: str
    periods: Calendar
    last: int
    last_over: int


def watched_rows(table: object, last_day: datetime, periods: Calendar, *, sums: Sequence[str] = ()) -> Watched:
    """Open transactions or an activity table; ``sums`` names the columns of money that are needed."""
    columns = open_frame(table, name="transactions").collect_schema().names()
    # A period that is not over shows only some of its purchases.
    last, last_over = periods.number_of(last_day), periods.last_over(last_day)
    if "period" not in columns or "date" in columns:
        rows = up_to(checked_transactions(table), last_day, name="as_of")
        return Watched(rows, "date", periods, last, last_over)
    rows = open_table(table, ACTIVITY, name="transactions", columns=(*_KEYS, *sums))
    rows = rows.filter(nw.col("period") < midnight(next_day(last_day), of=rows))
    rows = rows.filter(nw.col("cohort") != BEFORE) if "cohort" in columns else rows
    return Watched(rows.select(*_KEYS, *sums), "period", periods, last, last_over)
