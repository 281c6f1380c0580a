"""The commands, under one name."""

from __future__ import annotations

from typing import Final

import click

from crmkit._version import __version__
from crmkit.cli._audit import audit
from crmkit.cli._clv import clv
from crmkit.cli._group import SpokenGroup
from crmkit.cli._kpi import kpi
from crmkit.cli._report import demo, report
from crmkit.cli._score import score

__all__ = ["main"]

_HELP: Final = {"help_option_names": ["-h", "--help"]}


@click.group(cls=SpokenGroup, context_settings=_HELP)
@click.version_option(__version__, prog_name="crmkit")
def main() -> None:
    """Customer analytics from an order log."""


for command in (report, score, clv, audit, kpi, demo):
    main.add_command(command)
