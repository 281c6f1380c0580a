"""Checks of arguments; each returns the clean value or raises with the way to mend it."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from crmkit.errors import SchemaError

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Day",
    "as_day",
    "check_ascending",
    "check_columns",
    "check_discount_rate",
    "check_fraction",
    "check_int",
    "check_margin",
    "check_number",
    "check_option",
    "check_turnover",
    "meant_by_percent",
    "some",
]

Day: TypeAlias = str | date

_MOST_VALUES_SHOWN = 5
# A rate or share of so much and more was meant in percent.
_PERCENT_FROM, _PERCENT_TO = 5, 100
# Outside these years a date is a placeholder (0001-01-01, 1900-01-01, 9999-12-31) or a slip, never an order.
FIRST_YEAR, LAST_YEAR = 1901, 2099
_ISO_DATE = re.compile(r"\d{4}(-|/|)\d{1,2}\1\d{1,2}([T ].*)?")


def some(values: Iterable[Any]) -> str:
    """Show at most five values, for an error message."""
    shown = [repr(value) for _, value in zip(range(_MOST_VALUES_SHOWN + 1), values, strict=False)]
    if len(shown) > _MOST_VALUES_SHOWN:
        shown[-1] = "…"
    return "[" + ", ".join(shown) + "]"


def as_day(value: object, *, name: str) -> datetime:
    """Read a date argument as naive midnight; a time of day is cut off.

    The argument is a date, a datetime, a NumPy or pandas time stamp, or ISO text.
    """
    if isinstance(value, (Real, np.bool_)):
        raise TypeError(f"`{name}` must be a date or ISO text such as '2024-12-31', got {value!r}.")
    wrong = f"`{name}` must be a date or ISO text such as '2024-12-31', got {value!r}."
    if isinstance(value, str) and not _ISO_DATE.fullmatch(value):
        raise ValueError(wrong)
    try:
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ValueError(wrong) from error
    if pd.isna(stamp):
        raise ValueError(f"`{name}` is missing, got {value!r}. Give a date such as '2024-12-31'.")
    if stamp.tzinfo is not None:
        raise ValueError(f"`{name}` must be a local date without a time zone, got {value!r}.")
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        raise ValueError(f"`{name}` must lie in the years {FIRST_YEAR} to {LAST_YEAR}, got {value!r}.")
    return datetime(stamp.year, stamp.month, stamp.day)


def check_option(value: object, options: Collection[str], *, name: str) -> None:
    """Raise unless ``value`` is one of ``options``."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"`{name}` must be one of {sorted(options)}, got {value!r}.")


def check_int(value: object, *, name: str, low: int) -> None:
    """Raise unless ``value`` is a whole number of at least ``low``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"`{name}` must be a whole number, got {value!r}.")
    if int(value) < low:
        raise ValueError(f"`{name}` must be at least {low}, got {value}.")


def check_fraction(value: object, *, name: str, low_open: bool = True, high_open: bool = True) -> None:
    """Raise unless ``value`` lies between 0 and 1, ends in or out as told."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"`{name}` must be a number between 0 and 1, got {value!r}.")
    number = float(value)
    if not 0 <= number <= 1 or (low_open and number == 0) or (high_open and number == 1):
        raise ValueError(f"`{name}` must lie between 0 and 1, got {value!r}.{meant_by_percent(number)}")


def check_margin(margin: object) -> float:
    """Return the share of the amounts that is profit, or raise: 30 for 30 % would be a hundred times too much."""
    check_number(margin, name="margin")
    share = float(margin)  # type: ignore[arg-type]
    if share == 0:
        raise ValueError(
            "`margin` is 0: nothing would be earned, and every value would be 0. Give the share of the amounts that is "
            "profit, such as 0.3, or 1 for revenue."
        )
    if not 0 < share <= 1:
        raise ValueError(
            f"`margin` is the share of the amounts that is profit, above 0 and at most 1; got {margin!r}."
            f"{meant_by_percent(share)}"
        )
    return share


def check_discount_rate(rate: object, *, name: str = "discount_rate", of: str = "year") -> float:
    """Return a discount rate, or raise: 10 for 10 % would leave nothing of what is to come."""
    check_number(rate, name=name)
    number = float(rate)  # type: ignore[arg-type]
    if number < 0:
        raise ValueError(f"`{name}` must be a {of}'s rate of 0 or more, for example 0.1, got {rate!r}.")
    if number >= _PERCENT_FROM:
        raise ValueError(
            f"`{name}` must be a {of}'s rate below {_PERCENT_FROM}, for example 0.1 for 10%, got {rate!r}."
            f"{meant_by_percent(number)}"
        )
    return number


def meant_by_percent(*numbers: float) -> str:
    """Ask whether numbers that are far above 1 were meant in percent; nothing of others."""
    if not numbers or not all(_PERCENT_FROM <= number <= _PERCENT_TO for number in numbers):
        return ""
    return f" Did you mean {', '.join(f'{number / 100:g}' for number in numbers)}?"


def check_turnover(turnover: float, *, where: str) -> None:
    """Raise unless a sum of amounts without their signs is finite: then no sum of some of them overflows."""
    if not np.isfinite(turnover):
        raise SchemaError(f"{where} adds up to more than a number can hold (1.8e308). Look for amounts that cannot be.")


def check_ascending(value: object, *, n_numbers: int, name: str) -> list[float]:
    """Return so many finite numbers, each above the one before, or raise."""
    wanted = f"{n_numbers} ascending numbers"
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(f"`{name}` must be {wanted}, got {value!r}.")
    given = list(value)
    if not all(map(_is_number, given)) or len(given) != n_numbers or (np.diff(given) <= 0).any():
        raise ValueError(f"`{name}` must be {wanted}, got {given}.")
    return [float(number) for number in given]


def check_number(value: object, *, name: str) -> None:
    """Raise unless ``value`` is a finite number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"`{name}` must be a number, got {value!r}.")
    if not np.isfinite(float(value)):
        raise ValueError(f"`{name}` must be a finite number, got {value!r}.")


def check_columns(given: Collection[str], needed: Iterable[str], *, name: str, made_by: str) -> None:
    """Raise unless every needed column is given; ``made_by`` says which call makes such a table."""
    missing = [column for column in needed if column not in given]
    if missing:
        raise SchemaError(f"`{name}` lacks the columns {missing}; it has {some(given)}. {made_by} makes such a table.")


def _is_number(value: object) -> bool:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return False
    return bool(np.isfinite(float(value)))
