"""Units of time of the models."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["DAYS", "DAYS_A_YEAR", "TimeUnit", "check_time_unit"]

TimeUnit: TypeAlias = Literal["D", "W", "M", "Y"]

DAYS_A_YEAR: Final = 365.25
DAYS: Final[dict[str, float]] = {"D": 1.0, "W": 7.0, "M": DAYS_A_YEAR / 12, "Y": DAYS_A_YEAR}


def check_time_unit(value: object) -> None:
    """Raise unless a value is a unit of time; tell the one that a word begins with."""
    if isinstance(value, str) and value in DAYS:
        return
    meant = value[:1].upper() if isinstance(value, str) else ""
    hint = f" Did you mean {meant!r}?" if meant in DAYS else ""
    raise ValueError(
        f"`time_unit` must be 'D' (days), 'W' (weeks), 'M' (months of 30.4375 days) or 'Y' (years of 365.25 days), "
        f"got {value!r}.{hint}"
    )
