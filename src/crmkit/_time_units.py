"""Units of time, and their days."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from crmkit._messages import Message

__all__ = ["DAYS", "DAYS_A_WEEK", "DAYS_A_YEAR", "TimeUnit", "check_time_unit"]

TimeUnit: TypeAlias = Literal["D", "W", "M", "Y"]

DAYS_A_WEEK: Final = 7
DAYS_A_YEAR: Final = 365.25
DAYS: Final[dict[str, float]] = {"D": 1.0, "W": float(DAYS_A_WEEK), "M": DAYS_A_YEAR / 12, "Y": DAYS_A_YEAR}
# How words for them begin: day, daily, weekly, months.
_WORDS: Final = {"D": ("day", "dai"), "W": ("week",), "M": ("month",), "Y": ("year", "annual")}

_NO_UNIT: Final = Message(
    en="{@time_unit} must be 'D' (days), 'W' (weeks), 'M' (months of 30.4375 days) or 'Y' (years of 365.25 days), "
    "got {value!r}.{meant}",
    zh="{@time_unit} 须为 'D'（天）、'W'（周）、'M'（月，30.4375 天）或 'Y'（年，365.25 天），得到 {value!r}。{meant}",
)
_MEANT: Final = Message(en=" Did you mean {unit!r}?", zh="是否想写 {unit!r}？")


def check_time_unit(value: object) -> None:
    """Raise unless a value is a unit of time; suggest the one that a word begins with."""
    if isinstance(value, str) and value in DAYS:
        return
    word = value.lower() if isinstance(value, str) else ""
    meant = [unit for unit, begins in _WORDS.items() if word == unit.lower() or word.startswith(begins)]
    raise ValueError(_NO_UNIT(value=value, meant=_MEANT(unit=meant[0]) if meant else ""))
