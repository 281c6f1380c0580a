"""Intervals from draws of the parameters."""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats

__all__ = ["interval"]


def interval(draws: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Lower and upper end of draws of shape (n_draws, ...), each value by itself; ``nan`` stands for infinite."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    limitless = ~np.isfinite(draws)
    if not limitless.any():
        lower, upper = np.quantile(draws, tails, axis=0)
        return lower, upper
    filled = np.where(limitless, np.inf, draws)
    with np.errstate(invalid="ignore"):
        between = np.quantile(filled, tails, axis=0)
    # Infinity has no distance to what lies beside it.
    lower, upper = np.where(np.isnan(between), np.quantile(filled, tails, axis=0, method="higher"), between)
    return lower, upper
