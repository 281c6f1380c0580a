"""Counts in a table beside those expected: ratios that differ as gamma distributed, each drawn towards 1."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.special import gammaincinv

from crmkit._arrays import Floats

__all__ = ["gamma_weight", "shrunken_ratios"]

# The variance of the ratios is looked for between these.
_LEAST: Final = 1e-15
_MOST: Final = 1e15
_HALVINGS: Final = 60


def gamma_weight(observed: Floats, expected: Floats, free: Floats, *, degrees: float) -> float:
    r"""The weight of the prior of ratios of counts to those expected, in expected counts, from their moments.

    .. math:: O_i \sim \text{Poisson}(E_i \theta_i), \qquad \theta_i \sim \text{Gamma}(\kappa, \kappa)

    The variance of the ratios :math:`1 / \kappa` is that with which the squared residuals are as large as they should
    be, cells with few expected counting less, as their squares vary more:

    .. math:: \sum_i u_i \left(\frac{(O_i - E_i)^2}{E_i f_i (1 + E_i f_i / \kappa)} - 1\right) = 0,
        \qquad u_i = \frac{E_i f_i}{E_i f_i + 1/2}

    where :math:`f_i` is the share of the variance of a cell that its margins leave. Differences that are smaller than
    one standard deviation of the sum without any cannot be told from none, and the ratios would all be said to be
    exactly 1; so :math:`1 / \kappa` is at least what could have been overlooked. ``nan`` without degrees of freedom or
    counts.

    Parameters
    ----------
    observed, expected, free : array of float
        Counts, at least 0, and in [0, 1] what the margins leave: 1 less the share of the row times 1 less that of the
        column. Where none are expected, none count.
    degrees : float
        Degrees of freedom of the test of independence.

    References
    ----------
    .. [1] Breslow (1984), "Extra-Poisson Variation in Log-Linear Models", *Journal of the Royal Statistical Society* C
       33(1).
    """
    spread = expected * free
    there = spread > 0
    if not (degrees > 0 and there.any()):
        return math.nan
    spread = spread[there]
    squares = (observed[there] - expected[there]) ** 2 / spread
    counting = spread / (spread + 0.5)
    deviation = math.sqrt((counting**2 * (2 + 1 / spread)).sum() * len(spread) / degrees)
    least = deviation / (counting * spread).sum()
    low, high = math.log(_LEAST), math.log(_MOST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        more = (counting * (squares / (1 + math.exp(middle) * spread) - 1)).sum() > 0
        low, high = (middle, high) if more else (low, middle)
    return float(1 / max(math.exp(low), least))


def shrunken_ratios(
    observed: Floats, expected: Floats, *, weight: float, level: float
) -> tuple[Floats, Floats, Floats]:
    r"""Ratios of counts to those expected, :math:`(O + \kappa) / (E + \kappa)`, with the interval of the posterior.

    The weight :math:`\kappa` is that of `gamma_weight`.
    """
    shape, rate = observed + weight, expected + weight
    lower, upper = (gammaincinv(shape, end) / rate for end in ((1 - level) / 2, (1 + level) / 2))
    ratio = shape / rate
    # the mean of a posterior that is very skewed lies outside
    return ratio, np.minimum(lower, ratio), np.maximum(upper, ratio)
