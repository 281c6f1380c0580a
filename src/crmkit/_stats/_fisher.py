"""Fisher's exact test of two by two, one-sided, of many tables at once."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["fisher_p_values"]

_HALF_LOG_TAU: Final = 0.5 * math.log(2 * math.pi)
# From here on Stirling's series is exact to the last digit.
_SERIES_FROM: Final = 16
_SMALL: Final = np.array(
    [0.0, *(math.lgamma(x + 1) - (x + 0.5) * math.log(x) + x - _HALF_LOG_TAU for x in range(1, _SERIES_FROM))]
)
# Terms that no longer change a sum.
_NEGLIGIBLE: Final = 1e-17
# Tables that are worked out at a time.
_BLOCK: Final = 20_000


def fisher_p_values(together: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, *, n: int) -> Floats:
    r"""Find how likely so many or more are in both of two groups of n, if the groups are independent.

    .. math:: P(X \ge k), \quad X \sim \text{hypergeometric}(n, a, b)

    The likelihood of the outermost count is Loader's, which keeps its digits however large n is; the rest of the tail,
    whichever is the shorter, follows from it by ratios.

    References
    ----------
    .. [1] Loader (2000), "Fast and Accurate Computation of Binomial Probabilities".
    """
    k, a, b = (np.asarray(given, dtype=np.float64) for given in (together, first, second))
    p_values = np.empty(len(k))
    for start in range(0, len(k), _BLOCK):
        block = slice(start, start + _BLOCK)
        p_values[block] = _upper_tails(k[block], a[block], b[block], float(n))
    return p_values


def _upper_tails(k: Floats, a: Floats, b: Floats, n: float) -> Floats:
    p_values = np.ones(len(k))
    possible = k > np.maximum(a + b - n, 0)
    above = k > a * b / n
    at = np.flatnonzero(possible & above)
    p_values[at] = np.minimum(_tail(k[at], a[at], b[at], n, step=1), 1)
    at = np.flatnonzero(possible & ~above)
    p_values[at] = 1 - np.minimum(_tail(k[at] - 1, a[at], b[at], n, step=-1), 1)
    return p_values


def _tail(k: Floats, a: Floats, b: Floats, n: float, *, step: int) -> Floats:
    """The likelihood of k and of what lies beyond it, upwards or downwards."""
    sums = np.ones(len(k))
    at, likelihood = np.arange(len(k)), np.exp(_log_likelihood(k, a, b, n))
    # The lower of the two counts that a step goes between.
    low, rest = (k if step == 1 else k - 1), n - a - b
    term, total = np.ones(len(k)), np.ones(len(k))
    while len(at):
        over, under = (a - low) * (b - low), (low + 1) * (rest + low + 1)
        term = term * (over / under if step == 1 else under / over)
        total += term
        low = low + step
        goes_on = term > _NEGLIGIBLE * total
        if 2 * np.count_nonzero(goes_on) <= len(at):
            sums[at] = total
            at, low, term, total = at[goes_on], low[goes_on], term[goes_on], total[goes_on]
            a, b, rest = a[goes_on], b[goes_on], rest[goes_on]
    return np.asarray(likelihood * sums)


def _log_likelihood(k: Floats, a: Floats, b: Floats, n: float) -> Floats:
    """Of k under the hypergeometric law, as a ratio of binomial ones."""
    share, rest = b / n, (n - b) / n
    return (
        _log_binomial(k, a, share, rest)
        + _log_binomial(b - k, n - a, share, rest)
        - _log_binomial(b, np.full(len(b), n), share, rest)
    )


def _log_binomial(x: Floats, n: Floats, p: Floats, q: Floats) -> Floats:
    inside = (x > 0) & (x < n)
    m, s = np.where(inside, n, 2.0), np.where(inside, x, 1.0)
    deviance = _deviance(s, m * p) + _deviance(m - s, m * q)
    log = _stirling_rest(m) - _stirling_rest(s) - _stirling_rest(m - s) - deviance
    log -= _HALF_LOG_TAU + 0.5 * (np.log(s) + np.log1p(-s / m))
    return np.where(inside, log, np.where(x > 0, n * np.log(p), n * np.log1p(-p)))


def _deviance(x: Floats, mean: Floats) -> Floats:
    u = (x - mean) / mean
    return np.asarray(mean * ((1 + u) * np.log1p(u) - u))


def _stirling_rest(x: Floats) -> Floats:
    """The logarithm of x! less Stirling's formula."""
    y = np.maximum(x, _SERIES_FROM)
    square = y * y
    series = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / y
    return np.where(x < _SERIES_FROM, _SMALL[np.minimum(x, _SERIES_FROM - 1).astype(np.intp)], series)
