"""The group of commands: each file of `crmkit.cli.commands` is one, with the file's name."""

from __future__ import annotations

from typing import Final

import click

from crmkit._version import __version__
from crmkit.cli._group import CommandFiles
from crmkit.cli.language import NO_COMMAND, OptionError

__all__ = ["main"]

_HELP: Final = {"help_option_names": ["-h", "--help"]}


@click.group(
    cls=CommandFiles,
    context_settings=_HELP,
    invoke_without_command=True,
    no_args_is_help=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, prog_name="crmkit")
@click.pass_context
def main(context: click.Context) -> None:
    """Customer analytics from an order log."""
    if context.invoked_subcommand is None:
        raise OptionError(NO_COMMAND())
