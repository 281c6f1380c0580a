"""The periods that KPIs are given for, and the one before them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._calendars import Calendar
from crmkit._frames import AnyFrame, midnight

__all__ = ["LONG_BEFORE", "ONE_BEFORE", "Periods", "periods_of"]

_INSIDE: Final = "__crmkit_inside"
ONE_BEFORE = -1
LONG_BEFORE = -2
"""The places of what comes before the first period, whose place is 0: in the one before it, or earlier."""


class Periods(NamedTuple):
    """The periods from one day to another.

    Attributes
    ----------
    calendar : Calendar or None
        Where they begin and end; None for one period of its own length.
    first, last : datetime
        The days that count. They may cut the first and the last period short.
    numbers : sequence of int
        The numbers of the periods in the calendar; only 0 without one.
    starts : list of datetime
        First day of the period before the first, then of each; not cut.
    """

    calendar: Calendar | None
    first: datetime
    last: datetime
    numbers: range
    starts: list[datetime]

    @property
    def is_cut(self) -> bool:
        """Whether the first day lies within a period, so that some of that period does not count."""
        return self.first > self.starts[1]

    @property
    def are_complete(self) -> npt.NDArray[np.bool_]:
        """Whether all days of a period count."""
        if self.calendar is None:
            return np.array([True])
        starts, ends = self.calendar.first_days(self.numbers), self.calendar.last_days(self.numbers)
        return np.asarray((starts >= np.datetime64(self.first)) & (ends <= np.datetime64(self.last)))

    def place_of(self, day: datetime) -> int:
        """The place of the period that holds a day, which is not checked to be one of them."""
        return 0 if self.calendar is None else self.calendar.number_of(day) - self.numbers[0]

    def placed(self, rows: AnyFrame) -> AnyFrame:
        """Add the place of the period that holds ``date``, as ``place``."""
        date = nw.col("date")
        one_before = date >= midnight(self.starts[0], of=rows)
        before = nw.when(one_before).then(nw.lit(ONE_BEFORE)).otherwise(nw.lit(LONG_BEFORE))
        inside = date >= midnight(self.starts[1], of=rows)
        if self.calendar is None:
            return rows.with_columns(place=nw.when(inside).then(nw.lit(0)).otherwise(before))
        # What lies before the periods need not be in the calendar.
        dated = rows.with_columns(nw.when(inside).then(date).otherwise(nw.lit(self.starts[1])).alias(_INSIDE))
        numbered = self.calendar.numbered(dated, _INSIDE, into="place")
        place = nw.when(inside).then(nw.col("place") - self.numbers[0]).otherwise(before)
        return numbered.with_columns(place=place).drop(_INSIDE)

    def places(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The places of the periods that hold days, which are counted from 1970-01-01 and end by the last."""
        first, last = int(days.min()), int(days.max())
        starts = np.array(self.starts, dtype="datetime64[D]").astype(np.int64)
        of_day = np.searchsorted(starts, np.arange(first, last + 1), side="right") + LONG_BEFORE
        return of_day[days - first]

    def known(self, first_day: np.datetime64) -> Floats:
        """1 for each period whose predecessor a log that starts on a day holds whole, else ``nan``."""
        return np.where(first_day <= np.array(self.starts[:-1], dtype="datetime64[D]"), 1.0, np.nan)


def periods_of(first: datetime, last: datetime, calendar: Calendar | None) -> Periods:
    """Lay out the periods from one day to another."""
    if calendar is None:
        before = first - (last - first) - timedelta(days=1)
        return Periods(None, first, last, range(1), [before, first])
    numbers = calendar.numbers(first, last)
    return Periods(calendar, first, last, numbers, [calendar.first_day(n) for n in (numbers[0] - 1, *numbers)])
