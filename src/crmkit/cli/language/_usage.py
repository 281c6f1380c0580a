"""Wrong usage, told from the attributes of click's errors, not from their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from crmkit._messages import Message, Said

__all__ = ["EXTRA_ARGUMENTS", "FLAGS_AT_ODDS", "NO_COMMAND", "NO_SUCH_COMMAND", "problem_of", "with_near"]

NO_COMMAND: Final = Message(en="Missing command.", zh="缺少命令。")
NO_SUCH_COMMAND: Final = Message(en="No such command {name!r}.{near}", zh="没有命令 {name!r}。{near}")
EXTRA_ARGUMENTS: Final = Message(en="Unexpected arguments: {extra}", zh="多余的参数：{extra}")
FLAGS_AT_ODDS: Final = Message(
    en="{one} and {other} cannot be used together. Leave one of them out.",
    zh="{one} 与 {other} 不能同时使用，请去掉其中一个。",
)

_MISSING_OPTION: Final = Message(en="Missing option {name}.", zh="缺少选项 {name}。")
_MISSING_ARGUMENT: Final = Message(en="Missing argument {name}.", zh="缺少参数 {name}。")
_NO_SUCH_OPTION: Final = Message(en="No such option {name!r}.{near}", zh="没有选项 {name!r}。{near}")
_NEEDS_VALUE: Final = Message(en="Option {name!r} needs a value.", zh="选项 {name!r} 需要一个值。")
_TAKES_NO_VALUE: Final = Message(en="Option {name!r} does not take a value.", zh="选项 {name!r} 不带值。")
_INVALID: Final = Message(en="Invalid value for {name}: {problem}", zh="{name} 的值无效：{problem}")
_NEAR: Final = Message(en=" Did you mean {near}?", zh="是否想用 {near}？")
_OR: Final = Message(en="{one} or {other}", zh="{one} 或 {other}")


def with_near(message: Message, name: str, near: Sequence[str] | None) -> Said:
    """Say that there is no such name, and suggest similar ones."""
    if not near:
        return message(name=name, near="")
    *others, last = [repr(each) for each in near]
    meant = _OR(one=", ".join(others), other=last) if others else last
    return message(name=name, near=_NEAR(near=meant))


def problem_of(problem: click.ClickException, context: click.Context) -> str | None:
    """Return the message of an error; None for other text of click, such as a help page."""
    if isinstance(problem, click.MissingParameter) and problem.param is not None:
        missing = _MISSING_ARGUMENT if isinstance(problem.param, click.Argument) else _MISSING_OPTION
        return missing(name=problem.param.get_error_hint(context))
    if isinstance(problem, click.BadParameter) and problem.param is not None:
        return _INVALID(name=problem.param.get_error_hint(context), problem=problem.message)
    if isinstance(problem, click.NoSuchOption):
        return with_near(_NO_SUCH_OPTION, problem.option_name, problem.possibilities)
    if isinstance(problem, click.BadOptionUsage):
        return _misused(problem.option_name, context)
    return problem.message if isinstance(problem.message, Said) else None


def _misused(name: str, context: click.Context) -> Said:
    named = (option for option in context.command.get_params(context) if name in option.opts)
    is_flag = any(isinstance(option, click.Option) and option.is_flag for option in named)
    return (_TAKES_NO_VALUE if is_flag else _NEEDS_VALUE)(name=name)
