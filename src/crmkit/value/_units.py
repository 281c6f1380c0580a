"""Units of time of the models."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["DAYS", "DAYS_A_YEAR", "TimeUnit"]

TimeUnit: TypeAlias = Literal["D", "W", "M", "Y"]

DAYS_A_YEAR = 365.25
DAYS: dict[str, float] = {"D": 1.0, "W": 7.0, "M": DAYS_A_YEAR / 12, "Y": DAYS_A_YEAR}
