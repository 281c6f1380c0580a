"""The formats that dates in text may be written in, where they are not ISO."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pandas as pd

__all__ = ["fitting_formats"]

_SAMPLE: Final = 50
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
_YEARS: Final = ("%Y", "%y")
_SEPARATORS: Final = "/.-"


def fitting_formats(texts: pd.Series[Any]) -> list[str]:
    """List the formats that all texts can be read in, as `datetime.strptime` takes them; day first before month first.

    Missing texts do not count. Each format is tried on a few texts before it is tried on all.
    """
    distinct = pd.Series(texts.dropna().unique(), dtype=object)
    if distinct.empty:
        return []
    sample = distinct.iloc[:: max(len(distinct) // _SAMPLE, 1)]
    return [form for form in _formats() if _fits(sample, form) and _fits(distinct, form)]


def _fits(texts: pd.Series[Any], form: str) -> bool:
    return bool(pd.to_datetime(texts, format=form, errors="coerce").notna().all())


def _formats() -> Iterator[str]:
    for time, year in product(_TIMES, _YEARS):
        for mark in _SEPARATORS:
            yield f"%d{mark}%m{mark}{year}{time}"
            yield f"%m{mark}%d{mark}{year}{time}"
            yield f"{year}{mark}%m{mark}%d{time}"
            yield f"%d{mark}%b{mark}{year}{time}"
        for month in ("%b", "%B"):
            yield f"%d {month} {year}{time}"
            yield f"{month} %d, {year}{time}"
            yield f"{month} %d {year}{time}"
    yield from ("%d%m%Y", "%m%d%Y", "%Y%m%d%H%M%S", "%Y%m%d %H%M%S", "%a, %d %b %Y %H:%M:%S %z")
