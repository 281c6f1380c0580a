"""Exponential smoothing with a damped trend."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats

__all__ = ["FEWEST_PERIODS", "damped_trend", "smoothing"]

# Three constants and two states are to be found.
FEWEST_PERIODS: Final = 8
_LEVELS: Final = (0.02, 0.15, 0.35, 0.6, 0.9)
_TRENDS: Final = (0.0, 0.1, 0.3, 0.7)
_DAMPINGS: Final = (0.8, 0.89, 0.98)
# Older counts hardly weigh on what is to come.
_MOST_COUNTS: Final = 120
_LOWEST: Final = np.array([0.0, 0.0, _DAMPINGS[0]])
_HIGHEST: Final = np.array([1.0, 1.0, _DAMPINGS[-1]])
# Half the distance of neighbours in the grid, and how often it is halved again around the best of them.
_REACH: Final = np.array([0.1, 0.1, 0.045])
_N_HALVINGS: Final = 4


def damped_trend(counts: Floats, n_periods: int) -> Floats:
    r"""Forecast by exponential smoothing with a trend that flattens.

    .. math:: e_t = y_t - l_{t-1} - \phi b_{t-1}, \quad l_t = l_{t-1} + \phi b_{t-1} + \alpha e_t, \quad
              b_t = \phi b_{t-1} + \alpha \beta e_t

    The constants with the least sum of squared errors are found on a grid that becomes finer; the states at the start
    enter the errors linearly, and so are known for each of its points. Only the newest 120 counts are looked at.

    References
    ----------
    .. [1] Gardner and McKenzie (1985), "Forecasting Trends in Time Series", *Management Science* 31(10), 1237-1246.
    """
    counts = counts[-_MOST_COUNTS:]
    unit = float(counts.max()) or 1.0
    y = counts / unit
    (alpha, beta, damping), (level, trend) = smoothing(y)
    for value in y:
        error = value - level - damping * trend
        level, trend = level + damping * trend + alpha * error, damping * trend + alpha * beta * error
    return np.asarray(unit * (level + trend * np.cumsum(damping ** np.arange(1, n_periods + 1))))


def smoothing(y: Floats) -> tuple[Floats, Floats]:
    """The constants alpha, beta and phi with the least sum of squared errors, and level and trend at the start."""
    grid = np.stack(np.meshgrid(_LEVELS, _TRENDS, _DAMPINGS, indexing="ij"), axis=-1).reshape(-1, 3)
    best = grid[_sums_of_squares(y, grid)[0].argmin()]
    reach = _REACH
    for _ in range(_N_HALVINGS):
        moves = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        grid = np.clip(best + moves * reach, _LOWEST, _HIGHEST)
        best, reach = grid[_sums_of_squares(y, grid)[0].argmin()], reach / 2
    return best, _sums_of_squares(y, best[None])[1][0]


def _sums_of_squares(y: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """The least sum of squared errors at each point, of shape (n,), and level and trend at the start, (n, 2)."""
    alpha, beta, damping = (column[:, None] for column in grid.T)
    # Of the series from nothing, and of nothing from a level or a trend of 1.
    series = np.zeros((len(y), 3))
    series[:, 0] = y
    level = np.tile([0.0, 1.0, 0.0], (len(grid), 1))
    trend = np.tile([0.0, 0.0, 1.0], (len(grid), 1))
    products = np.zeros((len(grid), 3, 3))
    for values in series:
        expected = level + damping * trend
        error = values - expected
        level, trend = expected + alpha * error, damping * trend + alpha * beta * error
        products += error[:, :, None] * error[:, None, :]
    starts = -(np.linalg.pinv(products[:, 1:, 1:], hermitian=True) @ products[:, 1:, :1])[:, :, 0]
    left = products[:, 0, 0] + (starts * products[:, 1:, 0]).sum(axis=1)
    return np.maximum(left, 0.0), starts
