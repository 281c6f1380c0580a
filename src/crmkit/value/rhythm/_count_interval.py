"""Intervals of counts to come, from how far forecasts were off."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import normal_reach

__all__ = ["count_interval", "expected_squares"]

# From here quantiles of counts are those of a continuous distribution, and from this shape of the normal one.
_LARGE: Final = 1e6
_NORMAL: Final = 1e6


def expected_squares(errors: Floats) -> Floats:
    """Squared error to expect at each step ahead, of errors of shape (n_origins, n_steps), ``nan`` where not known.

    They are made not to fall with the steps, and grow in proportion beyond the last step that was tried.
    """
    from sklearn.isotonic import isotonic_regression

    known = ~np.isnan(errors)
    n = known.sum(axis=0)
    tried = np.flatnonzero(n)
    squares = np.full(errors.shape[1], np.nan)
    if not tried.size:
        return squares
    means = np.where(known, errors, 0.0)[:, tried] ** 2
    squares[tried] = isotonic_regression(means.sum(axis=0) / n[tried], sample_weight=n[tried].astype(float))
    last = tried[-1]
    beyond = np.arange(last + 1, errors.shape[1])
    squares[beyond] = squares[last] * (beyond + 1) / (last + 1)
    return squares


def count_interval(
    forecast: Floats, squares: Floats, *, usual: float, least: float, n_origins: int, level: float
) -> tuple[Floats, Floats]:
    """Ends of negative-binomial intervals around forecasts, given the squared errors to expect at the level ``usual``.

    Errors grow with a forecast above that level. They are widened as Student's t is against the normal distribution,
    for the squares come from ``n_origins``. The variance is no less than that of Poisson's distribution with a mean of
    ``least``, and where it is so large that the count would be nearly always 0 the mean is raised until the shape is 1.
    """
    from scipy.special import stdtrit

    if not n_origins:
        return np.full(len(forecast), np.nan), np.full(len(forecast), np.nan)
    wider = float(stdtrit(n_origins, (1 + level) / 2)) / normal_reach(level)
    rate = np.maximum(forecast, least)
    variance = np.maximum(rate, squares * wider**2 * np.maximum(1.0, forecast / usual) ** 2)
    mean = np.maximum(rate, (np.sqrt(1 + 4 * variance) - 1) / 2)
    lower, upper = (_quantiles(mean, variance, share) for share in ((1 - level) / 2, (1 + level) / 2))
    return np.minimum(lower, forecast), np.maximum(upper, forecast)


def _quantiles(mean: Floats, variance: Floats, share: float) -> Floats:
    from scipy.special import gammaincinv, ndtri
    from scipy.stats import nbinom, poisson

    found = np.zeros(len(mean))
    large = mean > _LARGE
    even: npt.NDArray[np.bool_] = variance <= mean * (1 + 1e-9)
    counted = ~large
    found[counted & even] = poisson.ppf(share, mean[counted & even])
    m, v = mean[counted & ~even], variance[counted & ~even]
    found[counted & ~even] = nbinom.ppf(share, m**2 / (v - m), m / v)
    m, v = mean[large], variance[large]
    shape = m**2 / v
    skewed = v / m * gammaincinv(np.minimum(shape, _NORMAL), share)
    found[large] = np.where(shape < _NORMAL, skewed, np.maximum(m + ndtri(share) * np.sqrt(v), 0.0))
    return found
