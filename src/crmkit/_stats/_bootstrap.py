"""Sums over customers under other customers: a bootstrap."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats

__all__ = ["interval_of_draws", "resampled_sums"]

# Weights that are held in memory at a time.
_BLOCK: Final = 4_000_000
# Draws closer than this, relative to their size, differ by rounding alone.
_ROUNDING: Final = 1e-9


def resampled_sums(rows: Floats, counts: Floats, *, n_draws: int, rng: np.random.Generator) -> Floats:
    """Draw the sums of the columns of a sample, had others of the same population been in it.

    Rubin's bootstrap: everybody has a weight from the exponential distribution with mean 1. It has the variance of
    counts drawn with replacement, and no weight is 0, so that no denominator vanishes. Those who are alike are one
    row; their weights together are from a gamma distribution.

    Parameters
    ----------
    rows : array of shape (n_rows, n_columns)
        What is summed.
    counts : array of shape (n_rows,)
        How many customers each row stands for, above 0.
    n_draws : int
        How many times to draw.
    rng : numpy.random.Generator
        Source of the weights.

    Returns
    -------
    array of shape (n_draws, n_columns)

    References
    ----------
    .. [1] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).
    """
    sums = np.zeros((n_draws, rows.shape[1]))
    size = max(1, _BLOCK // max(n_draws, 1))
    for first in range(0, len(rows), size):
        block = slice(first, first + size)
        sums += rng.standard_gamma(counts[block], (n_draws, len(counts[block]))) @ rows[block]
    return sums


def interval_of_draws(draws: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Lower and upper end of draws of shape (n_draws, n_values); ``nan`` where one is undefined or all are the same."""
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    differ = upper - lower > _ROUNDING * np.abs(upper)
    return np.where(differ, lower, np.nan), np.where(differ, upper, np.nan)
