"""Whole periods of days, weeks, months, quarters or years from one day to another, by the calendar."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["PERIODS", "Length", "after", "begun_since", "whole_since"]

Length: TypeAlias = Literal["D", "W", "M", "Q", "Y"]
Days = npt.NDArray[np.datetime64]
Counts = npt.NDArray[np.int64]

# So many days or months.
PERIODS: Final[dict[str, tuple[Literal["D", "M"], int]]] = {
    "D": ("D", 1),
    "W": ("D", 7),
    "M": ("M", 1),
    "Q": ("M", 3),
    "Y": ("M", 12),
}


def after(start: Days, n: Counts, *, length: Length) -> Days:
    """The day on which so many periods are over: the same day of a later month, or its last where it is shorter."""
    unit, size = PERIODS[length]
    if unit == "D":
        return np.asarray(start + n * size)
    month = start.astype("datetime64[M]")
    later = month + n * size
    last = (later + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    day: Any = later.astype("datetime64[D]") + (start - month.astype("datetime64[D]"))
    return np.asarray(np.minimum(day, last))


def whole_since(start: Days, day: Days, *, length: Length) -> Counts:
    """How many periods are over by a day."""
    unit, size = PERIODS[length]
    if unit == "D":
        return np.asarray((day - start).astype(np.int64) // size)
    months = (day.astype("datetime64[M]") - start.astype("datetime64[M]")).astype(np.int64)
    # The last one may end later in the month.
    n = months // size
    return np.asarray(n - (after(start, n, length=length) > day))


def begun_since(start: Days, day: Days, *, length: Length) -> Counts:
    """How many periods have begun before a day: those that are over by it, and one more unless one ends on it."""
    whole = whole_since(start, day, length=length)
    return np.asarray(whole + (after(start, whole, length=length) < day))
