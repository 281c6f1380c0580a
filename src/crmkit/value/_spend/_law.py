r"""The gamma-gamma law of amounts.

A customer's amounts are gamma-distributed with shape p and a rate of their own, which is gamma-distributed with shape q
and rate v. Then :math:`u = x m / (x m + v)` of the mean m of x amounts is beta-distributed:

.. math:: f(m \mid x) = \frac{u^{px} (1 - u)^q}{m\, B(px, q)}.

With a = px, b = q, the mode-like share :math:`u_0 = a / (a + b)` and the rest :math:`\delta` of Stirling's formula,

.. math:: \ln f = -a \ln\frac{u_0}{u} - b \ln\frac{1 - u_0}{1 - u} + \tfrac12 \ln\frac{ab}{2\pi(a + b)}
          - \delta(a) - \delta(b) + \delta(a + b) - \ln m,

in which no large numbers cancel, however long a history or extreme a parameter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import gammainccinv

from crmkit._arrays import Floats
from crmkit._stats import digamma_rest, gammaln_rest

__all__ = ["departures", "log_density", "mean_spend", "norming", "quantile", "simulated", "spend_line"]

# Just above -1, which rounding may reach but the logarithm must not.
_LEAST = -1 + np.finfo(float).eps
_HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def departures(m: Floats, x: Floats, *, p: float, q: float, v: Floats | float) -> tuple[Floats, Floats, Floats]:
    r"""Compute :math:`\ln(u_0 / u)` and :math:`\ln((1 - u_0) / (1 - u))`, and the derivative of ln f by ln v."""
    gap = p * v - q * m
    off = gap / (p * x + q)
    of_share = np.log1p(np.maximum(off / m, _LEAST))
    of_rest = np.log1p(np.maximum(-x * off / v, _LEAST))
    return of_share, of_rest, -x * gap / (x * m + v)


def norming(x: Floats, *, p: float, q: float) -> tuple[Floats, Floats, Floats]:
    """Compute what depends on x alone: the terms of ln f, and their derivatives by p and q."""
    a = p * x
    both = a + q
    value = 0.5 * (np.log(a / both) + np.log(q)) - _HALF_LOG_2PI
    value += gammaln_rest(both) - gammaln_rest(a) - gammaln_rest(q)
    of_both = digamma_rest(both)
    return value, x * (of_both - digamma_rest(a)), of_both - digamma_rest(q)


def log_density(m: Floats, x: Floats, *, p: float, q: float, v: Floats | float) -> Floats:
    """Logarithm of the density of the mean m > 0 of x > 0 amounts."""
    of_share, of_rest, _ = departures(m, x, p=p, q=q, v=v)
    return norming(x, p=p, q=q)[0] - p * x * of_share - q * of_rest - np.log(m)


def mean_spend(m: Floats, x: Floats, *, p: float, q: float, v: Floats | float) -> Floats:
    """Mean of a customer's own mean amount given their history; nan where it is infinite."""
    top, below = p * (v + x * m), p * x + (q - 1)
    return np.asarray(np.divide(top, below, out=np.full(np.shape(top), np.nan), where=below > 0))


def spend_line(x: Floats, *, p: float, q: float, v: Floats | float) -> Floats:
    """Mean spend as a straight line in m: its value at 0 and its slope, shape (2, n)."""
    return np.array([mean_spend(np.zeros_like(x), x, p=p, q=q, v=v), mean_spend(np.ones_like(x), x, p=p, q=q, v=0.0)])


def quantile(share: float, m: Floats, x: Floats, *, p: float, q: float, v: Floats | float) -> Floats:
    """Quantile of a customer's own mean amount given their history; nan beyond the largest float."""
    of_row, distinct = pd.factorize(x)
    rate = gammainccinv(p * distinct + q, share)[of_row]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        found = p * (v + x * m) / rate
    return np.where(np.isinf(found), np.nan, found)


def simulated(x: Floats, *, p: float, q: float, v: Floats | float, rng: np.random.Generator) -> Floats:
    """Draw a customer's own rate, and the mean of x of their amounts; 0 where there are none."""
    rate = rng.standard_gamma(q, len(x)) / v
    total = rng.standard_gamma(p * x) / rate
    return total / np.maximum(x, 1.0)
