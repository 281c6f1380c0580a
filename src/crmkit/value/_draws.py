"""Draws of the parameters, and intervals from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit.value._model import Values

__all__ = ["each_draw", "interval", "interval_by_blocks", "interval_of_counts"]


def each_draw(params: pd.DataFrame) -> list[Values]:
    """Give the parameters of each draw by name."""
    names = list(map(str, params.columns))
    return [dict(zip(names, row, strict=True)) for row in params.to_numpy()]


def interval(draws: Floats, *, estimate: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Lower and upper end of draws of shape (n_draws, ...), each value by itself, wide enough to hold its estimate.

    ``nan`` stands for infinite, in draws and estimates. On a boundary of the likelihood the estimate is a limit that
    draws only approach, and may lie beyond nearly all of them.
    """
    lower, upper = _quantiles(draws, level=level)
    held = np.asarray(estimate, dtype=np.float64)
    held = np.where(np.isnan(held), np.inf, held)
    return np.minimum(lower, held), np.maximum(upper, held)


def interval_of_counts(draws: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Lower and upper end of drawn whole numbers, ends that were drawn.

    A mean need not lie between them: of a customer who hardly buys, most draws are 0.
    """
    lower, upper = np.quantile(draws, _tails(level), axis=0, method="inverted_cdf")
    return lower, upper


def interval_by_blocks(drawn: Callable[[slice], Floats], *, estimates: Floats, size: int, level: float) -> Floats:
    """Lower and upper ends, shape (2, n_values), of values whose draws are made for a block of them at a time."""
    ends = np.empty((2, len(estimates)))
    for first in range(0, len(estimates), size):
        block = slice(first, first + size)
        ends[:, block] = interval(drawn(block), estimate=estimates[block], level=level)
    return ends


def _quantiles(draws: Floats, *, level: float) -> tuple[Floats, Floats]:
    limitless = ~np.isfinite(draws)
    if not limitless.any():
        lower, upper = np.quantile(draws, _tails(level), axis=0)
        return lower, upper
    filled = np.where(limitless, np.inf, draws)
    with np.errstate(invalid="ignore"):
        between = np.quantile(filled, _tails(level), axis=0)
    # Between infinity and its neighbour nothing can be interpolated.
    lower, upper = np.where(np.isnan(between), np.quantile(filled, _tails(level), axis=0, method="higher"), between)
    return lower, upper


def _tails(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2
