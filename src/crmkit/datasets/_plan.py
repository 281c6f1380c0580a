"""The arguments of the simulator, checked and counted in days from the first one."""

import math
from datetime import date, datetime
from numbers import Real
from typing import Final

import numpy as np

from crmkit._checks import as_day, check_int
from crmkit._messages import Message, Parameter
from crmkit.datasets._intensity import Campaign

__all__ = ["acquisition_window", "as_campaign", "check_above", "log_span"]

_NO_NUMBER: Final = Message(
    en="{name} must be a number above {low}, got {value!r}.", zh="{name} 须为大于 {low} 的数，得到 {value!r}。"
)
_NOT_FINITE: Final = Message(
    en="{name} must be a finite number above {low}, got {value!r}.",
    zh="{name} 须为大于 {low} 的有限数，得到 {value!r}。",
)
_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start} {start:%Y-%m-%d}, got {end:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start} {start:%Y-%m-%d}，得到 {end:%Y-%m-%d}。",
)
_LONG_WINDOW: Final = Message(
    en="{@acquisition_days} must be at most {most}, the days from {@start} to {@end}, got {value}. Shorten it, or move "
    "{@end}.",
    zh="{@acquisition_days} 不得超过 {most}，即 {@start} 至 {@end} 的天数，得到 {value}。请缩短，或推迟 {@end}。",
)
_NO_CAMPAIGN: Final = Message(
    en="{@campaign_uplift} is {value!r} but there is no campaign. Give {@campaign_start} as well.",
    zh="{@campaign_uplift} 为 {value!r}，但没有活动。请同时给出 {@campaign_start}。",
)
_CAMPAIGN_OUTSIDE: Final = Message(
    en="{@campaign_start} must lie between {@start} and {@end}, got {value!r}. Move it, or widen the log.",
    zh="{@campaign_start} 须在 {@start} 与 {@end} 之间，得到 {value!r}。请调整日期，或延长日志。",
)


def check_above(value: object, *, name: str, low: int, or_infinite: bool = False) -> None:
    """Raise unless ``value`` is a number above ``low``, finite unless ``or_infinite``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(_NO_NUMBER(name=Parameter(name), low=low, value=value))
    if not float(value) > low or (math.isinf(value) and not or_infinite):
        wrong = _NO_NUMBER if or_infinite else _NOT_FINITE
        raise ValueError(wrong(name=Parameter(name), low=low, value=value))


def log_span(start: object, end: object) -> tuple[datetime, int]:
    """Give the first day of the log and its number of days, both ends included."""
    first_day, last_day = as_day(start, name="start"), as_day(end, name="end")
    if last_day < first_day:
        raise ValueError(_ENDS_EARLY(start=first_day, end=last_day))
    return first_day, (last_day - first_day).days + 1


def acquisition_window(acquisition_days: int | None, *, n_days: int) -> int:
    """Count the days in which customers arrive: as given, or the first half of the log."""
    if acquisition_days is None:
        return (n_days + 1) // 2
    check_int(acquisition_days, name="acquisition_days", low=1)
    if acquisition_days > n_days:
        raise ValueError(_LONG_WINDOW(most=n_days, value=acquisition_days))
    return acquisition_days


def as_campaign(
    campaign_start: str | date | None, *, n_days: int, uplift: float, first_day: datetime, log_days: int
) -> Campaign | None:
    """Count the campaign in days from the first one, or None without a start."""
    if campaign_start is None:
        if uplift != 0:
            raise ValueError(_NO_CAMPAIGN(value=uplift))
        return None
    day = (as_day(campaign_start, name="campaign_start") - first_day).days
    if not 0 <= day < log_days:
        raise ValueError(_CAMPAIGN_OUTSIDE(value=campaign_start))
    return Campaign(first_day=day, n_days=n_days, uplift=uplift)
