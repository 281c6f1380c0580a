"""Periods of one length."""

from __future__ import annotations

from datetime import datetime

import narwhals.stable.v2 as nw

from crmkit._calendar import Freq, check_freq, first_day_of, length_of, number_of_period, period_number, period_start
from crmkit._calendars._calendar import Calendar
from crmkit._frames import AnyFrame
from crmkit._messages import Setting

__all__ = ["Regular"]


class Regular(Calendar):
    """Days, weeks, months, quarters or years, without beginning or end."""

    def __init__(self, freq: Freq) -> None:
        check_freq(freq)
        self._freq = freq

    def number_of(self, day: datetime) -> int:
        """The number of the period that holds a day."""
        return number_of_period(day, freq=self._freq)

    def first_day(self, number: int) -> datetime:
        """The first day of a period."""
        return first_day_of(number, freq=self._freq)

    def numbered(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the number of the period that holds each moment of a column."""
        return frame.with_columns(period_number(nw.col(column), freq=self._freq).alias(into))

    def started(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the first day of the period that holds each moment of a column."""
        moment = nw.col(column)
        # Weeks are counted from midnights.
        day = period_start(moment, freq="D") if length_of(self._freq) == "W" else moment
        return frame.with_columns(period_start(day, freq=self._freq).alias(into))

    def merged(self, freq: Freq) -> Regular:
        """Periods of this length."""
        return Regular(freq)

    @property
    def argument(self) -> Setting:
        """The frequency."""
        return Setting("freq", self._freq)
