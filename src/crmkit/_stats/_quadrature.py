"""Gauss rules on stretched intervals, for integrands that vary on many scales at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from scipy.special import expit, logsumexp

from crmkit._arrays import Floats
from crmkit._stats._gamma import gammaln_rest

__all__ = ["beta_mean", "log_beta_mean", "log_rule", "unit_rule"]

# The exponent A and the scale z of (1 + p z)^(-A).
Fall: TypeAlias = tuple[Floats, Floats]

# On the log scale a panel of this length needs only 16 nodes for 1e-12.
_PANEL = 2.5
_NODES_A_PANEL = 16
# The trapezoidal rule with these steps, even up to this distance from the middle plus a margin, gives 12 digits.
_STEP = 0.25
_INNER = 7.0
_MARGIN = 4.0
_STEPS_TO_PEAK = 12
# exp(-40) is negligible beside 1.
_NOTHING = 40.0
# This many distributions with their nodes fit in the processor's cache.
_BLOCK = 256


@lru_cache(maxsize=32)
def unit_rule(n_nodes: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    nodes, weights = (nodes + 1) / 2, weights / 2
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def log_rule(end: Floats, *, scale: Floats, begin: Floats | float = 0.0, n_panels: int = 1) -> tuple[Floats, Floats]:
    """Nodes and weights on [begin, end] that are dense near 0 and evenly spaced on the log scale from ``scale`` up.

    With :math:`y = m (e^v - 1)`, m being the scale, the panels are evenly spaced in v.

    Parameters
    ----------
    end, scale : arrays of shape (n,)
        Finite; at least 0, and above 0.
    begin : array of shape (n,) or 0
        At most ``end``.
    n_panels : int
        Minimum number of panels of 16 nodes.

    Returns
    -------
    nodes, weights : arrays of shape (n_nodes, n)
        The weights hold dy.
    """
    first = begin + scale
    span = np.log1p((end - begin) / first)
    n_panels = max(n_panels, int(np.ceil(span.max(initial=0.0) / _PANEL)))
    nodes, weights = unit_rule(_NODES_A_PANEL)
    stretched = ((np.arange(n_panels)[:, None] + nodes) / n_panels).reshape(-1, 1) * span
    even = np.tile(weights / n_panels, n_panels)[:, None] * span
    return begin + first * np.expm1(stretched), even * first * np.exp(stretched)


def beta_mean(
    log_given: Callable[..., Floats], a: Floats, b: Floats, *arguments: Floats, falls: Sequence[Fall]
) -> Floats:
    r"""Means over beta distributions of functions that may fall steeply, or on another scale than the densities.

    The trapezoidal rule runs over the log odds of p. There the logarithm of the density times
    :math:`\prod_i (1 + p z_i)^{-A_i}` has one peak, slopes that tend to a and -b, and bends in between; the nodes are
    evenly spaced between the bends and increasingly far apart outside. Means of positive functions that fall roughly
    like the product are exact to 12 digits, whatever the parameters.

    Parameters
    ----------
    log_given : callable
        Takes nodes p in [0, 1] of shape (n_nodes, m) and the m arguments; returns the logarithm of the function.
    a, b : arrays of shape (n,)
        Parameters of the distributions, above zero.
    *arguments : arrays of shape (n,)
        Further arguments of the function.
    falls : sequence of pairs of arrays of shape (n,)
        A above zero and z at least zero.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    .. [1] Takahasi and Mori (1974), "Double Exponential Formulas for Numerical Integration", *Publications of the
       Research Institute for Mathematical Sciences* 9.
    """
    means = np.empty(a.shape)
    for part, terms in _log_terms(log_given, a, b, arguments, falls):
        means[part] = np.exp(terms).sum(axis=0)
    return means


def log_beta_mean(
    log_given: Callable[..., Floats], a: Floats, b: Floats, *arguments: Floats, falls: Sequence[Fall]
) -> Floats:
    """Logarithms of what `beta_mean` gives, where the means themselves are too small for a float."""
    logs = np.empty(a.shape)
    for part, terms in _log_terms(log_given, a, b, arguments, falls):
        logs[part] = logsumexp(terms, axis=0)
    return logs


def _log_terms(
    log_given: Callable[..., Floats], a: Floats, b: Floats, arguments: Sequence[Floats], falls: Sequence[Fall]
) -> Iterator[tuple[slice, Floats]]:
    """Logarithms of the terms that make up the means, shape (n_nodes, m), some distributions at a time."""
    for first in range(0, len(a), _BLOCK):
        part = slice(first, first + _BLOCK)
        p, log_weights = _beta_rule(a[part], b[part], [(A[part], z[part]) for A, z in falls])
        yield part, log_weights + log_given(p, *(argument[part] for argument in arguments))


def _beta_rule(a: Floats, b: Floats, falls: Sequence[Fall]) -> tuple[Floats, Floats]:
    """Nodes and the logarithms of their weights, shape (n_nodes, n)."""
    peak, curvature = _peak(a, b, falls)
    width = 1 / np.sqrt(np.maximum(curvature, 1.0))
    lower = -np.log(1 + b + sum((A + 1) * z for A, z in falls))
    upper = np.log(1 + a)
    inner = np.minimum((upper - lower) / 2, _INNER)
    even = inner + _MARGIN
    middle = np.clip((lower + upper) / 2, peak - inner * width, peak + inner * width)
    below = np.maximum(middle - lower, 0.0) + _NOTHING / a + np.sqrt(2 * _NOTHING / a)
    above = np.maximum(upper - middle, 0.0) + _NOTHING / b + np.sqrt(2 * _NOTHING / b)
    first, last = -even - np.log1p(below / width), even + np.log1p(above / width)
    n_steps = int(np.ceil((last - first).max() / _STEP))
    step = (last - first) / n_steps
    w = first + np.arange(n_steps + 1)[:, None] * step
    up, down = np.exp(w - even), np.exp(-w - even)
    log_odds = middle + width * (w + up - down)
    # The density as its ratio to that at the mean of p: nothing cancels if a and b are large.
    at_mean = np.log(a * b / (a + b) / (2 * np.pi)) / 2 + gammaln_rest(a + b) - gammaln_rest(a) - gammaln_rest(b)
    log_weights = np.log(width * step * (1 + up + down)) + at_mean + _log_density_ratio(log_odds - np.log(a / b), a, b)
    return expit(log_odds), log_weights


def _peak(a: Floats, b: Floats, falls: Sequence[Fall]) -> tuple[Floats, Floats]:
    """Log odds at which the product of density and falls peaks, and the curvature of its logarithm there."""
    # The root of a - b y - sum of A z y / (1 + (1 + z) y), y being the odds. It is convex and falling, so Newton's
    # steps from the left stay on the left.
    y = a / (b + sum(A * z for A, z in falls))
    slope = b
    for _ in range(_STEPS_TO_PEAK):
        bent = [(A * z, 1 + (1 + z) * y) for A, z in falls]
        slope = b + sum(Az / k**2 for Az, k in bent)
        y = y + (a - b * y - sum(Az * y / k for Az, k in bent)) / slope
    return np.log(y), y / (1 + y) * slope


def _log_density_ratio(d: Floats, a: Floats, b: Floats) -> Floats:
    """Logarithm of the density of the log odds at a distance d from the mean of p, relative to that at the mean."""
    # Mirrored if d is above 0: then b and 1 - p take the roles of a and p.
    slope, other, far = np.where(d > 0, b, a), np.where(d > 0, a, b), np.abs(d)
    near = np.log1p(slope / (a + b) * np.expm1(-np.minimum(far, 1.0)))
    beyond = np.log((other + slope * np.exp(-far)) / (a + b))
    return np.asarray(-slope * far - (a + b) * np.where(far < 1, near, beyond))
