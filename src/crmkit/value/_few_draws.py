"""Quantities under many draws of the parameters, computed under few and interpolated between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["LOGARITHM", "LOGIT", "FewDraws", "Link"]

# So many draws are computed per coefficient of a parabola, and so many more to see how far the others are off.
_PER_TERM, _N_CHECKS = 2.0, 6
# With fewer draws per computed one it does not pay.
_TIMES = 3
# At the checks, which lie further out than most, interpolated values may be off by this share of their standard
# deviation over the draws; the ends of intervals then move by some hundredths of the width.
_OFF = 0.1
# Directions in which the draws spread less than this share of the widest do not count.
_FLAT = 1e-6
# Draws whose coordinates spread less than this are alike.
_ALIKE = 1e-10
_JITTER = 1e-9


@dataclass(frozen=True)
class Link:
    """A scale on which a quantity is nearly a parabola in the logarithms of the parameters, and the way back."""

    to: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


_TINY: Final = np.finfo(float).tiny
_NEAR_ONE: Final = 1 - np.finfo(float).epsneg


def _logit(shares: Floats) -> Floats:
    within = np.clip(shares, _TINY, _NEAR_ONE)
    return np.asarray(np.log(within) - np.log1p(-within))


LOGARITHM: Final = Link(lambda values: np.log(np.maximum(values, _TINY)), np.exp)
LOGIT: Final = Link(_logit, lambda logits: 1 / (1 + np.exp(-np.clip(logits, -700, 700))))


@dataclass(frozen=True)
class FewDraws:
    """Draws that are computed, and the weights of the knots among them in all draws.

    Attributes
    ----------
    knots, checks : arrays of int
        Draws to compute: those between which is interpolated, and those that tell whether it may be.
    weights : array of shape (n_draws, n_knots)
        They reproduce parabolas.

    References
    ----------
    .. [1] Cressie (1993), *Statistics for Spatial Data*, section 3.4, universal kriging.
    """

    knots: npt.NDArray[np.intp]
    checks: npt.NDArray[np.intp]
    weights: Floats

    @classmethod
    def of(cls, coordinates: Floats) -> FewDraws | None:
        """Choose among draws of shape (n_draws, n_coordinates); None if they are too few for it to pay."""
        z = _standardised(coordinates)
        n, k = z.shape
        n_knots = int(np.ceil(_PER_TERM * (1 + k + k * (k + 1) // 2))) if k else 1
        if n < _TIMES * (n_knots + _N_CHECKS):
            return None
        chosen = _far_apart(z, n_knots + _N_CHECKS)
        # The outermost are knots, so that the others lie between; those that were chosen last lie farthest from all.
        knots, checks = chosen[:n_knots], chosen[n_knots:]
        return cls(knots, checks, _weights(z, z[knots]))

    @property
    def told(self) -> npt.NDArray[np.intp]:
        """All draws to compute, knots first."""
        return np.concatenate([self.knots, self.checks])

    def all_of(self, told: Floats, link: Link) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Interpolate from values of shape (n_told, n); also say for which of the n that is near enough."""
        if len(self.knots) == 1:
            # All draws are alike.
            return np.repeat(told[:1], len(self.weights), axis=0), np.ones(told.shape[1], dtype=bool)
        scaled = link.to(told)
        at_knots, at_checks = scaled[: len(self.knots)], scaled[len(self.knots) :]
        guessed = self.weights @ at_knots
        with np.errstate(invalid="ignore"):
            off = np.sqrt(((guessed[self.checks] - at_checks) ** 2).mean(axis=0))
            near = off <= _OFF * guessed.std(axis=0) + _JITTER
        values = link.back(guessed)
        values[self.told] = told
        return values, np.asarray(near)


def _standardised(coordinates: Floats) -> Floats:
    """Draws in the directions in which they spread, measured by their standard deviations."""
    off = coordinates - coordinates.mean(axis=0)
    variances, directions = np.linalg.eigh(off.T @ off / len(off))
    spread = variances > max(_FLAT**2 * variances.max(), _ALIKE**2)
    return np.asarray(off @ directions[:, spread] / np.sqrt(variances[spread]))


def _far_apart(z: Floats, n: int) -> npt.NDArray[np.intp]:
    """The draw in the middle, and others each as far as possible from those before."""
    chosen = [int((z**2).sum(axis=1).argmin())]
    away = ((z - z[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < n:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, ((z - z[chosen[-1]]) ** 2).sum(axis=1))
    return np.array(chosen)


def _weights(z: Floats, knots: Floats) -> Floats:
    """Weights of values at knots in those at z: a parabola and what a Gaussian process makes of the rest."""
    n, k = knots.shape
    if not k:
        return np.ones((len(z), 1))
    trend, at = _parabola(knots), _parabola(z)
    kernel = np.exp(-_squares(knots, knots) / (4 * k)) + _JITTER * np.eye(n)
    zeros = np.zeros((trend.shape[1], trend.shape[1]))
    system = np.block([[kernel, trend], [trend.T, zeros]])
    sides = np.concatenate([np.exp(-_squares(knots, z) / (4 * k)), at.T])
    return np.asarray(np.linalg.solve(system, sides)[:n].T)


def _parabola(z: Floats) -> Floats:
    """Terms of a parabola: 1, the coordinates, their squares and products."""
    i, j = np.triu_indices(z.shape[1])
    return np.column_stack([np.ones(len(z)), z, z[:, i] * z[:, j]])


def _squares(one: Floats, other: Floats) -> Floats:
    """Squared distances."""
    apart = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(np.maximum(apart, 0.0))
