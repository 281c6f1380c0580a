"""Checks of arguments; each returns the clean value or raises with the way to mend it."""

import re
from collections.abc import Collection, Hashable, Iterable
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from crmkit._messages import Message, Parameter, Said, shown
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
    "check_money",
    "check_number",
    "check_option",
    "check_turnover",
    "is_number",
    "meant_by_percent",
    "no_money",
    "some",
]

Day: TypeAlias = str | date

_MOST_VALUES_SHOWN = 5
# Beyond, floats do not hold every whole number.
_MOST_WHOLE = 2**53
# A rate or share of so much and more was meant in percent.
_PERCENT_FROM, _PERCENT_TO = 5, 100
# Outside these years a date is a placeholder (0001-01-01, 1900-01-01, 9999-12-31) or a slip, never an order.
FIRST_YEAR, LAST_YEAR = 1901, 2099
_ISO_DATE = re.compile(r"\d{4}(-|/|)\d{1,2}\1\d{1,2}([T ].*)?")

_NOT_A_DAY: Final = Message(
    en="{name} must be a date or ISO text such as '2024-12-31', got {value!r}.",
    zh="{name} 须为日期，如 2024-12-31，得到 {value!r}。",
)
_NO_DAY: Final = Message(
    en="{name} is missing, got {value!r}. Give a date such as '2024-12-31'.",
    zh="{name} 缺失，得到 {value!r}。请给出日期，如 2024-12-31。",
)
_NOT_LOCAL: Final = Message(
    en="{name} must be a local date without a time zone, got {value!r}.",
    zh="{name} 须为不带时区的本地日期，得到 {value!r}。",
)
_BEYOND_YEARS: Final = Message(
    en="{name} must lie in the years {first} to {last}, got {value!r}.",
    zh="{name} 须在 {first} 年至 {last} 年之间，得到 {value!r}。",
)
_NO_OPTION: Final = Message(
    en="{name} must be one of {options}, got {value!r}.", zh="{name} 须为 {options} 之一，得到 {value!r}。"
)
_NOT_WHOLE: Final = Message(en="{name} must be a whole number, got {value!r}.", zh="{name} 须为整数，得到 {value!r}。")
_BELOW: Final = Message(en="{name} must be at least {low}, got {value}.", zh="{name} 不得小于 {low}，得到 {value}。")
_ABOVE: Final = Message(en="{name} must be at most {high}, got {value}.", zh="{name} 不得大于 {high}，得到 {value}。")
_BITS: Final = Message(en="a number of {n} bits", zh="一个 {n} 位二进制的数")
_NO_FRACTION: Final = Message(
    en="{name} must be a number between 0 and 1, got {value!r}.", zh="{name} 须为 0 与 1 之间的数，得到 {value!r}。"
)
_BEYOND_ONE: Final = Message(
    en="{name} must lie between 0 and 1, got {value!r}.{meant}", zh="{name} 须介于 0 与 1 之间，得到 {value!r}。{meant}"
)
_NO_MARGIN: Final = Message(
    en="{@margin} is 0: nothing would be earned, and every value would be 0. Give the share of the amounts that is "
    "profit, such as 0.3, or 1 for revenue.",
    zh="{@margin} 不能为 0：那样没有任何利润，所有价值都为 0。请给出利润占销售额的比例，如 0.3；按销售额计则用 1。",
)
_NOT_A_MARGIN: Final = Message(
    en="{@margin} is the share of the amounts that is profit, above 0 and at most 1; got {value!r}.{meant}",
    zh="{@margin} 应为利润占销售额的比例，大于 0 且不超过 1，得到 {value!r}。{meant}",
)
_NEGATIVE_RATE: Final = Message(
    en="{name} must be a rate per {period} of 0 or more, for example 0.1, got {value!r}.",
    zh="{name} 须为不小于 0 的{period}利率，如 0.1，得到 {value!r}。",
)
_LARGE_RATE: Final = Message(
    en="{name} must be a rate per {period} below {most}, for example 0.1 for 10%, got {value!r}.{meant}",
    zh="{name} 须为小于 {most} 的{period}利率，如 10% 写作 0.1，得到 {value!r}。{meant}",
)
_PERIODS: Final = {"year": Message(en="year", zh="年"), "period": Message(en="period", zh="每期")}
_END_OUT: Final = Message(en=" {end} itself is not allowed.", zh="不能恰为 {end}。")
_MEANT: Final = Message(en=" Did you mean {meant}?", zh="是否想写 {meant}？")
_TURNOVER: Final = Message(
    en="{where} adds up to more than a number can hold (1.8e308). Look for impossible amounts.",
    zh="{where}的合计超出数值可表示的范围（1.8e308），请查找不可能的金额。",
)
_NO_MONEY: Final = Message(
    en="{where} is missing throughout: the orders carry no price, and this is worked out from money. Recency, "
    "frequency and purchases need none; for the rest name the column of money, {@amount=}.",
    zh="{where}全部缺失：订单没有价格，而此处须用金额计算。最近购买、频次与购买次数不受影响；"
    "其余请用 {@amount=} 指定金额列。",
)
_NOT_ASCENDING: Final = Message(
    en="{name} must be {n} ascending numbers, got {value}.", zh="{name} 须为 {n} 个递增的数，得到 {value}。"
)
_NO_NUMBER: Final = Message(en="{name} must be a number, got {value!r}.", zh="{name} 须为数字，得到 {value!r}。")
_NOT_FINITE: Final = Message(
    en="{name} must be a finite number, got {value!r}.", zh="{name} 须为有限的数，得到 {value!r}。"
)
_LACKING: Final = Message(
    en="{name} lacks the columns {missing}; it has {given}. {made_by} makes such a table; a column of yours that holds "
    "the same has only to be renamed.",
    zh="{name}缺少列 {missing}，现有 {given}。可用 {made_by} 生成这样的表；若已有相应的列，改名即可。",
)
_NOT_THERE: Final = Message(
    en="{name} lacks the columns {missing}; it has {given}. Name columns that it has, or rename those of yours that "
    "hold the same.",
    zh="{name}缺少列 {missing}，现有 {given}。请指定已有的列；若已有相应的列，改名即可。",
)
_NOT_NAMES: Final = Message(
    en="A column of {name} is named by {value!r}, which names no single column. Give one name, such as 'region'.",
    zh="{name} 的列应由单个列名指定，得到 {value!r}，请给出一个列名，例如 'region'。",
)


def some(values: Iterable[Any]) -> str:
    """Show at most five values, for an error message."""
    cells = [shown(value) for _, value in zip(range(_MOST_VALUES_SHOWN + 1), values, strict=False)]
    if len(cells) > _MOST_VALUES_SHOWN:
        cells[-1] = "…"
    return "[" + ", ".join(cells) + "]"


def as_day(value: object, *, name: str) -> datetime:
    """Read a date argument as naive midnight; a time of day is cut off.

    The argument is a date, a datetime, a NumPy or pandas time stamp, or ISO text.
    """
    if isinstance(value, (Real, np.bool_)):
        raise TypeError(_NOT_A_DAY(name=Parameter(name), value=value))
    wrong = _NOT_A_DAY(name=Parameter(name), value=value)
    if isinstance(value, str) and not _ISO_DATE.fullmatch(value):
        raise ValueError(wrong)
    try:
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ValueError(wrong) from error
    if pd.isna(stamp):
        raise ValueError(_NO_DAY(name=Parameter(name), value=value))
    if stamp.tzinfo is not None:
        raise ValueError(_NOT_LOCAL(name=Parameter(name), value=value))
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        raise ValueError(_BEYOND_YEARS(name=Parameter(name), first=FIRST_YEAR, last=LAST_YEAR, value=value))
    return datetime(stamp.year, stamp.month, stamp.day)


def check_option(value: object, options: Collection[str], *, name: str) -> None:
    """Raise unless ``value`` is one of ``options``."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(_NO_OPTION(name=Parameter(name), options=sorted(options), value=value))


def check_int(value: object, *, name: str, low: int, high: int = _MOST_WHOLE) -> None:
    """Raise unless ``value`` is a whole number from ``low`` to ``high``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(_NOT_WHOLE(name=Parameter(name), value=value))
    if int(value) < low:
        raise ValueError(_BELOW(name=Parameter(name), low=low, value=value))
    if int(value) > high:
        got = value if int(value) <= _MOST_WHOLE else _BITS(n=int(value).bit_length())
        raise ValueError(_ABOVE(name=Parameter(name), high=high, value=got))


def check_fraction(value: object, *, name: str, low_open: bool = True, high_open: bool = True) -> None:
    """Raise unless ``value`` lies between 0 and 1, ends in or out as told."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(_NO_FRACTION(name=Parameter(name), value=value))
    number = _as_float(value)
    if (low_open and number == 0) or (high_open and number == 1):
        raise ValueError(_BEYOND_ONE(name=Parameter(name), value=value, meant=_END_OUT(end=f"{number:g}")))
    if not 0 <= number <= 1:
        raise ValueError(_BEYOND_ONE(name=Parameter(name), value=value, meant=meant_by_percent(number)))


def check_margin(margin: object) -> float:
    """Return the share of the amounts that is profit, or raise: 30 for 30 % would be a hundred times too much."""
    check_number(margin, name="margin")
    share = float(margin)  # type: ignore[arg-type]
    if share == 0:
        raise ValueError(_NO_MARGIN())
    if not 0 < share <= 1:
        raise ValueError(_NOT_A_MARGIN(value=margin, meant=meant_by_percent(share)))
    return share


def check_discount_rate(rate: object, *, name: str = "discount_rate", of: str = "year") -> float:
    """Return a discount rate, or raise: 10 for 10 % would leave nothing of what is to come."""
    check_number(rate, name=name)
    number = float(rate)  # type: ignore[arg-type]
    if number < 0:
        raise ValueError(_NEGATIVE_RATE(name=Parameter(name), period=_PERIODS[of](), value=rate))
    if number >= _PERCENT_FROM:
        raise ValueError(
            _LARGE_RATE(
                name=Parameter(name),
                period=_PERIODS[of](),
                most=_PERCENT_FROM,
                value=rate,
                meant=meant_by_percent(number),
            )
        )
    return number


def meant_by_percent(*numbers: float) -> str | Said:
    """Ask whether numbers that are far above 1 were meant in percent; nothing of others."""
    if not numbers or not all(_PERCENT_FROM <= number <= _PERCENT_TO for number in numbers):
        return ""
    return _MEANT(meant=", ".join(f"{number / 100:g}" for number in numbers))


def check_turnover(turnover: float, *, where: object) -> None:
    """Raise unless a sum of amounts without their signs is finite: then no sum of some of them overflows."""
    if not np.isfinite(turnover):
        raise SchemaError(_TURNOVER(where=where))


def check_money(values: Any, *, where: object, among: Any = None) -> None:
    """Raise if money is missing throughout, or throughout some rows, as it is where orders carry no price."""
    if no_money(values, among=among):
        raise SchemaError(_NO_MONEY(where=where))


def no_money(values: Any, *, among: Any = None) -> bool:
    """Whether money is missing throughout, or throughout some rows, of which there are any."""
    missing = np.isnan(values) if among is None else np.isnan(values)[among]
    return bool(missing.size and missing.all())


def check_ascending(value: object, *, n_numbers: int, name: str) -> list[float]:
    """Return so many finite numbers, each above the one before, or raise."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(_NOT_ASCENDING(name=Parameter(name), n=n_numbers, value=repr(value)))
    given = list(value)
    if not all(map(is_number, given)) or len(given) != n_numbers or (np.diff(given) <= 0).any():
        raise ValueError(_NOT_ASCENDING(name=Parameter(name), n=n_numbers, value=given))
    return [float(number) for number in given]


def check_number(value: object, *, name: str) -> None:
    """Raise unless ``value`` is a finite number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(_NO_NUMBER(name=Parameter(name), value=value))
    if not np.isfinite(_as_float(value)):
        raise ValueError(_NOT_FINITE(name=Parameter(name), value=value))


def check_columns(given: Collection[str], needed: Iterable[str], *, name: str, made_by: str | None) -> None:
    """Raise unless every needed column is given; ``made_by`` says which call makes such a table, if there is one."""
    columns = list(needed)
    if unlike := [column for column in columns if not isinstance(column, Hashable)]:
        raise TypeError(_NOT_NAMES(name=Parameter(name), value=unlike[0]))
    if missing := [column for column in dict.fromkeys(columns) if column not in given]:
        told = {"name": Parameter(name), "missing": missing, "given": list(given)}
        raise SchemaError(_NOT_THERE(**told) if made_by is None else _LACKING(**told, made_by=made_by))


def is_number(value: object) -> bool:
    """Whether ``value`` is a finite number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return False
    return bool(np.isfinite(_as_float(value)))


def _as_float(number: Real) -> float:
    """Give a number as a float, infinite where it is beyond all floats."""
    try:
        return float(number)
    except OverflowError:
        return np.inf
