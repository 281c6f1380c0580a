"""How many rows are left out and why, on standard error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from crmkit._messages import Joined, Message
from crmkit._names import Label, Language
from crmkit.cli.language import say

__all__ = ["LeftOut", "say_left_out"]

_LEFT_OUT: Final = Message(
    en="Left out of {given:,} {given:row|rows}: {reasons}.", zh="{given:,} 行中未使用的：{reasons}。"
)
_COUNTED: Final = Message(en="{n:,} {reason}", zh="{reason} {n:,} 行")
_SHOWN: Final = Message(en="{said} ({values})", zh="{said}（{values}）")


class LeftOut(NamedTuple):
    """Rows left out for one reason, with some of the values at fault."""

    reason: str
    n: int
    values: str = ""


def say_left_out(found: Sequence[LeftOut], names: Mapping[str, Label], language: Language, *, given: int) -> None:
    """Say it, if there are any; ``names`` are those of the reasons, ``given`` is the number of all rows."""
    told = []
    for each in found:
        name = names[each.reason].text(language)
        said = _COUNTED(n=each.n, reason=name[:1].lower() + name[1:])
        told.append(_SHOWN(said=said, values=each.values) if each.values else said)
    if told:
        say(_LEFT_OUT(given=given, reasons=Joined(told, ", ", "，")), language)
