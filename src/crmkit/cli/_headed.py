"""Options that stand under a heading of their own in the help of a command."""

from __future__ import annotations

from typing import Any, Final

import click

__all__ = ["HeadedOption", "write_options"]

_OPTIONS: Final = "Options"


class HeadedOption(click.Option):
    """An option under a heading."""

    def __init__(self, *arguments: Any, heading: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.heading = heading


def write_options(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options of a command into its help, those without a heading first."""
    sections: dict[str, list[tuple[str, str]]] = {_OPTIONS: []}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            sections.setdefault(getattr(parameter, "heading", _OPTIONS), []).append(record)
    for heading, records in sections.items():
        with formatter.section(heading):
            formatter.write_dl(records)
