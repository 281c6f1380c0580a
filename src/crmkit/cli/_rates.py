"""Options that are numbers in a range: how money and intervals are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from crmkit._checks import check_discount_rate, check_fraction, check_margin

__all__ = ["DISCOUNT_RATE", "LEVEL", "MARGIN"]


def _number(name: str, *, default: float, check: Callable[[float], object], text: str) -> Callable[..., Any]:
    """Make the option of a number that the library checks."""

    def checked(context: click.Context, parameter: click.Parameter, value: float) -> float:  # noqa: ARG001
        try:
            check(value)
        except ValueError as problem:
            # What is wrong, without the argument's name: click says that of the option.
            raise click.BadParameter(str(problem).partition("` ")[2]) from problem
        return value

    return click.option(name, type=float, default=default, show_default=True, callback=checked, help=text)


MARGIN: Final = _number(
    "--margin", default=1.0, check=check_margin, text="Share of the amounts that is profit; 1 gives revenue."
)
DISCOUNT_RATE: Final = _number(
    "--discount-rate",
    default=0.1,
    check=check_discount_rate,
    text="A year's, by which later purchases count less.",
)
LEVEL: Final = _number(
    "--level", default=0.95, check=lambda level: check_fraction(level, name="level"), text="Of the intervals."
)
