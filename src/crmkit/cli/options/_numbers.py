"""Options that are numbers in a range: how money and intervals are counted."""

from __future__ import annotations

from typing import Final

import click

from crmkit.cli.options._types import Number

__all__ = ["DISCOUNT_RATE", "LEVEL", "MARGIN"]


def _margin(given: float) -> None:
    from crmkit._checks import check_margin

    check_margin(given)


def _discount_rate(given: float) -> None:
    from crmkit._checks import check_discount_rate

    check_discount_rate(given)


def _level(given: float) -> None:
    from crmkit._checks import check_fraction

    check_fraction(given, name="level")


MARGIN: Final = click.option(
    "--margin",
    type=Number(_margin),
    default=1.0,
    show_default=True,
    help="Share of the amounts that is profit; 1 gives revenue.",
)
DISCOUNT_RATE: Final = click.option(
    "--discount-rate",
    type=Number(_discount_rate),
    default=0.1,
    show_default=True,
    help="Yearly rate by which later purchases count less.",
)
LEVEL: Final = click.option(
    "--level",
    type=Number(_level),
    default=0.95,
    show_default=True,
    help="Level of the intervals.",
)
