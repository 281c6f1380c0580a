"""A range of periods, as a caller names it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw

from crmkit._checks import Day, as_day
from crmkit._messages import Message, Parameter
from crmkit._named_periods import named_period
from crmkit.metrics.base_audit._rows import ActivityRows

__all__ = ["Period", "Range", "number_named", "range_of", "ranges_of"]

Period: TypeAlias = str | tuple[Day, Day]
"""A year, quarter or month in text, such as "2019", "2019Q1" or "2019-03", or the first and the last day."""

_ENDS: Final = 2

_NO_PERIOD: Final = Message(
    en="{name} must be a year, quarter or month such as '2019', '2019Q1' or '2019-03', or a pair of days, the first "
    "and the last, got {value!r}.",
    zh="{name} 须为年、季或月，如 '2019'、'2019Q1'、'2019-03'，或一对日期（首日与末日），得到 {value!r}。",
)
_BACKWARDS: Final = Message(
    en="{name} must not end before it starts, got {first:%Y-%m-%d} and {last:%Y-%m-%d}.",
    zh="{name} 的末日不得早于首日，得到 {first:%Y-%m-%d} 与 {last:%Y-%m-%d}。",
)
_CUT: Final = Message(
    en="{name} runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}, which cuts periods of {periods} in two. Whole ones run "
    "from {whole_first:%Y-%m-%d} to {whole_last:%Y-%m-%d}.",
    zh="{name} 为 {first:%Y-%m-%d} 至 {last:%Y-%m-%d}，不是 {periods} 的整期。整期为 {whole_first:%Y-%m-%d} 至 "
    "{whole_last:%Y-%m-%d}。",
)
_NOT_OVER: Final = Message(
    en="{name} ends on {last:%Y-%m-%d} and is not over by {day:%Y-%m-%d}. End it by {@as_of}; compared periods must be "
    "of the same length.",
    zh="{name} 到 {last:%Y-%m-%d} 才结束，截至 {day:%Y-%m-%d} 尚未完结。其末日不得晚于 {@as_of}；相比较的期间须等长。",
)
_ORDER: Final = Message(
    en="{@before} must end before {@after} begins, got {last:%Y-%m-%d} and {first:%Y-%m-%d}.",
    zh="{@before} 须在 {@after} 开始之前结束，得到 {last:%Y-%m-%d} 与 {first:%Y-%m-%d}。",
)
_LENGTHS: Final = Message(
    en="{@before} and {@after} must be of the same length, got {n} and {other} periods of {periods}. A longer one has "
    "more customers and orders for that alone.",
    zh="{@before} 与 {@after} 须等长，得到 {n} 期与 {other} 期（{periods}）。较长的一段仅因更长就有更多客户与订单。",
)
_NOT_ONE: Final = Message(
    en="{name} must be one period of {periods}, or 'before', got {value!r}.",
    zh="{name} 须为 {periods} 的一期，或 'before'，得到 {value!r}。",
)


class Range(NamedTuple):
    """Whole periods that follow one another, from the first day to the last."""

    first: datetime
    last: datetime
    numbers: range

    @property
    def holds(self) -> nw.Expr:
        """Whether a row of activity lies within it."""
        number = nw.col("number")
        return (number >= self.numbers[0]) & (number <= self.numbers[-1])


def range_of(period: object, rows: ActivityRows, *, name: str = "period") -> Range:
    """Read a range of periods and refuse one that cuts periods in two, or is not over."""
    first, last = _days(period, rows, name=name)
    if last < first:
        raise ValueError(_BACKWARDS(name=Parameter(name), first=first, last=last))
    numbers = rows.periods.numbers(first, last)
    whole_first, whole_last = rows.periods.first_day(numbers[0]), rows.periods.last_day(numbers[-1])
    if (first, last) != (whole_first, whole_last):
        raise ValueError(
            _CUT(
                name=Parameter(name),
                first=first,
                last=last,
                periods=rows.periods.argument,
                whole_first=whole_first,
                whole_last=whole_last,
            )
        )
    if last > rows.last_day:
        raise ValueError(_NOT_OVER(name=Parameter(name), last=last, day=rows.last_day))
    return Range(first, last, numbers)


def ranges_of(before: object, after: object, rows: ActivityRows) -> tuple[Range, Range]:
    """Read two ranges of the same length, one after the other."""
    one, other = range_of(before, rows, name="before"), range_of(after, rows, name="after")
    if other.first <= one.last:
        raise ValueError(_ORDER(last=one.last, first=other.first))
    if len(one.numbers) != len(other.numbers):
        raise ValueError(_LENGTHS(n=len(one.numbers), other=len(other.numbers), periods=rows.periods.argument))
    return one, other


def number_named(value: object, rows: ActivityRows, *, name: str) -> int:
    """The number of a single period, named by text or any of its days."""
    days = _named(value, rows)
    if days is None:
        try:
            day = as_day(value, name=name)
        except ValueError as error:
            raise ValueError(_NOT_ONE(name=Parameter(name), periods=rows.periods.argument, value=value)) from error
        days = day, day
    first, last = map(rows.periods.number_of, days)
    if first != last:
        raise ValueError(_NOT_ONE(name=Parameter(name), periods=rows.periods.argument, value=value))
    return first


def _days(period: object, rows: ActivityRows, *, name: str) -> tuple[datetime, datetime]:
    if (named := _named(period, rows)) is not None:
        return named
    if isinstance(period, (str, bytes, date)) or not isinstance(period, Sequence) or len(period) != _ENDS:
        raise ValueError(_NO_PERIOD(name=Parameter(name), value=period))
    first, last = (as_day(day, name=name) for day in period)
    return first, last


def _named(value: object, rows: ActivityRows) -> tuple[datetime, datetime] | None:
    """The first and the last day of a year, quarter or month in text, or of a period that the calendar names."""
    if not isinstance(value, str):
        return None
    if value in rows.periods.named:
        number = rows.periods.number_of(as_day(rows.periods.named[value], name="period"))
        return rows.periods.first_day(number), rows.periods.last_day(number)
    found = named_period(value)
    return None if found is None else (found[0], found[1] - timedelta(days=1))
