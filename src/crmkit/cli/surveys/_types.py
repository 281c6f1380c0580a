"""Options that say how answers are coded."""

from __future__ import annotations

import click

from crmkit._messages import Message
from crmkit.cli.options import Pairs, Values

__all__ = ["Codes", "Meanings", "Scale"]

_NO_SCALE: Message = Message(
    en="must be the least and the largest answer, such as 1-5 or 0-10, got {value!r}.",
    zh="须为最低与最高答案，例如 1-5 或 0-10，得到 {value!r}。",
)
_NO_NUMBERS: Message = Message(
    en="must be answers and the number of each, such as good=5,fair=3, got {value!r}.",
    zh="须为各选项及其分值，例如 满意=5,一般=3，得到 {value!r}。",
)


class Scale(Pairs):
    """The least and the largest answer, such as 1-5."""

    name = "scale"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:  # type: ignore[override]
        """Split it."""
        low, between, high = value.strip().rpartition("-")
        try:
            ends = float(low), float(high)
        except ValueError:
            ends = (0.0, 0.0)
        if not between or not ends[0] < ends[1]:
            self.fail(_NO_SCALE(value=value), param, ctx)
        return ends


class Meanings(Pairs):
    """Texts with the number that each stands for, such as good=5."""

    name = "meanings"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, float]:  # type: ignore[override]
        """Split it."""
        try:
            return {text: float(number) for text, number in super().convert(value, param, ctx).items()}
        except ValueError:
            self.fail(_NO_NUMBERS(value=value), param, ctx)


class Codes(Values):
    """Codes that are no answer, numbers or texts."""

    name = "codes"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[float | str]:  # type: ignore[override]
        """Split them; what reads as a number is one."""
        return [_as_number(code) for code in super().convert(value, param, ctx)]


def _as_number(code: str) -> float | str:
    try:
        return float(code)
    except ValueError:
        return code
