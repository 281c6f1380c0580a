"""The group of commands: each runs here, and what stops it is said in the language asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from crmkit._names import Language
from crmkit.cli._chinese import in_chinese
from crmkit.cli._language import language_of
from crmkit.cli._signals import exiting_when_terminated
from crmkit.cli._texts import TEXTS

__all__ = ["SpokenGroup"]

# As click does.
_EXIT_INTERRUPTED: Final = 1


class SpokenGroup(click.Group):
    """Commands whose wrong usage is told in the language asked for, even where the options cannot be read."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments of the group."""
        language = language_of(args)
        with _told(language):
            context = super().make_context(info_name, args, parent, **extra)
        context.obj = language
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Read the arguments of a command, and run it."""
        with _told(ctx.obj), exiting_when_terminated():
            return super().invoke(ctx)


@contextmanager
def _told(language: Language) -> Iterator[None]:
    """Say in Chinese what click would say in English."""
    try:
        yield
    except click.ClickException as problem:
        if language == "en":
            raise
        click.echo(_chinese(problem), err=True)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        if language == "en":
            raise
        click.echo("\n" + TEXTS["interrupted"].zh, err=True)
        sys.exit(_EXIT_INTERRUPTED)


def _chinese(problem: click.ClickException) -> str:
    said = problem.format_message()
    told = TEXTS["stopped"].zh.format(problem=in_chinese(said) or said)
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    if context is None:
        return told
    usage = context.get_usage().removeprefix("Usage: ")
    return TEXTS["usage"].zh.format(usage=usage, command=context.command_path) + "\n" + told
