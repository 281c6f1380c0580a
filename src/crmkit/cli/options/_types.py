"""Types of options, which refuse a value in both languages."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from crmkit._messages import Message
from crmkit.cli.language import OptionError

__all__ = [
    "Choice",
    "Day",
    "FilePath",
    "Kind",
    "Number",
    "Numbers",
    "Pairs",
    "Period",
    "RowCount",
    "Separator",
    "Values",
]

_NO_CHOICE: Final = Message(en="{value!r} is not one of {choices}.", zh="{value!r} 不在可选值 {choices} 之中。")
_NO_NUMBER: Final = Message(en="{value!r} is not a number.", zh="{value!r} 不是数字。")
_NO_COUNT: Final = Message(
    en="must be a whole number from 0 to {most:,}, got {value!r}.", zh="须为 0 至 {most:,} 的整数，得到 {value!r}。"
)
_NO_VALUES: Final = Message(
    en="must be values with commas between them, got {value!r}.", zh="须为以逗号分隔的取值，得到 {value!r}。"
)
_NO_NUMBERS: Final = Message(
    en="must be numbers with commas between them, such as 0.8,0.95, got {value!r}.",
    zh="须为以逗号分隔的数字，例如 0.8,0.95，得到 {value!r}。",
)
_NO_PAIRS: Final = Message(
    en="must be words with what each means, such as milestone=task,travel=budget, got {value!r}.",
    zh="须为词语及其含义，例如 里程碑=task,差旅=budget，得到 {value!r}。",
)
_NO_FILE_NAME: Final = Message(en="must name a file, got {value!r}.", zh="须为文件名，得到 {value!r}。")
_FOLDER: Final = Message(en="{value!r} is a directory.", zh="{value!r} 是文件夹。")
_NOT_READABLE: Final = Message(en="{value!r} is not readable.", zh="无法读取 {value!r}。")
_NO_SEPARATOR: Final = Message(
    en='must be one character, or "tab", got {value!r}.', zh='须为单个字符或 "tab"，得到 {value!r}。'
)


# Only newer versions of click have types with parameters.
class Kind(click.ParamType):  # type: ignore[type-arg]
    """A kind of option."""


class Choice(click.Choice):  # type: ignore[type-arg]
    """One of several words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check that it is one."""
        if value not in self.choices:
            self.fail(_NO_CHOICE(value=value, choices=", ".join(map(repr, self.choices))), param, ctx)
        return value


class Number(Kind):
    """A number that the library checks."""

    name = "float"

    def __init__(self, check: Callable[[float], object]) -> None:
        self._check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        try:
            number = float(value)
        except ValueError:
            self.fail(_NO_NUMBER(value=value), param, ctx)
        try:
            self._check(number)
        except ValueError as problem:
            raise OptionError(problem.args[0]) from problem
        return number


class Day(Kind):
    """A date, given as ISO text."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Read it."""
        from crmkit._checks import as_day

        try:
            return f"{as_day(value, name='' if param is None else param.name or ''):%Y-%m-%d}"
        except ValueError as problem:
            raise OptionError(problem.args[0]) from problem


class Period(Kind):
    """A length of period, such as M for months."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Check that it is one."""
        from crmkit._calendar import check_freq

        try:
            check_freq(value)
        except ValueError as problem:
            raise OptionError(problem.args[0]) from problem
        return str(value)


class Separator(Kind):
    """A character, or the name of one."""

    name = "character"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that it is one."""
        if len(value) != 1 and value not in ("tab", "\\t"):
            self.fail(_NO_SEPARATOR(value=value), param, ctx)
        return str(value)


class RowCount(Kind):
    """A number of rows at the start of a file."""

    name = "rows"
    _MOST = 10_000

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= self._MOST):
            self.fail(_NO_COUNT(value=value, most=self._MOST), param, ctx)
        return int(text)


class Values(Kind):
    """Several values with commas between them."""

    name = "values"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        """Split it."""
        values = [each.strip() for each in value.split(",") if each.strip()]
        if not values:
            self.fail(_NO_VALUES(value=value), param, ctx)
        return values


class Numbers(Kind):
    """Several numbers with commas between them."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[float]:
        """Split it."""
        try:
            return [float(each) for each in value.split(",")]
        except ValueError:
            self.fail(_NO_NUMBERS(value=value), param, ctx)


class Pairs(Kind):
    """Words with what each means, such as milestone=task,travel=budget."""

    name = "pairs"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:
        """Split it."""
        pairs = [each.partition("=") for each in value.split(",") if each.strip()]
        if not pairs or not all(word.strip() and meant.strip() for word, _, meant in pairs):
            self.fail(_NO_PAIRS(value=value), param, ctx)
        return {word.strip(): meant.strip() for word, _, meant in pairs}


class FilePath(Kind):
    """A path that can name a file: not empty, without a NUL byte, and without a slash at the end."""

    name = "path"

    def __init__(self, *, to_write: bool = False) -> None:
        self._to_write = to_write

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Check the text; refuse a folder to write to, and an unreadable file to read."""
        text = os.fsdecode(value)
        if not text or "\0" in text or text.endswith((os.sep, os.altsep or os.sep)):
            self.fail(_NO_FILE_NAME(value=text), param, ctx)
        path = Path(text)
        with suppress(OSError):
            is_folder = stat.S_ISDIR(path.stat().st_mode)
            if self._to_write and is_folder:
                self.fail(_FOLDER(value=text), param, ctx)
            if not self._to_write and not os.access(path, os.R_OK):
                self.fail(_NOT_READABLE(value=text), param, ctx)
        return path
