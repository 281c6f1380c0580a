"""Priors: normal distributions of the logarithms of parameters, and of coefficients themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Prior", "centres_and_precisions", "check_priors"]

# Centre and spread of a normal distribution of the logarithm of a parameter, or of a coefficient itself.
Prior: TypeAlias = tuple[float, float]
_Floats: TypeAlias = npt.NDArray[np.float64]


def check_priors(priors: object, *, names: Sequence[str]) -> None:
    """Raise unless priors name parameters and give each a centre and a spread."""
    if priors is None:
        return
    if not isinstance(priors, Mapping) or not set(priors) <= set(names):
        raise ValueError(f"`priors` must be None or name some of {list(names)}, got {priors!r}.")
    for name, prior in priors.items():
        numbers = np.shape(prior) == (2,) and all(isinstance(part, Real) and math.isfinite(part) for part in prior)
        if not numbers or prior[1] <= 0:
            raise ValueError(
                f"`priors[{name!r}]` must be (centre, spread) of the logarithm of a parameter, or of a coefficient "
                f"itself, the spread above 0, got {prior!r}."
            )


def centres_and_precisions(priors: Mapping[str, Prior], *, names: Sequence[str]) -> tuple[_Floats, _Floats]:
    """Give the centre of each prior and one over its variance; both 0 where a name has none."""
    centres, precisions = np.zeros(len(names)), np.zeros(len(names))
    for at, name in enumerate(names):
        prior = priors.get(name)
        # An array, which is as good as a tuple, is neither true nor false.
        if prior is not None:
            centre, spread = prior
            centres[at], precisions[at] = centre, float(spread) ** -2
    return centres, precisions
