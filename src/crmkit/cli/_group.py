"""The commands and their group, which tell errors in the language asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from crmkit.cli import commands
from crmkit.cli._asked import language_of
from crmkit.cli._headed import write_options
from crmkit.cli._signals import exiting_when_terminated
from crmkit.cli.language import EXTRA_ARGUMENTS, FLAGS_AT_ODDS, NO_SUCH_COMMAND, OptionError, telling, with_near

__all__ = ["CommandFiles", "SpokenCommand", "SpokenGroup"]


class SpokenCommand(click.Command):
    """A command that tells errors in the language asked for, even if its options cannot be read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        with telling(ctx):
            _check_flags(self, args)
            ctx.allow_extra_args = True
            rest = super().parse_args(ctx, args)
            if rest and not ctx.resilient_parsing:
                raise OptionError(EXTRA_ARGUMENTS(extra=" ".join(rest)))
            return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options into the help, each under its heading."""
        write_options(self, ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with telling(ctx), exiting_when_terminated():
            return super().invoke(ctx)


class SpokenGroup(click.Group):
    """A group of commands, which tells errors likewise."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments up to the command."""
        ctx.obj = language_of(args)
        with telling(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Find the command, and run it."""
        with telling(ctx):
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known:
            raise OptionError(with_near(NO_SUCH_COMMAND, name, get_close_matches(name, known)))
        return super().resolve_command(ctx, args)


class CommandFiles(SpokenGroup):
    """The group of all commands; each file of `crmkit.cli.commands` is one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands."""
        return sorted(module.name for module in iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; what it works with is loaded when it runs."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = getattr(import_module(f"{commands.__name__}.{cmd_name}"), cmd_name)
        return found


def _check_flags(command: click.Command, arguments: list[str]) -> None:
    """Refuse two flags of which only the last would count, such as --decimal-comma and --decimal-point."""
    given: dict[str, str] = {}
    for argument in arguments:
        for option in command.params:
            if not (isinstance(option, click.Option) and option.is_flag and argument in option.opts):
                continue
            other = given.setdefault(str(option.name), argument)
            if other != argument:
                raise OptionError(FLAGS_AT_ODDS(one=other, other=argument))
