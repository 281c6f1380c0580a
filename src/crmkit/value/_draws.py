"""Draws of the parameters, and intervals from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit.value._model import Values

__all__ = ["each_draw", "interval", "interval_by_blocks"]


def each_draw(params: pd.DataFrame) -> list[Values]:
    """Give the parameters of each draw by name."""
    names = list(map(str, params.columns))
    return [dict(zip(names, row, strict=True)) for row in params.to_numpy()]


def interval(draws: Floats, *, level: float, whole: bool = False) -> tuple[Floats, Floats]:
    """Lower and upper end of draws of shape (n_draws, ...), each value by itself; ``nan`` stands for infinite.

    ``whole`` numbers have ends that were drawn.
    """
    tails = [(1 - level) / 2, (1 + level) / 2]
    limitless = ~np.isfinite(draws)
    if not limitless.any():
        lower, upper = np.quantile(draws, tails, axis=0, method="inverted_cdf" if whole else "linear")
        return lower, upper
    filled = np.where(limitless, np.inf, draws)
    with np.errstate(invalid="ignore"):
        between = np.quantile(filled, tails, axis=0)
    # Between infinity and its neighbour nothing can be interpolated.
    lower, upper = np.where(np.isnan(between), np.quantile(filled, tails, axis=0, method="higher"), between)
    return lower, upper


def interval_by_blocks(drawn: Callable[[slice], Floats], n_values: int, *, size: int, level: float) -> Floats:
    """Lower and upper ends, shape (2, n_values), of values whose draws are made for a block of them at a time."""
    ends = np.empty((2, n_values))
    for first in range(0, n_values, size):
        block = slice(first, first + size)
        ends[:, block] = interval(drawn(block), level=level)
    return ends
