"""Estimates of many things drawn towards their mean, the more the less is known of each."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.optimize import brentq

from crmkit._arrays import Floats

__all__ = ["HETEROGENEITIES", "Heterogeneity", "Pooled", "pooled"]

Heterogeneity: TypeAlias = Literal["paule_mandel", "dersimonian_laird"]
HETEROGENEITIES: Final = ("paule_mandel", "dersimonian_laird")


class Pooled(NamedTuple):
    """Mean of estimates, its standard error, the variance of what is estimated, Cochran's Q, and how many there are."""

    mean: float
    error: float
    between: float
    q: float
    n: int

    def shrunk(self, estimates: Floats, errors: Floats) -> tuple[Floats, Floats]:
        """Estimates drawn to the mean, and their standard errors; missing where there is no mean."""
        with np.errstate(over="ignore"):
            variances = np.where(np.isinf(errors**2), np.nan, errors**2)
        total = self.between + variances
        # One that is exact, where all are alike, stays itself.
        weight = np.divide(variances, total, out=np.where(np.isnan(variances), np.nan, 0.0), where=total > 0)
        drawn = estimates + weight * (self.mean - estimates)
        return drawn, np.sqrt((1 - weight) * variances + weight**2 * self.error**2)


def pooled(estimates: Floats, errors: Floats, *, method: Heterogeneity) -> Pooled:
    """Pool estimates whose standard errors are known and above 0; two are needed."""
    with np.errstate(over="ignore", under="ignore"):
        variances = errors**2
    known = np.isfinite(estimates) & np.isfinite(variances) & (variances > 0)
    values, variances = estimates[known], variances[known]
    n = len(values)
    if n < 2:
        return Pooled(np.nan, np.nan, np.nan, np.nan, n)
    q = _q(values, variances, 0.0)
    between = 0.0
    if q > n - 1:
        between = (
            _dersimonian_laird(variances, q) if method == "dersimonian_laird" else _paule_mandel(values, variances)
        )
    weights = _relative(variances + between)
    mean = float(weights @ values / weights.sum())
    error = float(np.sqrt((variances + between).min() / weights.sum()))
    return Pooled(mean, error, between, q, n)


def _relative(variances: Floats) -> Floats:
    """Weights of which the largest is 1."""
    return np.asarray(variances.min() / variances)


def _q(values: Floats, variances: Floats, between: float) -> float:
    total = variances + between
    weights = _relative(total)
    mean = weights @ values / weights.sum()
    return float((((values - mean) / np.sqrt(total)) ** 2).sum())


def _dersimonian_laird(variances: Floats, q: float) -> float:
    weights = _relative(variances)
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return float((q - (len(variances) - 1)) / spread * variances.min())


def _paule_mandel(values: Floats, variances: Floats) -> float:
    """The variance at which Q is what is expected of it."""
    expected = len(values) - 1
    high = float(values.var() * len(values) + variances.max())
    while _q(values, variances, high) > expected:
        high *= 2
    found: float = brentq(lambda between: _q(values, variances, between) - expected, 0.0, high, xtol=1e-300, rtol=1e-14)
    return found
