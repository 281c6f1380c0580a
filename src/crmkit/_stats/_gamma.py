r"""Differences of the logarithms of gamma functions, exact to the last digits however large the arguments.

Subtracting logarithms of gamma functions of a million leaves six digits of sixteen. Here Stirling's formula
:math:`\ln\Gamma(z) = (z - \frac12)\ln z - z + \frac12\ln 2\pi + R(z)` is subtracted in closed form, term by term.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from crmkit._arrays import Floats

__all__ = ["digamma_rest", "digamma_step", "gammaln_rest", "log_beta_step", "log_rising"]


# From here up the first omitted term of the series is below 1e-15.
_LARGE = 15.0
_HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)
# Bernoulli's numbers B_2, B_4, … B_10.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)
# Smaller arguments are raised to this by Γ(x + 1) = x Γ(x): the omitted terms of the series are then below 1e-13 of
# the sum.
_FAR = 30.0
# Power of 1 / x and its coefficient: of ln Γ(x) after 1 / (12 x), and of -ψ(x) after -ln x.
_LOG_GAMMA = ((3, -1 / 360), (5, 1 / 1260))
_DIGAMMA = ((1, 1 / 2), (2, 1 / 12), (4, -1 / 120), (6, 1 / 252))


def log_rising(z: Any, x: Any) -> Floats:
    r""":math:`\ln \Gamma(z + x) - \ln \Gamma(z)` for z above 0 and x at least 0."""
    return np.asarray((z + x - 0.5) * np.log1p(x / z) + x * (np.log(z) - 1) + gammaln_rest(z + x) - gammaln_rest(z))


def gammaln_rest(z: Any) -> Floats:
    """R(z) for z above 0."""
    z = np.asarray(z)
    far = np.maximum(z, _LARGE)
    series = sum(b / (2 * k * (2 * k - 1) * far ** (2 * k - 1)) for k, b in enumerate(_BERNOULLI, start=1))
    near = np.minimum(z, _LARGE)
    rest = gammaln(near) - (near - 0.5) * np.log(near) + near - _HALF_LOG_2PI
    return np.asarray(np.where(z < _LARGE, rest, series))


def digamma_rest(z: Any) -> Floats:
    r""":math:`\psi(z) - \ln z` for z above 0."""
    z = np.asarray(z)
    far = np.maximum(z, _LARGE)
    series = -1 / (2 * far) - sum(b / (2 * k * far ** (2 * k)) for k, b in enumerate(_BERNOULLI, start=1))
    near = np.minimum(z, _LARGE)
    return np.asarray(np.where(z < _LARGE, digamma(near) - np.log(near), series))


def log_beta_step(a: npt.ArrayLike, b: npt.ArrayLike, step: npt.ArrayLike) -> Floats:
    """Logarithm of B(a, b + step) / B(a, b), which is never above 0, for a and b above 0 and step at least 0."""
    a, x, step = (np.array(each) for each in np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (a, b, step))))
    # The two are interchangeable; the smaller one is subtracted first.
    low, high = np.minimum(a, step), np.maximum(a, step)
    below, raised, x = _raised(x)
    total = -np.where(raised, np.log1p(low / below * (high / (below + low + high))), 0.0).sum(axis=0)
    total += (x - 0.5) * np.log1p(low / x * (high / (x + low + high)))
    total -= high * np.log1p(low / (x + high)) + low * np.log1p(high / (x + low))
    total -= low / (x + low) * (high / (x + high)) * ((2 * x + low + high) / (x + low + high)) / x / 12
    for power, coefficient in _LOG_GAMMA:
        total -= coefficient * (_fall(x, low, power) - _fall(x + high, low, power))
    return np.asarray(total)


def digamma_step(x: npt.ArrayLike, step: npt.ArrayLike) -> Floats:
    """Digamma at x + step minus digamma at x, for x above 0 and step at least 0."""
    x, step = (
        np.array(each) for each in np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(step, dtype=float))
    )
    below, raised, x = _raised(x)
    total = np.where(raised, step / below / (below + step), 0.0).sum(axis=0) + np.log1p(step / x)
    for power, coefficient in _DIGAMMA:
        total += coefficient * _fall(x, step, power)
    return np.asarray(total)


def _raised(x: Floats) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Return x, x + 1, …, which of them are too small for the series, and the first that is not."""
    needed = np.maximum(np.ceil(_FAR - x), 0.0)
    ones = np.arange(needed.max(initial=0.0)).reshape(-1, *(1,) * x.ndim)
    return x + ones, ones < needed, x + needed


def _fall(x: Floats, step: Floats, power: int) -> Floats:
    """How much a power of 1 / x falls over a step."""
    return np.asarray(-(x**-power) * np.expm1(-power * np.log1p(step / x)))
