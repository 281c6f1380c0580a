"""Priors: log-normal distributions of parameters, and normal ones of coefficients."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from numbers import Real
from typing import TypeAlias

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Prior", "centres_and_precisions", "check_priors", "of_logarithms"]

Prior: TypeAlias = tuple[float, float]
"""Median and spread: of a parameter in its own unit, and the standard deviation of its logarithm; of a coefficient as
they are."""
# Squares of larger numbers leave the floats; what is known better than this is no matter of probability.
_MOST = 1e100
_LEAST_SPREAD = 1e-6


def check_priors(priors: object, *, names: Sequence[str], parameters: Collection[str]) -> None:
    """Raise unless priors give some of the names a median and a spread; the median of a parameter is above 0."""
    if priors is None:
        return
    if not isinstance(priors, Mapping) or not set(priors) <= set(names):
        raise ValueError(f"`priors` must be None or name some of {list(names)}, got {priors!r}.")
    for name, prior in priors.items():
        numbers = np.shape(prior) == (2,) and all(isinstance(part, Real) for part in prior)
        lowest = 1 / _MOST if name in parameters else -_MOST
        # Compared as they are: a whole number may be too large for a float, and nan is nowhere.
        if not numbers or not (lowest <= prior[0] <= _MOST and _LEAST_SPREAD <= prior[1] <= _MOST):
            raise ValueError(
                f"`priors[{name!r}]` must be (median, spread), such as (0.5, 1.0), got {prior!r}. The median is in the "
                "parameter's own unit and above 0, the spread above 0 and that of its logarithm; both are those of a "
                f"coefficient itself. Neither is beyond {_MOST:.0e}, no spread below {_LEAST_SPREAD:.0e}."
            )


def of_logarithms(priors: Mapping[str, Prior], *, parameters: Collection[str]) -> dict[str, Prior]:
    """Give centre and spread as the search has them: of the logarithms of parameters, of coefficients as they are."""
    return {
        name: (math.log(median) if name in parameters else float(median), float(spread))
        for name, (median, spread) in priors.items()
    }


def centres_and_precisions(priors: Mapping[str, Prior], *, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Give the centre of each prior and one over its variance; both 0 where a name has none."""
    centres, precisions = np.zeros(len(names)), np.zeros(len(names))
    for at, name in enumerate(names):
        if name in priors:
            centres[at], spread = priors[name]
            precisions[at] = spread**-2
    return centres, precisions
