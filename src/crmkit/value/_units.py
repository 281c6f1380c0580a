"""Units of time of the models."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["DAYS", "DAYS_A_YEAR", "TimeUnit", "check_time_unit"]

TimeUnit: TypeAlias = Literal["D", "W", "M", "Y"]

DAYS_A_YEAR: Final = 365.25
DAYS: Final[dict[str, float]] = {"D": 1.0, "W": 7.0, "M": DAYS_A_YEAR / 12, "Y": DAYS_A_YEAR}
# How words for them begin: day, daily, weekly, months.
_WORDS: Final = {"D": ("day", "dai"), "W": ("week",), "M": ("month",), "Y": ("year", "annual")}


def check_time_unit(value: object) -> None:
    """Raise unless a value is a unit of time; tell the one that a word begins with."""
    if isinstance(value, str) and value in DAYS:
        return
    word = value.lower() if isinstance(value, str) else ""
    meant = [unit for unit, begins in _WORDS.items() if word == unit.lower() or word.startswith(begins)]
    hint = f" Did you mean {meant[0]!r}?" if meant else ""
    raise ValueError(
        f"`time_unit` must be 'D' (days), 'W' (weeks), 'M' (months of 30.4375 days) or 'Y' (years of 365.25 days), "
        f"got {value!r}.{hint}"
    )
