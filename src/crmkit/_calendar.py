"""Days and periods: the number of a date, and the week or month that holds it. Weeks start on Monday."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_option

__all__ = [
    "Freq",
    "check_freq",
    "day_number",
    "day_numbers",
    "first_day_of",
    "next_day",
    "number_of_period",
    "period_end",
    "period_number",
    "period_start",
]

Freq: TypeAlias = Literal["D", "W", "M", "Q", "Y"]

_TRUNCATE = {"D": "1d", "M": "1mo", "Q": "1q", "Y": "1y"}
_DAYS_1901_TO_1970 = 25_202
_DAYS_0001_TO_1970 = 719_162
_MICROSECONDS_A_DAY = 86_400_000_000


def check_freq(freq: str) -> None:
    """Raise unless ``freq`` names a period: day, week from Monday, month, quarter, year."""
    check_option(freq, get_args(Freq), name="freq")


def next_day(day: datetime) -> datetime:
    """The midnight at the end of a day."""
    return day + timedelta(days=1)


def period_start(date: nw.Expr, *, freq: Freq) -> nw.Expr:
    """The first day of the period that holds a moment (for weeks, a midnight), in every kind of frame."""
    if freq != "W":
        # Spark truncates to a time with a time zone.
        return date.dt.truncate(_TRUNCATE[freq]).cast(nw.Datetime("us"))
    # Engines number weekdays differently, but all count days since Monday, 1 January of the year 1, alike.
    days = day_number(date) + _DAYS_0001_TO_1970
    weekday = days - (days / 7).floor() * 7
    monday = date
    for days_after_monday in range(1, 7):
        monday = (
            nw.when(weekday == days_after_monday).then(date.dt.offset_by(f"-{days_after_monday}d")).otherwise(monday)
        )
    return monday


def period_number(date: nw.Expr, *, freq: Freq) -> nw.Expr:
    """The number of the period that holds a date, in every kind of frame; neighbouring periods differ by one."""
    year, month = date.dt.year().cast(nw.Int64), date.dt.month().cast(nw.Int64)
    if freq == "Y":
        return year
    if freq == "Q":
        return year * 4 + (month - 1) // 3
    if freq == "M":
        return year * 12 + (month - 1)
    # Counted from Monday, 1 January of the year 1, so that no engine has to divide a negative number.
    days = (day_number(date) + _DAYS_0001_TO_1970).cast(nw.Int64)
    return days // 7 if freq == "W" else days


def number_of_period(day: datetime, *, freq: Freq) -> int:
    """The number of the period that holds a day, as in `period_number`."""
    days = day.toordinal() - 1
    months = day.year * 12 + day.month - 1
    return {"D": days, "W": days // 7, "M": months, "Q": months // 3, "Y": day.year}[freq]


def first_day_of(number: int, *, freq: Freq) -> datetime:
    """The first day of the period with this number."""
    if freq in ("D", "W"):
        return datetime.fromordinal(number * (7 if freq == "W" else 1) + 1)
    months = number * {"M": 1, "Q": 3, "Y": 12}[freq]
    return datetime(months // 12, months % 12 + 1, 1)


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
