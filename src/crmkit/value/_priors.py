"""Priors: log-normal distributions of parameters, and normal ones of coefficients."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from numbers import Real
from typing import Final, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Column, Message

__all__ = ["Prior", "centres_and_precisions", "check_priors", "of_logarithms"]

Prior: TypeAlias = tuple[float, float]
"""Median and spread. Of a parameter: in its own unit, and the standard deviation of its logarithm; of a coefficient:
both of its own."""
# Squares of larger numbers overflow; a prior tighter than this leaves nothing to chance.
_MOST = 1e100
_LEAST_SPREAD = 1e-6

_UNKNOWN: Final = Message(
    en="{@priors} must be None or name some of {names}, got {value!r}.",
    zh="{@priors} 须为 None，或取自 {names}，得到 {value!r}。",
)
_NO_PRIOR: Final = Message(
    en="{name} must be (median, spread), such as (0.5, 1.0), got {value!r}. The median of a parameter is in its own "
    "unit and above 0, its spread that of its logarithm; a coefficient's median and spread are its own. No number is "
    "beyond {most:.0e}, no spread below {least:.0e}.",
    zh="{name} 须为（中位数，离散度），如 (0.5, 1.0)，得到 {value!r}。"
    "参数的中位数以其自身单位计且大于 0，离散度为其对数的标准差；"
    "系数则直接取其中位数与标准差。数值不超过 {most:.0e}，离散度不小于 {least:.0e}。",
)


def check_priors(priors: object, *, names: Sequence[str], parameters: Collection[str]) -> None:
    """Raise unless priors give some of the names a median and a spread; the median of a parameter is above 0."""
    if priors is None:
        return
    if not isinstance(priors, Mapping) or not set(priors) <= set(names):
        raise ValueError(_UNKNOWN(names=list(names), value=priors))
    for name, prior in priors.items():
        numbers = np.shape(prior) == (2,) and all(isinstance(part, Real) for part in prior)
        lowest = 1 / _MOST if name in parameters else -_MOST
        # Compared unconverted: a whole number may be too large for a float, and nan compares false.
        if not numbers or not (lowest <= prior[0] <= _MOST and _LEAST_SPREAD <= prior[1] <= _MOST):
            raise ValueError(_NO_PRIOR(name=Column("priors", name), value=prior, most=_MOST, least=_LEAST_SPREAD))


def of_logarithms(priors: Mapping[str, Prior], *, parameters: Collection[str]) -> dict[str, Prior]:
    """Give centre and spread on the scale of the search: of logarithms of parameters, of coefficients themselves."""
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
