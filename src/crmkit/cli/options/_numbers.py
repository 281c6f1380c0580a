"""Options that are numbers in a range: how money and intervals are counted."""

from __future__ import annotations

from typing import Final

import click

from crmkit._checks import check_discount_rate, check_fraction, check_margin
from crmkit.cli.options._types import Number

__all__ = ["DISCOUNT_RATE", "LEVEL", "MARGIN"]

MARGIN: Final = click.option(
    "--margin",
    type=Number(check_margin),
    default=1.0,
    show_default=True,
    help="Share of the amounts that is profit; 1 gives revenue.",
)
DISCOUNT_RATE: Final = click.option(
    "--discount-rate",
    type=Number(check_discount_rate),
    default=0.1,
    show_default=True,
    help="Yearly rate by which later purchases count less.",
)
LEVEL: Final = click.option(
    "--level",
    type=Number(lambda level: check_fraction(level, name="level")),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
