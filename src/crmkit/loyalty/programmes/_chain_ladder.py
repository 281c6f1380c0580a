"""Triangles of development completed by the chain ladder, with Mack's standard errors."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Development", "LastVariance", "Ultimates", "development_of", "ultimates_of"]


LastVariance: TypeAlias = Literal["smallest", "log_linear"]
"""How the variance of a last factor that rests on one cohort is found."""


class Development(NamedTuple):
    """By step from an age to the next: the factor, Mack's variance, the sum that it rests on, and the cohorts."""

    factor: Floats
    variance: Floats
    base: Floats
    n_cohorts: Floats


class Ultimates(NamedTuple):
    """By cohort: what is expected at its last age, the factor from today to there, and the mean squared error.

    ``shared`` is what the errors of two cohorts have in common, for each unit of both.
    """

    expected: Floats
    factor: Floats
    squared_error: Floats
    shared: Floats


def development_of(totals: Floats, *, last_variance: LastVariance = "smallest") -> Development:
    """Factors and variances of a triangle of running totals, a row per cohort, missing where not seen yet.

    A factor is undefined where no cohort had anything at the age before it, and has no variance where it rests on one
    cohort alone, unless it is the last, whose variance follows from those before it.
    """
    before, after = totals[:, :-1], totals[:, 1:]
    seen = ~np.isnan(after) & ~np.isnan(before)
    base = np.where(seen, before, 0.0).sum(axis=0)
    factor = np.divide(np.where(seen, after, 0.0).sum(axis=0), base, out=np.full_like(base, np.nan), where=base > 0)
    counted = seen & (before > 0)
    n_cohorts = counted.sum(axis=0).astype(np.float64)
    residual = np.where(counted, after - factor * before, 0.0)
    squares = np.divide(residual**2, before, out=np.zeros_like(residual), where=counted).sum(axis=0)
    variance = np.divide(squares, n_cohorts - 1, out=np.full_like(base, np.nan), where=n_cohorts > 1)
    if len(variance) > 2 and n_cohorts[-1] == 1:
        variance[-1] = _smallest(variance) if last_variance == "smallest" else _log_linear(variance)
    return Development(factor, variance, base, n_cohorts)


def _smallest(variance: Floats) -> float:
    two, one = variance[-3:-1]
    return float(min(one**2 / two if two > 0 else 0.0, two, one))


def _log_linear(variance: Floats) -> float:
    steps = np.flatnonzero(variance[:-1] > 0)
    if len(steps) < 2:
        return float("nan")
    slope, start = np.polyfit(steps, np.log(variance[steps]) / 2, 1)
    return float(np.exp(2 * (start + slope * (len(variance) - 1))))


def ultimates_of(totals: Floats, development: Development, *, last: Floats) -> Ultimates:
    """Carry each cohort on from the age seen last to its own last age."""
    n, n_ages = totals.shape
    factor, variance, base, _ = development
    latest = n_ages - 1 - np.argmax(~np.isnan(totals[:, ::-1]), axis=1)
    # Row i, step k: whether cohort i still has that step ahead.
    steps = np.arange(n_ages - 1)
    ahead = (steps >= latest[:, None]) & (steps < last[:, None])
    growth: Floats = np.cumprod(np.where(ahead, factor, 1.0), axis=1, dtype=np.float64)
    start = totals[np.arange(n), latest]
    whole = growth[:, -1] if n_ages > 1 else np.ones(n)
    at_step = start[:, None] * np.column_stack([np.ones(n), growth[:, :-1]]) if n_ages > 1 else np.zeros((n, 0))
    expected = start * whole
    scale = np.divide(variance, factor**2, out=np.full_like(factor, np.nan), where=factor > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(ahead, scale * (1 / at_step + 1 / base), 0.0)
        both = np.where(ahead, scale / base, 0.0)
        squared_error = expected**2 * own.sum(axis=1)
    return Ultimates(expected, whole, squared_error, both)
