"""A series taken apart into trend, season and remainder: classical decomposition."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["Decomposition", "decomposed"]


class Decomposition(NamedTuple):
    """The parts of a series, ``nan`` where they are not known, and how many values each seasonal figure rests on."""

    trend: Floats
    seasonal: Floats
    n_values: npt.NDArray[np.int64]


def decomposed(
    values: Floats, seasons: npt.NDArray[np.int64], *, n_seasons: int, multiplicative: bool
) -> Decomposition:
    """Take a series apart: centred moving averages of a year are the trend, mean deviations from it the season.

    A missing value leaves out the averages it belongs to. Seasonal figures are scaled to a mean of 1, or moved to a
    mean of 0. ``seasons`` numbers the season of each value from 0; ``nan`` where nothing is known of one.

    References
    ----------
    .. [1] Hyndman and Athanasopoulos (2021), *Forecasting: Principles and Practice*, 3rd ed., sections 3.3 and 3.4.
    """
    weights = np.full(n_seasons, 1 / n_seasons)
    if n_seasons % 2 == 0:
        # A mean of two averages, that its middle lies on a value.
        weights = np.convolve(weights, [0.5, 0.5])
    reach = len(weights) // 2
    trend = np.full(len(values), np.nan)
    if len(values) >= len(weights):
        trend[reach : len(values) - reach] = np.convolve(values, weights, mode="valid")
    deviations = values / np.where(trend > 0, trend, np.nan) if multiplicative else values - trend
    known = ~np.isnan(deviations)
    n_values = np.bincount(seasons[known], minlength=n_seasons)
    sums = np.bincount(seasons[known], weights=deviations[known], minlength=n_seasons)
    figures = sums / np.where(n_values > 0, n_values, np.nan)
    mean = figures.mean()
    figures = figures / mean if multiplicative else figures - mean
    return Decomposition(trend, figures[seasons], n_values[seasons])
