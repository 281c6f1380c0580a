"""Days and periods: the number of a date, and the week or month that holds it.

A week ends on Sunday and a year in December, unless the frequency names another end: "W-SAT", "Q-JAN" or "Y-MAR", as in
pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._messages import Message

__all__ = [
    "Freq",
    "check_freq",
    "day_number",
    "day_numbers",
    "first_day_of",
    "length_of",
    "months_later",
    "next_day",
    "number_of_period",
    "period_end",
    "period_number",
    "period_start",
]

Freq: TypeAlias = str
"""A length of period, as `check_freq` takes it."""

_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# By length: how many days or months it has, and the ends that can be named.
_DAYS_LONG: Final = {"D": (1, ()), "W": (7, _WEEKDAYS)}
_MONTHS_LONG: Final = {"M": (1, ()), "Q": (3, _MONTHS), "Y": (12, _MONTHS)}
_LENGTHS: Final = {**_DAYS_LONG, **_MONTHS_LONG}
_TRUNCATE: Final = {"D": "1d", "M": "1mo", "Q": "1q", "Y": "1y"}
_A_MONTH: Final = 30.44
_DAYS_1901_TO_1970 = 25_202
_DAYS_0001_TO_1970 = 719_162
_MICROSECONDS_A_DAY = 86_400_000_000


_NO_FREQ: Final = Message(
    en="{@freq} must be one of {lengths}, or name the end of weeks, quarters or years, such as 'W-SAT', 'Q-JAN' or "
    "'Y-MAR', got {value!r}.",
    zh="{@freq} 须为 {lengths} 之一，或注明周、季、年的结束，例如 'W-SAT'、'Q-JAN'、'Y-MAR'，得到 {value!r}。",
)


def check_freq(freq: object) -> None:
    """Raise unless ``freq`` names a period: day, week, month, quarter or year, with its end if it is not the usual."""
    length, dash, end = freq.partition("-") if isinstance(freq, str) else ("", "", "")
    if length not in _LENGTHS or (dash and end not in _LENGTHS[length][1]):
        raise ValueError(_NO_FREQ(lengths=sorted(_LENGTHS), value=freq))


def length_of(freq: Freq) -> str:
    """The length of a period wherever it ends: "D", "W", "M", "Q" or "Y"."""
    return freq.partition("-")[0]


def _grid(freq: Freq) -> tuple[int, int]:
    """How many days or months a period has, and by how many it begins before the usual day or month."""
    length, _, end = freq.partition("-")
    n, ends = _LENGTHS[length]
    return n, (len(ends) - 1 - ends.index(end)) % n if end else 0


def next_day(day: datetime) -> datetime:
    """The midnight at the end of a day."""
    return day + timedelta(days=1)


def period_start(date: nw.Expr, *, freq: Freq) -> nw.Expr:
    """The first day of the period that holds a moment (for weeks, a midnight), in every kind of frame."""
    n, earlier = _grid(freq)
    if length_of(freq) != "W" and not earlier:
        return _truncated(date, length_of(freq))
    # Days or months since the period began; floats, for a date may be missing.
    into = _units(date, freq=freq) - (_units(date, freq=freq) / n).floor() * n
    if length_of(freq) == "W":
        # Engines number weekdays differently, but all count days since Monday, 1 January of the year 1, alike.
        return _back(date, into, by=range(n))
    # PyArrow goes back by days alone: into the middle of the month, and from there to its first day.
    return _truncated(
        _back(_truncated(date, "M"), into, by=[round(months * _A_MONTH) - 14 for months in range(n)]), "M"
    )


def _truncated(date: nw.Expr, length: str) -> nw.Expr:
    # Spark truncates to a time with a time zone.
    return date.dt.truncate(_TRUNCATE[length]).cast(nw.Datetime("us"))


def _back(start: nw.Expr, n: nw.Expr, *, by: Sequence[int]) -> nw.Expr:
    """Go back by as many days as ``by`` has at place ``n``; not every kind of frame takes a column of them."""
    found = start
    for place, days in enumerate(by):
        if place:
            found = nw.when(n == place).then(start.dt.offset_by(f"-{days}d")).otherwise(found)
    return found


def period_number(date: nw.Expr, *, freq: Freq) -> nw.Expr:
    """The number of the period that holds a date, in every kind of frame; neighbouring periods differ by one."""
    # Engines write a whole division of whole numbers as a long expression.
    return (_units(date, freq=freq) / _grid(freq)[0]).floor().cast(nw.Int64)


def _units(date: nw.Expr, *, freq: Freq) -> nw.Expr:
    """Months from the year 0, or days from Monday, 1 January of the year 1, so many that no engine divides below 0.

    Shifted to where periods begin. A float, missing if the date is.
    """
    earlier = _grid(freq)[1]
    if length_of(freq) not in _MONTHS_LONG:
        return day_number(date) + (_DAYS_0001_TO_1970 + earlier)
    return date.dt.year().cast(nw.Float64) * 12 + date.dt.month().cast(nw.Float64) + (earlier - 1)


def number_of_period(day: datetime, *, freq: Freq) -> int:
    """The number of the period that holds a day, as in `period_number`."""
    n, earlier = _grid(freq)
    units = day.year * 12 + day.month - 1 if length_of(freq) in _MONTHS_LONG else day.toordinal() - 1
    return (units + earlier) // n


def first_day_of(number: int, *, freq: Freq) -> datetime:
    """The first day of the period with this number."""
    n, earlier = _grid(freq)
    units = number * n - earlier
    if length_of(freq) in _MONTHS_LONG:
        return datetime(units // 12, units % 12 + 1, 1)
    return datetime.fromordinal(units + 1)


def period_end(day: datetime, *, freq: Freq) -> datetime:
    """The last day of the period that holds a day."""
    return first_day_of(number_of_period(day, freq=freq) + 1, freq=freq) - timedelta(days=1)


def day_number(date: nw.Expr) -> nw.Expr:
    """Days from 1970-01-01 to a date, as a float; missing if the date is.

    Computed from the year and the day of the year, because not every engine can subtract dates. Exact from 1901 to
    2099, when every fourth year is a leap year.
    """
    before_year = ((date.dt.year().cast(nw.Float64) - 1901) * 365.25).floor()
    return before_year + date.dt.ordinal_day().cast(nw.Float64) - 1 - _DAYS_1901_TO_1970


def day_numbers(dates: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Days from 1970-01-01 to naive midnights."""
    return dates.astype("datetime64[us]", copy=False).view(np.int64) // _MICROSECONDS_A_DAY


def months_later(days: np.ndarray[Any, np.dtype[np.int64]], *, months: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The days some months after others, as days from 1970-01-01; the last one where the month is shorter."""
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    into = (dates - month).astype(np.int64)
    first = (month + months).astype("datetime64[D]")
    length = ((month + months + 1).astype("datetime64[D]") - first).astype(np.int64)
    later: np.ndarray[Any, np.dtype[np.int64]] = first.astype(np.int64) + np.minimum(into, length - 1)
    return later
