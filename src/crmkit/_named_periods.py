"""Quarters, months and years written in text, such as 2016Q1, 2016-03 and 2016年."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

__all__ = ["named_period"]

# 2016Q1, y2016_q1; 2016-03, 2016年3月; 2016.
_QUARTER: Final = re.compile(r"y?(\d{4})[\W_]?Q([1-4])", re.IGNORECASE)
_MONTH: Final = re.compile(r"(\d{4})(?:[-/]|年)(0?[1-9]|1[0-2])月?")
_YEAR: Final = re.compile(r"y?(\d{4})年?", re.IGNORECASE)
_MONTHS_A_QUARTER: Final = 3
_MONTHS_A_YEAR: Final = 12


def named_period(text: str) -> tuple[datetime, datetime] | None:
    """Give the first day of a quarter, month or year, and that of the next one; None for other text."""
    text = text.strip()
    if found := _QUARTER.fullmatch(text):
        return _months(int(found[1]), (int(found[2]) - 1) * _MONTHS_A_QUARTER, _MONTHS_A_QUARTER)
    if found := _MONTH.fullmatch(text):
        return _months(int(found[1]), int(found[2]) - 1, 1)
    return _months(int(found[1]), 0, _MONTHS_A_YEAR) if (found := _YEAR.fullmatch(text)) else None


def _months(year: int, after: int, n: int) -> tuple[datetime, datetime] | None:
    """The first day of so many months after the beginning of a year, and that of what follows them."""
    last = after + n
    ends_in = year + last // _MONTHS_A_YEAR
    if not datetime.min.year <= year <= ends_in <= datetime.max.year:
        return None
    return datetime(year, after + 1, 1), datetime(ends_in, last % _MONTHS_A_YEAR + 1, 1)
