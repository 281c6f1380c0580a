"""Periods that a table lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import Freq, day_number, day_numbers, length_of, next_day
from crmkit._calendars._calendar import Calendar
from crmkit._checks import as_day
from crmkit._frames import AnyFrame, in_memory, looked_up, to_pandas, with_values
from crmkit._messages import Message, Parameter
from crmkit._tables import CALENDAR, open_columns
from crmkit.errors import SchemaError

__all__ = ["Listed", "periods_listed"]

_EPOCH: Final = datetime(1970, 1, 1)
_DAYS_OF: Final = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Q": 365.25 / 4, "Y": 365.25}
_DAY: Final = "__crmkit_day"
_MADE: Final = "__crmkit_made"

_NO_PERIODS: Final = Message(en="{@calendar} has no periods.", zh="{@calendar} 中没有期间。")
_TWICE: Final = Message(
    en="{@calendar} has the period {period!r} twice. Give each a name of its own.",
    zh="{@calendar} 中期间 {period!r} 出现两次，请各取不同的名称。",
)
_ENDS_EARLY: Final = Message(
    en="{@calendar} has a period {period!r} that ends before it starts: {start:%Y-%m-%d} to {end:%Y-%m-%d}.",
    zh="{@calendar} 中期间 {period!r} 的结束早于开始：{start:%Y-%m-%d} 至 {end:%Y-%m-%d}。",
)
_NOT_NEXT: Final = Message(
    en="In {@calendar} one period must follow another, but {before!r} ends on {end:%Y-%m-%d} and {period!r} starts on "
    "{start:%Y-%m-%d}.",
    zh="{@calendar} 的期间须前后相接，但 {before!r} 于 {end:%Y-%m-%d} 结束，{period!r} 于 {start:%Y-%m-%d} 开始。",
)
_OUTSIDE: Final = Message(
    en="{@calendar} goes from {start:%Y-%m-%d} to {end:%Y-%m-%d}, and {day:%Y-%m-%d} is not in it. Add the periods "
    "that are missing.",
    zh="{@calendar} 的范围为 {start:%Y-%m-%d} 至 {end:%Y-%m-%d}，不含 {day:%Y-%m-%d}。请补上缺少的期间。",
)
_ENDS: Final = Message(
    en="{@calendar} ends on {end:%Y-%m-%d}, and {n:,} more {n:period|periods} {n:is|are} needed. Add them.",
    zh="{@calendar} 止于 {end:%Y-%m-%d}，还需要其后 {n:,} 期。请补上。",
)


class Period(NamedTuple):
    """A period of a calendar, its first and its last day."""

    name: Any
    start: datetime
    end: datetime


class Listed(Calendar):
    """The periods of a table, numbered from 0. What lies outside them is refused."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._first, self._last = periods[0].start, periods[-1].end
        self._names = [period.name for period in periods]
        self._starts = [period.start for period in periods]
        # The number of each period by the day, counted from the first.
        lengths = [(period.end - period.start).days + 1 for period in periods]
        self._of_day = np.repeat(np.arange(len(periods)), lengths)

    def number_of(self, day: datetime) -> int:
        """The number of the period that holds a day."""
        if not self._first <= day <= self._last:
            raise ValueError(_OUTSIDE(start=self._first, end=self._last, day=day))
        return int(self._of_day[(day - self._first).days])

    def first_day(self, number: int) -> datetime:
        """The first day of a period; of that before the first nothing is known but that it lies earlier."""
        if number < 0:
            return datetime.min
        if number > len(self._starts):
            raise ValueError(_ENDS(end=self._last, n=number - len(self._starts)))
        return self._starts[number] if number < len(self._starts) else next_day(self._last)

    def begins_on(self, day: datetime) -> bool:
        """Whether a period begins on a day."""
        return day in self._starts

    def numbered(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the number of the period that holds each moment of a column."""
        return self._with(frame, column, into=into, made=self._of_day)

    def started(self, frame: AnyFrame, column: str, *, into: str) -> AnyFrame:
        """Add the first day of the period that holds each moment of a column."""
        return self._with(frame, column, into=into, made=self.first_days(range(len(self._starts)))[self._of_day])

    @property
    def argument(self) -> Parameter:
        """The calendar."""
        return Parameter("calendar")

    def merged(self, freq: Freq) -> Listed:
        """Longer periods, each of as many as a period of this length has, counted from the first."""
        days = (self._last - self._first).days + 1
        n = max(1, round(_DAYS_OF[length_of(freq)] / (days / len(self._starts))))
        periods = [Period(name, self.first_day(place), self.last_day(place)) for place, name in enumerate(self._names)]
        parts = [periods[place : place + n] for place in range(0, len(periods), n)]
        return Listed([Period(part[0].name, part[0].start, part[-1].end) for part in parts])

    @property
    def named(self) -> Mapping[Any, str]:
        """The first day of each period by its name, as ISO text."""
        return {name: f"{start:%Y-%m-%d}" for name, start in zip(self._names, self._starts, strict=True)}

    def _with(self, frame: AnyFrame, column: str, *, into: str, made: npt.NDArray[Any]) -> AnyFrame:
        """Look up what was made for each day."""
        frame = in_memory(frame)
        ends = to_pandas(frame.select(nw.col(column).min().alias("first"), nw.col(column).max().alias("last")))
        for moment in ends.iloc[0].dropna():
            self.number_of(pd.Timestamp(moment).to_pydatetime().replace(hour=0, minute=0, second=0, microsecond=0))
        first = (self._first - _EPOCH).days
        if not isinstance(frame, nw.DataFrame):
            days = np.arange(first, first + len(made), dtype=np.float64)
            keyed = frame.with_columns(day_number(nw.col(column)).alias(_DAY))
            native: Any = looked_up(cast("Any", keyed.to_native()), pd.DataFrame({_DAY: days, _MADE: made}), on=[_DAY])
            found = nw.from_native(native).with_columns(nw.col(_MADE).alias(into))
            return cast("AnyFrame", found.drop(_DAY, _MADE))
        moments = frame[column].to_numpy().astype("datetime64[us]")
        here = ~np.isnat(moments)
        values = np.full(len(moments), np.datetime64("NaT") if made.dtype.kind == "M" else 0, dtype=made.dtype)
        values[here] = made[day_numbers(moments[here]) - first]
        return with_values(frame, into, values)


def periods_listed(calendar: object) -> list[Period]:
    """Read a table of periods, in order of time, and check that they follow one another."""
    columns = CALENDAR.required
    rows = to_pandas(open_columns(calendar, columns, name="calendar", made_by="retail_calendar()").select(*columns))
    if rows.empty:
        raise SchemaError(_NO_PERIODS())
    periods = sorted(
        (
            Period(name, as_day(start, name="calendar"), as_day(end, name="calendar"))
            for name, start, end in rows[list(columns)].itertuples(index=False)
        ),
        key=lambda period: period.start,
    )
    names = set()
    for period in periods:
        if period.name in names:
            raise SchemaError(_TWICE(period=period.name))
        names.add(period.name)
        if period.end < period.start:
            raise SchemaError(_ENDS_EARLY(period=period.name, start=period.start, end=period.end))
    for before, period in pairwise(periods):
        if period.start != next_day(before.end):
            raise SchemaError(_NOT_NEXT(before=before.name, end=before.end, period=period.name, start=period.start))
    return periods
