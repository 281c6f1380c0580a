"""The Bass curve, and its parameters by least squares."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit.errors import ConvergenceError

__all__ = ["Curve", "Fit", "fit_curve", "increments", "ols_start", "peak"]

# Customers of each of the first n periods per customer of the market, given p and q of any shape, along the last axis.
Curve: TypeAlias = Callable[[int, Floats, Floats], Floats]

_LOWEST: Final = np.log([1e-12, 1e-6])
_HIGHEST: Final = np.log([10.0, 10.0])
# How close to its limit a logarithm counts as being there.
_AT_LIMIT: Final = 1e-3
# Starts of the search, and from how many of the best it goes on.
_STARTS: Final = ((1e-4, 1e-3, 1e-2, 1e-1), (0.1, 0.3, 0.6, 1.0, 2.0))
_TRIED: Final = 3
# A market whose logarithm has a larger standard error is not determined, within a factor of seven.
_LARGEST_ERROR: Final = 1.0
# Imitation that lowers the sum of squares by a smaller share is none.
_NOTHING_GAINED: Final = 1e-8

_NO_PEAK: Final = Message(
    en="The customers to come cannot be told from these {n} periods: the curve that fits best has its peak after them, "
    "or leaves the size of the market open. Wait until new customers have become fewer, or give {@market_potential}.",
    zh="由这 {n} 个期间无法推断后续客户：拟合最好的曲线在其后才到达峰值，或无法确定市场规模。"
    "请等到新增客户开始减少，或给出 {@market_potential}。",
)
_NO_CURVE: Final = Message(
    en="No Bass curve fits these {n} periods: p or q goes to a limit. Check that the first period is that of the "
    "launch.",
    zh="没有 Bass 曲线能拟合这 {n} 个期间：p 或 q 趋于极限。请检查首个期间是否为上市当期。",
)


class Fit(NamedTuple):
    """Logarithms of the market, p and q, with their covariance and the standard deviation of what is left.

    ``free`` says which were fitted; covariances of the others are 0. ``df`` are the degrees of freedom of ``sigma``.
    """

    at: Floats
    covariance: Floats
    free: tuple[bool, bool, bool]
    sigma: float
    df: int


def increments(n: int, p: Floats, q: Floats) -> Floats:
    """F(t) - F(t - 1) for t from 1 to n, without cancellation in the tail."""
    p, q = (np.asarray(each, dtype=np.float64)[..., None] for each in (p, q))
    left = np.exp(-(p + q) * np.arange(n + 1))
    ratio = q / p
    grown = 1 + ratio * left
    return np.asarray((1 + ratio) * left[..., :-1] * -np.expm1(-(p + q)) / (grown[..., 1:] * grown[..., :-1]))


def peak(m: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats, Floats]:
    """Time of the peak since the launch, customers per period then, and the share of the market won by then."""
    later = q > p
    safe = np.where(later, q, 1.0)
    time = np.where(later, np.log(safe / p) / (p + q), 0.0)
    rate = np.where(later, m * (p + q) / (4 * safe) * (p + q), m * p)
    return time, rate, np.where(later, 0.5 - p / (2 * safe), 0.0)


def ols_start(counts: Floats) -> tuple[float, float, float] | None:
    """The market, p and q by Bass's regression of sales on what was sold before; None if that gives no curve.

    References
    ----------
    .. [1] Bass (1969), "A New Product Growth for Model Consumer Durables", *Management Science* 15(5), equation 8.
    """
    before = np.cumsum(counts) - counts
    if len(np.unique(before)) < 3:
        return None
    found = np.polynomial.Polynomial.fit(before, counts, 2).convert().coef
    # Highest powers that are 0 are not among them.
    a, b, c = np.pad(found, (0, 3 - len(found)))
    inside = b * b - 4 * a * c
    if not (c < 0 < a and inside > 0):
        return None
    market = (-b - np.sqrt(inside)) / (2 * c)
    return float(market), float(a / market), float(-c * market)


def fit_curve(counts: Floats, *, market: float | None, curve: Curve = increments) -> Fit:
    """Fit a curve to the new customers of each period since the launch; the market is fitted unless given.

    Raises
    ------
    ConvergenceError
        If no curve fits, or the market is to be fitted and the data do not determine it.
    """
    from scipy.optimize import least_squares

    n, unit = len(counts), float(counts.max())
    y = counts / unit
    fixed = None if market is None else market / unit
    logs, imitated = _best_shape(y, fixed, curve)
    free = (fixed is None, True, imitated)
    chosen = np.flatnonzero(free)

    def residuals(moved: Floats) -> Floats:
        here = logs.copy()
        here[chosen] = moved
        return np.asarray(y - np.exp(here[0]) * curve(n, *np.exp(here[1:])))

    polished = least_squares(residuals, logs[chosen], jac="3-point", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    logs[chosen] = polished.x
    df = n - len(chosen)
    sigma = float(np.sqrt(2 * polished.cost / df))
    covariance = np.zeros((3, 3))
    information = polished.jac.T @ polished.jac
    determined = np.linalg.matrix_rank(information) == len(chosen)
    if determined:
        covariance[np.ix_(chosen, chosen)] = np.linalg.inv(information) * sigma**2
    if fixed is None:
        over = float(peak(*np.exp(logs))[0]) <= n
        determined = determined and over and covariance[0, 0] <= _LARGEST_ERROR**2
    if not determined:
        raise ConvergenceError((_NO_PEAK if fixed is None else _NO_CURVE)(n=n))
    logs[0] += np.log(unit)
    return Fit(logs, covariance, free, sigma * unit, df)


def _best_shape(y: Floats, fixed: float | None, curve: Curve) -> tuple[Floats, bool]:
    """Logarithms of the market, p and q, by a search over p and q alone; and whether imitation does anything."""
    from scipy.optimize import least_squares

    n = len(y)

    def height(form: Floats) -> float:
        """The market that fits best."""
        return float(form @ y) / float(form @ form) if fixed is None else fixed

    def off(at: Floats) -> Floats:
        form = curve(n, *np.exp(at))
        return np.asarray(y - height(form) * form)

    grid = [np.log(start) for start in product(*_STARTS)]
    if (by_ols := ols_start(y)) is not None:
        grid.append(np.clip(np.log(by_ols[1:]), _LOWEST, _HIGHEST))
    best = sorted(grid, key=lambda at: float((off(at) ** 2).sum()))[:_TRIED]
    found = [least_squares(off, start, bounds=(_LOWEST, _HIGHEST)) for start in best]
    closest = min(found, key=lambda result: float(result.cost))
    # Where imitation does nothing for the fit, the search only comes near to none.
    alone = least_squares(
        lambda log_p: off(np.append(log_p, _LOWEST[1])), closest.x[:1], bounds=(_LOWEST[0], _HIGHEST[0])
    )
    imitated = bool(alone.cost > closest.cost * (1 + _NOTHING_GAINED) + _NOTHING_GAINED**2)
    at = closest.x if imitated else np.append(alone.x, _LOWEST[1])
    if at[0] < _LOWEST[0] + _AT_LIMIT:
        raise ConvergenceError((_NO_PEAK if fixed is None else _NO_CURVE)(n=n))
    if (at > _HIGHEST - _AT_LIMIT).any():
        raise ConvergenceError(_NO_CURVE(n=n))
    return np.append(np.log(height(curve(n, *np.exp(at)))), at), imitated
