"""The periods that KPIs are given for, and the one before them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._calendar import Freq, first_day_of, next_day, number_of_period, period_number
from crmkit._frames import AnyFrame, midnight

__all__ = ["LONG_BEFORE", "ONE_BEFORE", "Periods", "periods_of"]

ONE_BEFORE = -1
LONG_BEFORE = -2
"""The places of what comes before the first period, whose place is 0: in the one before it, or earlier."""


class Periods(NamedTuple):
    """The periods from one day to another.

    Attributes
    ----------
    freq : str or None
        Their length; None for one period of its own length.
    first, last : datetime
        The days that count. They may cut the first and the last period short.
    numbers : sequence of int
        The numbers of the periods, as in `period_number`; only 0 without a frequency.
    starts : list of datetime
        First day of the period before the first, then of each; not cut.
    """

    freq: Freq | None
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
        if self.freq is None:
            return np.array([True])
        ends = [first_day_of(number + 1, freq=self.freq) for number in self.numbers]
        last = next_day(self.last)
        return np.array([self.first <= start and end <= last for start, end in zip(self.starts[1:], ends, strict=True)])

    def place_of(self, day: datetime) -> int:
        """The place of the period that holds a day, which is not checked to be one of them."""
        return 0 if self.freq is None else number_of_period(day, freq=self.freq) - self.numbers[0]

    def place(self, rows: AnyFrame) -> nw.Expr:
        """The place of the period that holds ``date``."""
        date = nw.col("date")
        if self.freq is None:
            recent = date >= midnight(self.starts[0], of=rows)
            before = nw.when(recent).then(nw.lit(ONE_BEFORE)).otherwise(nw.lit(LONG_BEFORE))
            return nw.when(date >= midnight(self.first, of=rows)).then(nw.lit(0)).otherwise(before)
        place = period_number(date, freq=self.freq) - self.numbers[0]
        return nw.when(place > LONG_BEFORE).then(place).otherwise(nw.lit(LONG_BEFORE))

    def places(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The places of the periods that hold days, which are counted from 1970-01-01 and end by the last."""
        first, last = int(days.min()), int(days.max())
        starts = np.array(self.starts, dtype="datetime64[D]").astype(np.int64)
        of_day = np.searchsorted(starts, np.arange(first, last + 1), side="right") + LONG_BEFORE
        return of_day[days - first]

    def known(self, first_day: np.datetime64) -> Floats:
        """1 for each period whose predecessor a log that starts on a day holds whole, else ``nan``."""
        return np.where(first_day <= np.array(self.starts[:-1], dtype="datetime64[D]"), 1.0, np.nan)


def periods_of(first: datetime, last: datetime, freq: Freq | None) -> Periods:
    """Lay out the periods from one day to another."""
    if freq is None:
        before = first - (last - first) - timedelta(days=1)
        return Periods(None, first, last, range(1), [before, first])
    numbers = range(number_of_period(first, freq=freq), number_of_period(last, freq=freq) + 1)
    return Periods(freq, first, last, numbers, [first_day_of(n, freq=freq) for n in (numbers[0] - 1, *numbers)])
