"""Periods one after the other until a day."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._calendar import Freq, day_numbers, first_day_of, number_of_period, period_end
from crmkit.loyalty.programmes._log import Whole

__all__ = ["Periods", "periods_until"]


class Periods(NamedTuple):
    """Their first days, as days and as midnights, and whether each is over."""

    first_days: Whole
    starts: npt.NDArray[np.datetime64]
    is_complete: npt.NDArray[np.bool_]

    def place_of(self, days: Whole) -> Whole:
        """The place of the period that holds a day."""
        return np.searchsorted(self.first_days, days, side="right") - 1


def periods_until(last: datetime, *, first: int, freq: Freq) -> Periods:
    """The periods from the one with the day ``first``, counted from 1970-01-01, to that of the last day."""
    begin = datetime.fromordinal(datetime(1970, 1, 1).toordinal() + first)
    numbers = range(number_of_period(begin, freq=freq), number_of_period(last, freq=freq) + 1)
    starts = np.array([first_day_of(number, freq=freq) for number in numbers], dtype="datetime64[us]")
    complete = np.ones(len(starts), dtype=bool)
    complete[-1] = period_end(last, freq=freq) == last
    return Periods(day_numbers(starts), starts, complete)
