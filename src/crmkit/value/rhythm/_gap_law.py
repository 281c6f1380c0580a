r"""The law of a customer's gaps: gamma-distributed around a rate of their own, with a chance of leaving at each one.

Gaps have shape k and the customer's own rate, which is gamma-distributed with r and alpha. After n gaps that add up to
S, with A = alpha + S and R = r + kn, the next gap is longer than t with probability

.. math:: S(t) = I_{A / (A + t)}(R, k).

A customer who has been silent for c is alive with the odds (b + n) S(c) to a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import betainc, betaincinv, digamma, expit, gammaln

from crmkit._arrays import Floats
from crmkit._stats import digamma_step, log_beta_step, log_rising
from crmkit.value._purchases._histories import Histories

__all__ = ["NextGap", "likelihood", "next_gap"]

# Below this the incomplete beta function is worked out by its logarithm.
_TINY: Final = 1e-280
_MOST_TERMS: Final = 500
_CLOSE: Final = 1e-15
_MOST_STEPS: Final = 100
# Step of the logarithms of r and k between which the survival is compared.
_STEP: Final = 1e-4


@dataclass(frozen=True)
class NextGap:
    """What is known of the next gap of each history, times in the model's unit.

    Attributes
    ----------
    shape, scale, k : array
        R, A and the shape of gaps.
    silence : array
        Time since the last purchase, c.
    log_survival : array
        Logarithm of the probability that a gap is longer than that, if the customer is alive.
    alive : array
        Probability that there will be a next purchase.
    """

    shape: Floats
    scale: Floats
    k: float
    silence: Floats
    log_survival: Floats
    alive: Floats

    def mean(self) -> Floats:
        """The whole gap, before anything is known of its silence; ``nan`` where it is infinite."""
        few = self.shape <= 1
        return np.where(few, np.nan, self.k * self.scale / np.where(few, 1.0, self.shape - 1))

    def median(self) -> Floats:
        """The whole gap's."""
        return _odds(betaincinv(self.shape, self.k, 0.5)) * self.scale

    def returned(self, t: Floats) -> Floats:
        """Probability that the next purchase comes within t of the last one, given the silence."""
        later = log_survival(self.shape, self.scale, self.k, np.maximum(t, self.silence))
        return np.asarray(-self.alive * np.expm1(later - self.log_survival))

    def quantile(self, q: float) -> Floats:
        """The gap within which the next purchase comes with probability q, given the silence.

        Infinite where customers are likelier than 1 - q never to return.
        """
        found = np.full(len(self.silence), np.inf)
        some = np.flatnonzero(self.alive > q)
        left = self.log_survival[some] + np.log1p(-q / self.alive[some])
        shape, scale, silence = self.shape[some], self.scale[some], self.silence[some]
        t = np.empty(len(some))
        plain = left > np.log(_TINY)
        t[plain] = _odds(betaincinv(shape[plain], self.k, np.exp(left[plain]))) * scale[plain]
        far = ~plain
        t[far] = _far_out(shape[far], scale[far], self.k, left[far], silence[far])
        found[some] = np.maximum(t, silence)
        return found


def next_gap(p: Mapping[str, float], h: Histories, *, leaving: bool) -> NextGap:
    """Say what is known of the next gap of each history."""
    n, total = h.x.values, h.t_x.values
    shape, scale, silence = p["r"] + p["k"] * n, p["alpha"] + total, h.T.values - total
    log_s = log_survival(shape, scale, p["k"], silence)
    alive = expit(np.log(p["b"] + n) + log_s - np.log(p["a"])) if leaving else np.ones(len(n))
    return NextGap(shape, scale, p["k"], silence, log_s, np.asarray(alive))


def likelihood(p: Mapping[str, float], h: Histories, *, leaving: bool) -> tuple[Floats, dict[str, Floats]]:
    """Log-likelihood of each history, but for the gaps' logarithms, and its derivatives by those of the parameters."""
    r, alpha, k = p["r"], p["alpha"], p["k"]
    n, total = h.x.values, h.t_x.values
    scale, silence = alpha + total, h.T.values - total
    shape = r + k * n
    of_n, in_r, in_k = h.x.each(_gaps_in_n, r, k)
    grown, log_scale = np.log1p(total / alpha), np.log(scale)
    log_s = log_survival(shape, scale, k, silence)
    more, fewer = (log_survival(r * e + k * n, scale, k, silence) for e in (np.exp(_STEP), np.exp(-_STEP)))
    s_in_r = (more - fewer) / (2 * _STEP)
    more, fewer = (log_survival(r + k * e * n, scale, k * e, silence) for e in (np.exp(_STEP), np.exp(-_STEP)))
    s_in_k = (more - fewer) / (2 * _STEP)
    s_in_alpha = alpha / scale * _log_density(shape, scale, k, silence, log_s)
    ll = of_n - r * grown - k * n * log_scale
    slopes = {
        "r": r * (in_r - grown),
        "alpha": r * total / scale - k * n * alpha / scale,
        "k": k * (in_k - n * log_scale),
    }
    weight: Any = 1.0
    if leaving:
        a, b = p["a"], p["b"]
        of_coins, in_a, in_b = h.x.each(_coins_in_n, a, b)
        stays, goes = np.log(b + n) + log_s, np.log(a)
        weight = expit(stays - goes)
        ll = ll + of_coins + np.logaddexp(stays, goes)
        slopes["a"] = a * in_a + (1 - weight)
        slopes["b"] = b * (in_b + weight / (b + n))
    else:
        ll = ll + log_s
    for name, slope in (("r", s_in_r), ("alpha", s_in_alpha), ("k", s_in_k)):
        slopes[name] = slopes[name] + weight * slope
    return ll, slopes


def log_survival(shape: Floats, scale: Floats, k: float, t: Floats) -> Floats:
    r"""Logarithm of :math:`I_{A / (A + t)}(R, k)`, however small."""
    short = betainc(shape, k, scale / (scale + t))
    with np.errstate(divide="ignore"):
        found = np.log(short)
    tiny = np.flatnonzero(short < _TINY)
    if tiny.size:
        found[tiny] = _log_tail(shape[tiny], scale[tiny], k, t[tiny])
    return np.asarray(found)


def _gaps_in_n(n: Floats, r: float, k: float) -> tuple[Floats, Floats, Floats]:
    """The terms of the gaps' density that depend on their number alone, and their derivatives by r and k."""
    return (
        log_rising(r, k * n) - n * gammaln(k),
        digamma_step(r, k * n),
        n * (digamma(r + k * n) - digamma(k)),
    )


def _coins_in_n(n: Floats, a: float, b: float) -> tuple[Floats, Floats, Floats]:
    """The same of the coins: B(a, b + n) / B(a, b) / (a + b + n)."""
    both = digamma_step(a + b, n) + 1 / (a + b + n)
    return log_beta_step(a, b, n) - np.log(a + b + n), -both, digamma_step(b, n) - both


def _log_density(shape: Floats, scale: Floats, k: float, t: Floats, log_s: Floats) -> Floats:
    """Derivative of the logarithm of the survival by that of A."""
    with np.errstate(divide="ignore"):
        log_x, log_y = -np.log1p(t / scale), np.log(t / (scale + t))
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(shape * log_x + k * log_y - _log_beta(shape, k) - log_s))


def _log_beta(shape: Floats, k: float) -> Floats:
    return np.asarray(gammaln(k) - log_rising(shape, k))


def _log_tail(shape: Floats, scale: Floats, k: float, t: Floats) -> Floats:
    """The logarithm by the continued fraction, which is quick where the function is tiny (Lentz's method)."""
    x = scale / (scale + t)
    head = -shape * np.log1p(t / scale) + k * np.log(t / (scale + t)) - np.log(shape) - _log_beta(shape, k)
    c = np.ones(len(x))
    d = 1 / _off_zero(1 - (shape + k) * x / (shape + 1))
    fraction = d.copy()
    for m in range(1, _MOST_TERMS):
        even = m * (k - m) * x / ((shape + 2 * m - 1) * (shape + 2 * m))
        odd = -(shape + m) * (shape + k + m) * x / ((shape + 2 * m) * (shape + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _off_zero(1 + term * d)
            c = _off_zero(1 + term / c)
            fraction = fraction * (step := c * d)
        if (np.abs(step - 1) < _CLOSE).all():
            break
    return np.asarray(head + np.log(fraction))


def _off_zero(values: Floats) -> Floats:
    return np.where(np.abs(values) < _TINY, _TINY, values)


def _odds(x: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray((1 - x) / x)


def _far_out(shape: Floats, scale: Floats, k: float, left: Floats, silence: Floats) -> Floats:
    """The gap whose survival has a given logarithm, by Newton's steps in the logarithm of A + t from the silence on."""
    u = np.log(scale + silence)
    for _ in range(_MOST_STEPS):
        with np.errstate(over="ignore"):
            t = np.exp(u) - scale
            off = log_survival(shape, scale, k, t) - left
            # By the logarithm of A + t, which moves x against A.
            slope = _log_density(shape, scale, k, t, left + off) * (scale + t) / t
        step = off / slope
        u = u + step
        if (np.abs(step) < _CLOSE * np.abs(u)).all():
            break
    return np.asarray(np.exp(u) - scale)
