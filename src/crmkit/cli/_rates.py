"""Options that are numbers in a range: how money and intervals are counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import click

__all__ = ["DISCOUNT_RATE", "LEVEL", "MARGIN"]


def _number(name: str, *, default: float, fits: Callable[[float], bool], must: str, text: str) -> Callable[..., Any]:
    """Make the option of a number in a range."""

    def checked(context: click.Context, parameter: click.Parameter, value: float) -> float:  # noqa: ARG001
        if not fits(value):
            raise click.BadParameter(f"must {must}, got {value!r}.")
        return value

    return click.option(name, type=float, default=default, show_default=True, callback=checked, help=text)


MARGIN: Final = _number(
    "--margin",
    default=1.0,
    fits=lambda margin: 0 < margin <= 1,
    must="lie above 0 and not above 1",
    text="Share of the amounts that is profit; 1 gives revenue.",
)
DISCOUNT_RATE: Final = _number(
    "--discount-rate",
    default=0.1,
    fits=lambda rate: 0 <= rate < math.inf,
    must="be a year's rate of 0 or more, such as 0.1",
    text="A year's, by which later purchases count less.",
)
LEVEL: Final = _number(
    "--level", default=0.95, fits=lambda level: 0 < level < 1, must="lie between 0 and 1", text="Of the intervals."
)
