"""The command `crmkit campaign`."""

from __future__ import annotations

import click

from crmkit.cli._group import SpokenGroup
from crmkit.cli.campaigns import assign, judge, plan
from crmkit.cli.language import NO_COMMAND, OptionError

__all__ = ["campaign"]


@click.group(cls=SpokenGroup, invoke_without_command=True, no_args_is_help=True, subcommand_metavar="COMMAND [ARGS]...")
@click.pass_context
def campaign(context: click.Context) -> None:
    """Plan a campaign with a control group, assign its customers, and judge what it brought about."""
    if context.invoked_subcommand is None:
        raise OptionError(NO_COMMAND())


for _command in (plan, assign, judge):
    campaign.add_command(_command)
