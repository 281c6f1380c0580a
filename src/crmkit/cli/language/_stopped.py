"""Errors of a command, told in the language asked for, with their exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click

from crmkit._messages import Message, Said
from crmkit._names import Language
from crmkit.cli.language._errors import FileError
from crmkit.cli.language._said import told
from crmkit.cli.language._usage import problem_of
from crmkit.errors import ConvergenceError

__all__ = ["telling"]

_STOPPED: Final = Message(en="Error: {problem}", zh="错误：{problem}")
_USAGE: Final = Message(
    en="Usage: {usage}\nTry '{command} --help' for help.\n", zh="用法：{usage}\n可用 '{command} --help' 查看帮助。\n"
)
_INTERRUPTED: Final = Message(en="Aborted!", zh="已中断。")
# As click does.
_EXIT_INTERRUPTED: Final = 1


@contextmanager
def telling(context: click.Context) -> Iterator[None]:
    """Tell the error that stops a command, whether of the command line, the library or click."""
    language: Language = context.find_root().obj
    try:
        yield
    except click.ClickException as problem:
        _tell(problem, context, language)
    except (ValueError, TypeError, ConvergenceError) as problem:
        # Without a message of crmkit's own it is a bug; the last net says so.
        if not problem.args or not isinstance(problem.args[0], Said):
            raise
        _tell(FileError(problem.args[0]), context, language)
    except KeyboardInterrupt:
        click.echo("\n" + told(_INTERRUPTED(), language), err=True)
        sys.exit(_EXIT_INTERRUPTED)


def _tell(problem: click.ClickException, context: click.Context, language: Language) -> NoReturn:
    said = problem_of(problem, context) if not isinstance(problem, FileError) else problem.message
    if said is None:
        raise problem
    text = told(said, language, tables=problem.tables if isinstance(problem, FileError) else {})
    if isinstance(problem, click.UsageError):
        usage = context.get_usage().removeprefix("Usage: ")
        click.echo(told(_USAGE(usage=usage, command=context.command_path), language), err=True)
    click.echo(told(_STOPPED(problem=text), language), err=True)
    sys.exit(problem.exit_code)
