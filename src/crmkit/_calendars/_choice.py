"""From the arguments of a function to its calendar."""

from __future__ import annotations

from typing import Final

from crmkit._calendar import Freq
from crmkit._calendars._calendar import Calendar
from crmkit._calendars._listed import Listed, periods_listed
from crmkit._calendars._regular import Regular
from crmkit._messages import Message

__all__ = ["calendar_if_any", "calendar_of"]

_BOTH: Final = Message(
    en="Give {@freq} or {@calendar}, not both. {@freq} is {freq!r}.",
    zh="{@freq} 与 {@calendar} 只能给出一个，{@freq} 为 {freq!r}。",
)
_NEITHER: Final = Message(
    en="Give {@freq}, the length of the periods, or {@calendar}, a table of them.",
    zh="请给出 {@freq}（期间长度）或 {@calendar}（期间表）。",
)


def calendar_of(freq: Freq | None, calendar: object, *, default: Freq | None = None) -> Calendar:
    """Read ``freq``, or ``calendar`` if that is given and ``freq`` is left as it is by default."""
    if calendar is not None:
        if freq != default:
            raise ValueError(_BOTH(freq=freq))
        return Listed(periods_listed(calendar))
    if freq is None:
        raise ValueError(_NEITHER())
    return Regular(freq)


def calendar_if_any(freq: Freq | None, calendar: object) -> Calendar | None:
    """Read ``freq`` or ``calendar`` where one is given."""
    return None if freq is None and calendar is None else calendar_of(freq, calendar)
