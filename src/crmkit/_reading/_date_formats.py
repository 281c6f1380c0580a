"""The formats that dates in text may be written in, where they are not ISO."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pandas as pd

from crmkit._checks import FIRST_YEAR, LAST_YEAR

__all__ = ["fitting_formats"]

_SAMPLE: Final = 50
_LEAST_SHARE: Final = 0.9
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
_YEARS: Final = ("%Y", "%y")
_SEPARATORS: Final = "/.-"


def fitting_formats(texts: pd.Series[Any]) -> list[str]:
    """List the formats in which nearly all texts can be read, as `datetime.strptime` takes them.

    Of formats that give the same dates one is listed. Each is tried on a few texts before it is tried on all; one text
    in ten may be a slip.
    """
    distinct = pd.Series(texts.dropna().unique(), dtype=object)
    if distinct.empty:
        return []
    sample = distinct.iloc[:: max(len(distinct) // _SAMPLE, 1)]
    letters = set("".join(sample)) | ({"letters"} if sample.str.contains(r"[^\W\d_]", regex=True).any() else set())
    found: dict[str, pd.Series[Any]] = {}
    for form in _formats():
        if not _needed(form) <= letters or _read(sample, form) is None or (days := _read(distinct, form)) is None:
            continue
        if not any(days.equals(other) for other in found.values()):
            found[form] = days
    most = max((days.notna().sum() for days in found.values()), default=0)
    return [form for form, days in found.items() if days.notna().sum() == most]


def _needed(form: str) -> set[str]:
    """The marks that a text in a format has, and whether it has letters."""
    words = {"letters"} if re.search("%[aBbp]", form) else set()
    return set(re.sub("%.", "", form)) | words


def _read(texts: pd.Series[Any], form: str) -> pd.Series[Any] | None:
    """The dates of texts in a format; None unless it fits nearly all."""
    days = pd.to_datetime(texts, format=form, errors="coerce", utc=True)
    # A placeholder such as 12/31/9999 says nothing of the format.
    days = days.where(days.dt.year.between(FIRST_YEAR, LAST_YEAR))
    return days if days.notna().mean() >= _LEAST_SHARE else None


def _formats() -> Iterator[str]:
    for time, year in product(_TIMES, _YEARS):
        for mark in _SEPARATORS:
            yield f"%d{mark}%m{mark}{year}{time}"
            yield f"%m{mark}%d{mark}{year}{time}"
            yield f"{year}{mark}%m{mark}%d{time}"
            yield f"%d{mark}%b{mark}{year}{time}"
            yield f"%b{mark}%d{mark}{year}{time}"
        for month in ("%b", "%B"):
            yield f"%d {month} {year}{time}"
            yield f"{month} %d, {year}{time}"
            yield f"{month} %d {year}{time}"
    yield from ("%d%m%Y", "%m%d%Y", "%Y%m%d%H%M%S", "%Y%m%d %H%M%S", "%G-W%V-%u", "%a, %d %b %Y %H:%M:%S %z")
