"""Checks of what the models of value are asked."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from crmkit._checks import check_number
from crmkit.value._units import DAYS_A_YEAR

__all__ = [
    "as_continuous_rate",
    "as_end",
    "check_covariates",
    "check_horizon",
    "check_margin",
    "check_quantities",
]


def check_horizon(horizon: object) -> float:
    """Return a finite time that is not negative, or raise."""
    check_number(horizon, name="horizon")
    if float(horizon) < 0:  # type: ignore[arg-type]
        raise ValueError(f"`horizon` must be a time after as_of, 0 or longer, got {horizon!r}.")
    return float(horizon)  # type: ignore[arg-type]


def as_continuous_rate(discount_rate: object, *, days: float) -> float:
    """Turn a year's discount rate into the continuous one of a unit of so many days."""
    check_number(discount_rate, name="discount_rate")
    if float(discount_rate) < 0:  # type: ignore[arg-type]
        raise ValueError(f"`discount_rate` must be a year's rate of 0 or more, for example 0.1, got {discount_rate!r}.")
    return math.log1p(float(discount_rate)) * days / DAYS_A_YEAR  # type: ignore[arg-type]


def as_end(horizon: float | None, *, rate: float) -> float:
    """Return the end of a time, infinite for ``None``, which needs discounting."""
    if horizon is not None:
        return check_horizon(horizon)
    if rate == 0:
        raise ValueError("`discount_rate` must be above 0 where `horizon` is None, got 0. Purchases for ever add up.")
    return math.inf


def check_covariates(covariates: object, *, name: str, taken: Collection[str]) -> None:
    """Raise unless covariates are a sequence of further columns, each named once."""
    named = not isinstance(covariates, str) and isinstance(covariates, Sequence)
    given = list(covariates) if named else []  # type: ignore[call-overload]
    if not named or len(set(given)) < len(given) or set(given) & set(taken):
        raise ValueError(
            f"`{name}` must be a sequence of columns other than {list(taken)}, each once, got {covariates!r}. "
            "Pass ['column'] for one."
        )


def check_margin(margin: object) -> float:
    """Return a share of the amounts, or raise: 30 for 30 % would give values a hundred times too high."""
    check_number(margin, name="margin")
    if not 0 <= float(margin) <= 1:  # type: ignore[arg-type]
        raise ValueError(f"`margin` must be a share between 0 and 1, for example 0.3, got {margin!r}.")
    return float(margin)  # type: ignore[arg-type]


def check_quantities(quantities: object, *, known: Sequence[str]) -> tuple[str, ...]:
    """Return names of quantities, each known and given once, or raise."""
    given = () if isinstance(quantities, str) or not isinstance(quantities, Sequence) else tuple(quantities)
    if not given or len(set(given)) < len(given) or not set(given) <= set(known):
        raise ValueError(f"`quantities` must list some of {list(known)}, each once, got {quantities!r}.")
    return given
