"""The logarithm of a density that is dear to compute: known at some points with its gradient, guessed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Emulator"]

# In standard deviations of a coordinate, times the root of the number of coordinates: how far from the known points a
# guess is trusted.
_TRUST = 0.75
# What a guess loses per square of the distance beyond.
_PENALTY = 2.0
# Relative to the departures' own variance: keeps the equations of neighbouring points solvable; and how roughly values
# are met that lie so far below the top that nobody will draw them, by the fourth power of how far.
_JITTER, _ROUGHLY = 1e-8, 2.5e-7


@dataclass(frozen=True)
class Emulator:
    """The mean of a Gaussian process through known values and gradients, around that of a normal distribution.

    Attributes
    ----------
    centre : array of shape (k,)
        Mean of the normal distribution.
    root : array of shape (k, k)
        Root of its covariance.
    points : array of shape (n, k)
        Where the logarithm of the density is known.
    values : array of shape (n,)
        The logarithm there.
    gradients : array of shape (n, k)
        Its derivatives there.
    reach : float
        How far a departure from the normal distribution reaches, in standard deviations.

    References
    ----------
    .. [1] Rasmussen and Williams (2006), *Gaussian Processes for Machine Learning*, sections 2.7 and 9.4.
    """

    centre: Floats
    root: Floats
    points: Floats
    values: Floats
    gradients: Floats
    reach: float

    def __call__(self, at: Floats) -> Floats:
        """Guess the logarithm at points of shape (m, k)."""
        z, known = self.scaled(at) / self.reach, self._known
        weights, slopes = self._weights
        squares = np.maximum((z**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * z @ known.T, 0.0)
        departures = np.exp(-squares / 2) * (z @ slopes.T + weights - (known * slopes).sum(axis=1))
        away = np.sqrt(squares.min(axis=1)) * self.reach - _TRUST * np.sqrt(len(self.centre))
        guess = self._top - self.reach**2 / 2 * (z**2).sum(axis=1) + departures.sum(axis=1)
        return np.asarray(guess - _PENALTY * np.maximum(away, 0.0) ** 2)

    def scaled(self, at: Floats) -> Floats:
        """Measure points of shape (m, k) from the centre in standard deviations."""
        return np.asarray(np.linalg.solve(self.root, (at - self.centre).T).T, dtype=np.float64)

    @property
    def _top(self) -> float:
        return float(self.values.max())

    @cached_property
    def _known(self) -> Floats:
        return self.scaled(self.points) / self.reach

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        """Weights of the kernel, shape (n,), and of its derivatives, shape (n, k)."""
        z, reach = self._known, self.reach
        n, k = z.shape
        level = self.values - self._top + reach**2 / 2 * (z**2).sum(axis=1)
        slopes = reach * self.gradients @ self.root + reach**2 * z
        apart = z[:, None, :] - z[None, :, :]
        kernel = np.exp(-(apart**2).sum(axis=2) / 2)
        # Covariances of all values, then all derivatives.
        matrix = np.empty((n * (k + 1), n * (k + 1)))
        matrix[:n, :n] = kernel
        matrix[:n, n:] = (kernel[:, :, None] * apart).reshape(n, n * k)
        matrix[n:, :n] = matrix[:n, n:].T
        both = kernel[:, :, None, None] * (np.eye(k) - apart[:, :, :, None] * apart[:, :, None, :])
        matrix[n:, n:] = both.transpose(0, 2, 1, 3).reshape(n * k, n * k)
        rough = _JITTER + _ROUGHLY * (self._top - self.values) ** 4
        matrix[np.diag_indices_from(matrix)] += np.concatenate([rough, np.repeat(rough, k)])
        solved = np.linalg.solve(matrix, np.concatenate([level, slopes.ravel()]))
        return solved[:n], solved[n:].reshape(n, k)
