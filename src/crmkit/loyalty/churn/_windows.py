"""The windows around a cutoff: who is at risk on its evening, and when they would have to buy to have stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from crmkit._checks import Day, as_day, check_int, some
from crmkit._messages import Message, Parameter

__all__ = ["MOST_DAYS", "Windows", "checked_days", "checked_windows"]

# Longer than all dates that can be used.
MOST_DAYS: Final = 200 * 366
_EPOCH: Final = datetime(1970, 1, 1)

_NOT_A_LIST: Final = Message(
    en="{@cutoffs} must be a list of days such as ['2024-06-30', '2024-09-30'], got {cutoffs!r}.",
    zh="{@cutoffs} 须为日期的列表，如 ['2024-06-30', '2024-09-30']，得到 {cutoffs!r}。",
)
_NO_CUTOFF: Final = Message(
    en="{@cutoffs} holds no day. Name at least one, such as ['2024-06-30'].",
    zh="{@cutoffs} 中没有日期，请至少给出一个，如 ['2024-06-30']。",
)
_TWICE: Final = Message(
    en="{@cutoffs} names days more than once: {days}. Name each once.",
    zh="{@cutoffs} 中的日期 {days} 重复出现，每个日期只能出现一次。",
)
_TOO_LATE: Final = Message(
    en="{@cutoffs} holds {days}, after {@as_of}, {as_of:%Y-%m-%d}. What customers had done by then is not known yet.",
    zh="{@cutoffs} 中的 {days} 晚于 {@as_of}（{as_of:%Y-%m-%d}），客户到那时的行为尚不可知。",
)
_NOT_DAYS: Final = Message(
    en="{name} must be a list or tuple of days such as (30, 90, 365), got {value!r}.",
    zh="{name} 须为天数的列表或元组，如 (30, 90, 365)，得到 {value!r}。",
)
_DAYS_TWICE: Final = Message(
    en="{name} must hold at least one number of days, each only once, got {value}.",
    zh="{name} 须含至少一个天数，且互不重复，得到 {value}。",
)


class Windows(NamedTuple):
    """The cutoffs in order, with the days that are looked back and left out after each, and the last full day."""

    cutoffs: Sequence[datetime]
    as_of: datetime
    lookback: int
    gap: int

    @property
    def numbers(self) -> list[int]:
        """The cutoffs as days since 1970."""
        return [(cutoff - _EPOCH).days for cutoff in self.cutoffs]

    def followed(self, cutoff: datetime) -> int:
        """How many days after the gap are known, below 0 where not even the gap is over."""
        return (self.as_of - cutoff).days - self.gap

    @property
    def first_day(self) -> datetime:
        """The first day that matters."""
        return max(self.cutoffs[0] - timedelta(days=self.lookback - 1), datetime(1, 1, 1))


def checked_windows(cutoffs: Iterable[Day], *, as_of: Day, lookback: int, gap: int) -> Windows:
    """Read and check the windows."""
    last = as_day(as_of, name="as_of")
    check_int(lookback, name="lookback", low=1, high=MOST_DAYS)
    check_int(gap, name="gap", low=0, high=MOST_DAYS)
    if isinstance(cutoffs, (str, bytes, datetime)) or not isinstance(cutoffs, Iterable):
        raise TypeError(_NOT_A_LIST(cutoffs=cutoffs))
    days = sorted(as_day(cutoff, name="cutoffs") for cutoff in cutoffs)
    if not days:
        raise ValueError(_NO_CUTOFF())
    twice = [day for day, n in Counter(days).items() if n > 1]
    if twice:
        raise ValueError(_TWICE(days=_shown(twice)))
    if days[-1] > last:
        raise ValueError(_TOO_LATE(days=_shown([day for day in days if day > last]), as_of=last))
    return Windows(days, last, int(lookback), int(gap))


def checked_days(days: object, *, name: str) -> list[int]:
    """Read lengths in days, each once, in ascending order."""
    if not isinstance(days, (list, tuple)):
        raise TypeError(_NOT_DAYS(name=Parameter(name), value=days))
    for each in days:
        check_int(each, name=name, low=1, high=MOST_DAYS)
    if not days or len(set(days)) < len(days):
        raise ValueError(_DAYS_TWICE(name=Parameter(name), value=list(days)))
    return sorted(int(each) for each in days)


def _shown(days: Iterable[datetime]) -> str:
    return some([f"{day:%Y-%m-%d}" for day in days])
