"""Sales without a customer, beside those of customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendars import Calendar, calendar_of
from crmkit._frames import to_pandas
from crmkit._messages import Message, Setting
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.metrics._order_kpis._periods import Periods

__all__ = ["Unidentified", "unidentified_in"]

_READ: Final = ("period", "n_orders", "amount")
_LONGEST_FIRST: Final = ("Y", "Q", "M", "W", "D")
# The fewest first days that show how long periods are.
_TELLING: Final = 2

_NO_DAYS: Final = Message(
    en="{@unidentified} must have days in its column period, as {@unidentified_sales_table()} gives them.",
    zh="{@unidentified} 的 period 列应为日期，如 {@unidentified_sales_table()} 所给出的。",
)
_OTHER_PERIODS: Final = Message(
    en="{@unidentified} was made with {made}, which does not fit the periods of the KPIs. Make it with the same "
    "periods, or by day.",
    zh="{@unidentified} 以 {made} 生成，与指标的期间不符。请以相同的期间或按日生成。",
)


class Unidentified(NamedTuple):
    """Money and orders that name no customer, by period; missing where they are not known of the days that count."""

    revenue: Floats
    orders: Floats


def unidentified_in(table: object, periods: Periods) -> Unidentified:
    """Read a table of sales without a customer, by the same periods or by day."""
    rows = open_columns(table, _READ, name="unidentified", made_by="unidentified_sales_table()")
    found = to_pandas(rows.select(*_READ)).dropna(subset=["period"])
    if not pd.api.types.is_datetime64_dtype(found["period"]):
        raise SchemaError(_NO_DAYS())
    starts = [start.to_pydatetime() for start in found["period"]]
    made = _calendar_of(starts, periods)
    by_day = made.argument == Setting("freq", "D")
    if not by_day and made is not periods.calendar:
        raise SchemaError(_OTHER_PERIODS(made=made.argument))
    if by_day:
        counts = np.array([periods.first <= start <= periods.last for start in starts], dtype=bool)
        known = np.ones(len(periods.numbers), dtype=bool)
    else:
        # How much of a period lies within the days that count is not known.
        counts, known = np.ones(len(starts), dtype=bool), periods.are_complete
    place = np.array([periods.place_of(start) for start in starts], dtype=np.int64)
    counts &= (place >= 0) & (place < len(known))
    money, orders = (
        np.bincount(place[counts], weights=found[name].to_numpy(dtype=np.float64)[counts], minlength=len(known))
        for name in ("amount", "n_orders")
    )
    return Unidentified(np.where(known, money, np.nan), np.where(known, orders, np.nan))


def _calendar_of(starts: Sequence[datetime], periods: Periods) -> Calendar:
    """The longest periods that begin on these days; of a single one it cannot be told."""
    regular = [calendar_of(freq, None) for freq in _LONGEST_FIRST]
    own = [] if periods.calendar is None else [periods.calendar]
    if len(starts) < _TELLING:
        return (*own, regular[-1])[0]

    def length(calendar: Calendar) -> timedelta:
        number = calendar.number_of(periods.first)
        return calendar.last_day(number) - calendar.first_day(number)

    # Years that end in March begin quarters too, so those of the KPIs are tried before others of their length.
    longest_first = sorted([*own, *regular], key=length, reverse=True)
    return next(each for each in longest_first if all(map(each.begins_on, starts)))
