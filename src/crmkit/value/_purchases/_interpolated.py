"""Purchases expected of many histories, interpolated from few: for the living a smooth function of x and T."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crmkit._arrays import Floats
from crmkit.value._purchases._histories import Column, Histories
from crmkit.value._purchases._laws import Law, Values

__all__ = ["FewHistories"]

_N_OF_X, _N_OF_T = 12, 8
# Time is measured from a quarter of the median age before the first purchase: young histories change fastest.
_BEFORE = 0.25
# Numbers held at a time, 32 MB.
_AT_A_TIME = 4_000_000


@dataclass(frozen=True)
class FewHistories:
    """Chebyshev points in ln(x + 1/2) and the logarithm of T, and their weights in each history."""

    points: Histories
    weights: Floats

    @classmethod
    def of(cls, h: Histories) -> FewHistories | None:
        """Choose the points for histories; None unless there are many times as many histories."""
        x, T = h.x.values, h.T.values
        if h.extra or len(h.but_for_recency[1]) < 3 * _N_OF_X * _N_OF_T:
            return None
        before = _BEFORE * float(np.median(T))
        if before == 0:
            return None
        of_x, of_T = np.log(x + 0.5), np.log(T + before)
        points_of_x, points_of_T = _points(of_x, n=_N_OF_X), _points(of_T, n=_N_OF_T)
        each_x, each_T = (each.ravel() for each in np.meshgrid(points_of_x, points_of_T, indexing="ij"))
        at_x, at_T = np.maximum(np.exp(each_x) - 0.5, 0.0), np.maximum(np.exp(each_T) - before, 0.0)
        points = Histories(Column(at_x), Column(np.zeros_like(at_x)), Column(at_T), n=np.ones(len(at_x)), extra={})
        weights = _weights(of_x, points_of_x)[:, :, None] * _weights(of_T, points_of_T)[:, None, :]
        return cls(points, weights.reshape(len(x), -1))

    def totals(self, law: Law, draws: Sequence[Values], h: Histories, t: float) -> Floats:
        """Purchases expected of all histories together in (T, T + t], under each draw of the parameters."""
        totals: list[float] = []
        size = max(1, _AT_A_TIME // len(h))
        for first in range(0, len(draws), size):
            some = draws[first : first + size]
            living = np.exp(self.weights @ np.column_stack([self._logs(law, p, t) for p in some]))
            totals += [float((h.n * law.alive(p, h)) @ living[:, at]) for at, p in enumerate(some)]
        return np.array(totals)

    def _logs(self, law: Law, p: Values, t: float) -> Floats:
        """Logarithms of the purchases expected of the living at the points."""
        later, posterior = law.posterior(p, self.points)
        expected = later.expected(posterior, np.full(len(self.points), t))
        return np.log(np.maximum(expected, np.finfo(float).tiny))


def _points(values: Floats, *, n: int) -> Floats:
    """Chebyshev's points of the first kind between the least and the greatest value."""
    low, high = values.min(), values.max()
    return np.asarray((low + high) / 2 + (high - low) / 2 * np.cos((np.arange(n) + 0.5) * np.pi / n))


def _weights(values: Floats, points: Floats) -> Floats:
    """Weights of the points in the interpolating polynomial at each value, by the barycentric formula.

    References
    ----------
    .. [1] Berrut and Trefethen (2004), "Barycentric Lagrange Interpolation", *SIAM Review* 46(3), section 5.
    """
    n = len(points)
    if points[0] == points[-1]:
        return np.broadcast_to(1 / n, (len(values), n))
    of_point = (-1.0) ** np.arange(n) * np.sin((np.arange(n) + 0.5) * np.pi / n)
    away = values[:, None] - points
    on_point = away == 0
    weights = of_point / np.where(on_point, 1.0, away)
    weights = np.where(on_point.any(axis=1, keepdims=True), on_point, weights)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
