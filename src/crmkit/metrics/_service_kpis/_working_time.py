"""Time that counts: hours within working hours on working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_ascending
from crmkit._messages import Message, Parameter

__all__ = ["WorkingTime", "working_time"]

_HOURS_A_DAY: Final = 24.0
# The days on both sides of the times asked for in which a working day must come.
_MARGIN: Final = 400

_HOURS: Final = Message(
    en="{@working_hours} must be two hours of the day from 0 to 24, such as (9, 18), got {value!r}.",
    zh="{@working_hours} 须为 0 至 24 之间先后两个钟点，如 (9, 18)，得到 {value!r}。",
)
_WEEK: Final = Message(
    en="{@working_days} must name weekdays in English, such as 'Mon Tue Wed Thu Fri', got {value!r}.",
    zh="{@working_days} 须以英文缩写列出工作日，如 'Mon Tue Wed Thu Fri'，得到 {value!r}。",
)
_TEXT: Final = Message(
    en="{name} must be a sequence of days, got {value!r}. Pass [{value!r}].",
    zh="{name} 应为日期的序列，得到 {value!r}。请写作 [{value!r}]。",
)
_BOTH: Final = Message(
    en="{@holidays} and {@extra_working_days} both name {day:%Y-%m-%d}.",
    zh="{@holidays} 与 {@extra_working_days} 都含有 {day:%Y-%m-%d}。",
)


class WorkingTime(NamedTuple):
    """The hours of the day, the weekdays, and the days that differ from their weekday."""

    opens: float
    closes: float
    week: str
    holidays: npt.NDArray[np.datetime64]
    extra: npt.NDArray[np.datetime64]

    def hours_between(self, start: Any, end: Any) -> Floats:
        """Working hours from times to other times, local ones; ``nan`` where one is missing."""
        known = ~(np.isnat(start) | np.isnat(end))
        hours = np.full(len(start), np.nan)
        if known.any():
            # An hour that clocks repeat may put an end before its start.
            both = np.concatenate([start[known], end[known]]).astype("datetime64[D]")
            first = both.min()
            works = self._works(first, both.max())
            hours[known] = self._until(end[known], first, works) - self._until(start[known], first, works)
        return hours

    def end_of_working_day(self, times: Any, n_days: int) -> Any:
        """The end of the n-th working day after the day of each time, as the midnight that follows."""
        days = times.astype("datetime64[D]")
        known = ~np.isnat(days)
        ends = np.full(len(days), np.datetime64("NaT", "us"))
        if known.any():
            first, last = days[known].min(), days[known].max()
            works = self._works(first, last + (_MARGIN + 10 * n_days))
            worked = first + np.flatnonzero(works)
            place = np.searchsorted(worked, days[known], side="right") + n_days - 1
            reached = place < len(worked)
            found = np.full(known.sum(), np.datetime64("NaT", "us"))
            found[reached] = worked[place[reached]] + 1
            ends[known] = found
        return ends

    def _works(self, first: Any, last: Any) -> npt.NDArray[np.bool_]:
        """Whether each day is a working day."""
        days = np.arange(first, last + 1)
        works = np.is_busday(days, weekmask=self.week, holidays=self.holidays)
        return np.asarray(works | np.isin(days, self.extra))

    def _until(self, times: Any, first: Any, works: npt.NDArray[np.bool_]) -> Floats:
        """Working hours from the first day to each time."""
        days = times.astype("datetime64[D]")
        clock = (times - days) / np.timedelta64(1, "h")
        place = (days - first).astype(np.int64)
        before = np.concatenate([[0], np.cumsum(works)])[place]
        today = np.clip(clock - self.opens, 0.0, self.closes - self.opens)
        return np.asarray(before * (self.closes - self.opens) + works[place] * today)


def working_time(
    working_hours: Sequence[float] | None,
    *,
    working_days: str,
    holidays: Iterable[Day],
    extra_working_days: Iterable[Day],
) -> WorkingTime:
    """Check what is said of working time; without hours whole days count."""
    opens, closes = (0.0, _HOURS_A_DAY) if working_hours is None else _hours(working_hours)
    free, extra = _days(holidays, name="holidays"), _days(extra_working_days, name="extra_working_days")
    if (both := np.intersect1d(free, extra)).size:
        raise ValueError(_BOTH(day=both[0].astype("datetime64[D]").item()))
    try:
        np.busdaycalendar(weekmask=working_days)
    except (ValueError, TypeError) as error:
        raise ValueError(_WEEK(value=working_days)) from error
    return WorkingTime(opens, closes, working_days, free, extra)


def _hours(given: Any) -> tuple[float, float]:
    opens, closes = check_ascending(given, n_numbers=2, name="working_hours")
    if opens < 0 or closes > _HOURS_A_DAY:
        raise ValueError(_HOURS(value=given))
    return opens, closes


def _days(given: Any, *, name: str) -> Any:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(_TEXT(name=Parameter(name), value=given))
    return np.array([as_day(day, name=name) for day in given], dtype="datetime64[D]")
