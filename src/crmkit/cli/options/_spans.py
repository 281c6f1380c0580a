"""Spans of time, as typed on the command line: 90D, 26W, 12M, 2Y."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import click

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit._time_units import DAYS
from crmkit.cli.options._types import Kind

__all__ = ["Span", "SpanOfTime"]

_NO_SPAN: Final = Message(
    en="must be a number above 0 and D, W, M or Y, such as 12M, got {value!r}.",
    zh="须为大于 0 的数字加 D、W、M 或 Y（日、周、月、年），如 12M，得到 {value!r}。",
)
_TYPED: Final = re.compile(r"(\d{1,4}(?:\.\d+)?)([DWMY])", re.ASCII)
_UNITS: Final = {
    "D": Label("day", "天"),
    "W": Label("week", "周"),
    "M": Label("month", "个月"),
    "Y": Label("year", "年"),
}


class Span(NamedTuple):
    """A number of days, weeks, months or years, the number as typed."""

    number: str
    unit: str

    @property
    def days(self) -> float:
        """Its length."""
        return float(self.number) * DAYS[self.unit]

    def __str__(self) -> str:
        """As typed."""
        return self.number + self.unit

    def text(self, language: Language) -> str:
        """In words."""
        unit = _UNITS[self.unit].text(language)
        return f"{self.number} {unit}" if language == "zh" or float(self.number) == 1 else f"{self.number} {unit}s"


class SpanOfTime(Kind):
    """A span of time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        """Read it."""
        found = _TYPED.fullmatch(value)
        if found is None or not float(found[1]) > 0:
            self.fail(_NO_SPAN(value=value), param, ctx)
        return Span(found[1], found[2])
