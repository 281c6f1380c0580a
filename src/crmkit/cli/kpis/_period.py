"""The days of which KPIs are asked for."""

from __future__ import annotations

from typing import Final, NamedTuple

from crmkit._messages import Message
from crmkit.cli.kpis._table import Asked
from crmkit.cli.language import OptionError

__all__ = ["Period", "period_of"]

_NO_END: Final = Message(
    en="Give --end, or --as-of as the last day of the period.", zh="请给出 --end，或用 --as-of 作为期间最后一天。"
)
_END_FIRST: Final = Message(en="--end {end} lies before --start {start}.", zh="--end {end} 早于 --start {start}。")
_END_UNSEEN: Final = Message(
    en="--end {end} lies after --as-of {as_of}: the period is not over.",
    zh="--end {end} 晚于 --as-of {as_of}：期间尚未结束。",
)


class Period(NamedTuple):
    """First and last day."""

    start: str
    end: str


def period_of(asked: Asked) -> Period:
    """The period asked for; it ends on the last day that counts unless its end is given."""
    start, as_of = str(asked.start), asked.options.as_of
    last = asked.end or as_of
    if last is None:
        raise OptionError(_NO_END())
    if last < start:
        raise OptionError(_END_FIRST(start=start, end=last))
    if as_of is not None and as_of < last:
        raise OptionError(_END_UNSEEN(end=last, as_of=as_of))
    return Period(start, last)
