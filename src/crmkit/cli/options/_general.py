"""Options of any command, and the decorator that makes a command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from crmkit._names import LANGUAGES
from crmkit.cli._group import SpokenCommand
from crmkit.cli.options._types import Choice, FilePath

__all__ = ["CALENDAR", "DRAWN_OUTPUT", "JSON", "LANGUAGE", "MONETARY_VALUE", "TABLE_OUTPUT", "command", "output_option"]

Command = TypeVar("Command", bound=Callable[..., Any])

command: Final = functools.partial(click.command, cls=SpokenCommand)
"""Make a command of a function."""

LANGUAGE: Final = click.option(
    "--language", type=Choice(LANGUAGES), default="en", show_default=True, help="Language of names and messages."
)
CALENDAR: Final = click.option(
    "--calendar",
    metavar="FILE",
    type=FilePath(),
    help="Instead of --freq, periods of your own: columns period, start and end.",
)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
MONETARY_VALUE: Final = click.option(
    "--monetary-value",
    "with_monetary_value",
    is_flag=True,
    help="Also write monetary_value, the mean amount of a customer's purchase days after the first.",
)


TABLE_OUTPUT: Final = click.option(
    "--output", type=FilePath(to_write=True), help="Also write the table, to a file .parquet, .csv or .xlsx."
)


DRAWN_OUTPUT: Final = click.option(
    "--output",
    type=FilePath(to_write=True),
    help="Also write the tables, to a file .xlsx (all), .csv or .parquet (the first), or a drawing, .png, .svg, .pdf.",
)


def output_option(default: str, text: str) -> Callable[[Command], Command]:
    """Make the option that names the file."""
    kind = FilePath(to_write=True)
    return click.option("--output", type=kind, default=Path(default), show_default=True, help=text)
