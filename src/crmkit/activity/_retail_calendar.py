"""The calendar of shops: years of 52 or 53 weeks, in months of four or five."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from crmkit._checks import FIRST_YEAR, LAST_YEAR, check_int, check_option
from crmkit._messages import Message

__all__ = ["retail_calendar"]

YearEnd: TypeAlias = Literal["nearest", "last"]

_WEEKS_A_QUARTER: Final = 13
_DAYS_A_WEEK: Final = 7
_TEN_DAYS: Final = pd.Timedelta(days=10)
_MONTHS_A_HALF: Final = 6
_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

_NOT_WEEKS: Final = Message(
    en="{@pattern} must hold the weeks of the periods of a quarter, 13 in all, such as (4, 4, 5), got {value!r}.",
    zh="{@pattern} 须为一个季度中各期的周数，合计 13，例如 (4, 4, 5)，得到 {value!r}。",
)
_NO_YEARS: Final = Message(
    en="{@last_year} must not lie before {@first_year}, got {last} and {first}.",
    zh="{@last_year} 不得早于 {@first_year}，得到 {last} 与 {first}。",
)


def retail_calendar(
    *,
    first_year: int,
    last_year: int,
    pattern: Sequence[int] = (4, 4, 5),
    last_weekday: str = "SAT",
    last_month: str = "JAN",
    year_end: YearEnd = "nearest",
) -> pd.DataFrame:
    """List the periods of years that are made of whole weeks, so that a period compares with that of another year.

    A year has 52 weeks, and 53 about every sixth time; the 53rd belongs to its last period.

    Parameters
    ----------
    first_year, last_year : int
        The years, each called after the calendar year in which most of its days lie: with the defaults 2024 is from
        2024-02-04 to 2025-02-01.
    pattern : sequence of int, default (4, 4, 5)
        Weeks of the periods of a quarter, 13 in all. Retailers in the United States have (4, 5, 4); (13,) makes
        quarters.
    last_weekday : str, default "SAT"
        The weekday on which years end: "MON", "TUE", "WED", "THU", "FRI", "SAT" or "SUN".
    last_month : str, default "JAN"
        The month at whose end they end: "JAN" to "DEC".
    year_end : {"nearest", "last"}, default "nearest"
        Whether a year ends on the weekday nearest to the end of that month, or on the last one in it.

    Returns
    -------
    DataFrame
        ``period``, such as "2024-P01"; ``start`` and ``end``, its first and last day. The argument ``calendar`` of
        tables with periods takes it.

    Raises
    ------
    TypeError
        If a year is not a whole number.
    ValueError
        If ``last_year`` lies before ``first_year``, ``pattern`` does not add up to 13 weeks, or an option is not one
        of those listed.

    References
    ----------
    .. [1] National Retail Federation, "4-5-4 Calendar".

    Examples
    --------
    >>> retail_calendar(first_year=2023, last_year=2023, pattern=(4, 5, 4)).iloc[[0, 1, 11]]
          period      start        end
    0   2023-P01 2023-01-29 2023-02-25
    1   2023-P02 2023-02-26 2023-04-01
    11  2023-P12 2023-12-31 2024-02-03
    """
    for name, year in (("first_year", first_year), ("last_year", last_year)):
        check_int(year, name=name, low=FIRST_YEAR + 2, high=LAST_YEAR - 2)
    if last_year < first_year:
        raise ValueError(_NO_YEARS(first=first_year, last=last_year))
    check_option(last_weekday, _WEEKDAYS, name="last_weekday")
    check_option(last_month, _MONTHS, name="last_month")
    check_option(year_end, get_args(YearEnd), name="year_end")
    weeks = _weeks_of(pattern)
    a_year = pd.offsets.FY5253(
        weekday=_WEEKDAYS.index(last_weekday), startingMonth=_MONTHS.index(last_month) + 1, variation=year_end
    )
    ends = pd.date_range(f"{first_year - 2}-01-01", f"{last_year + 2}-12-31", freq=a_year)
    month = _MONTHS.index(last_month) + 1
    years = [_year(before + pd.Timedelta(days=1), end, weeks, last_month=month) for before, end in pairwise(ends)]
    table = pd.concat(years, ignore_index=True)
    shown = table["year"].between(first_year, last_year)
    return table.loc[shown, ["period", "start", "end"]].reset_index(drop=True)


def _weeks_of(pattern: object) -> list[int]:
    """The weeks of the periods of a year of 52 weeks."""
    weeks = list(pattern) if isinstance(pattern, Sequence) and not isinstance(pattern, str) else []
    whole = all(isinstance(each, int) and each > 0 for each in weeks)
    if not whole or sum(weeks) != _WEEKS_A_QUARTER:
        raise ValueError(_NOT_WEEKS(value=pattern))
    return weeks * 4


def _year(first: pd.Timestamp, last: pd.Timestamp, weeks: Sequence[int], *, last_month: int) -> pd.DataFrame:
    """The periods of a year, of which the last has the weeks that are left."""
    starts = first + pd.to_timedelta(_DAYS_A_WEEK * np.cumsum([0, *weeks[:-1]]), unit="D")
    # Ten days before it ends a year is within its last month, even if it ends in the first days of the next one.
    year = (last - _TEN_DAYS).year - (last_month <= _MONTHS_A_HALF)
    return pd.DataFrame(
        {
            "year": year,
            "period": [f"{year}-P{number:02}" for number in range(1, len(weeks) + 1)],
            "start": starts.astype("datetime64[us]"),
            "end": [*(starts[1:] - pd.Timedelta(days=1)), last],
        }
    ).astype({"end": "datetime64[us]"})
