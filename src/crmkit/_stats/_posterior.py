"""Draws from a posterior that no normal distribution comes close to, from few evaluations of the likelihood."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats._emulator import Emulator
from crmkit._stats._maximum import Maximum, Objective, maximise, one_blas_thread
from crmkit.errors import ConvergenceError

__all__ = ["N_POSTERIOR_DRAWS", "posterior_draws"]

N_POSTERIOR_DRAWS = 1_000
# Standard deviation of the weak prior of each coordinate. Wider ones put most of their weight where the data cannot
# tell, say, few customers who leave from none, and intervals then lean to that side.
_SPREAD = 1.5
# A normal distribution is close if two standard deviations away along each axis its log-density is off by less than
# this, and its mean by less than this many standard deviations.
_ALONG, _OFF, _MOVED = 2.0, 0.5, 0.3
# Points are added until those added last were guessed to this.
_ERROR = 0.4
_ROUNDS, _NEW = 10, 8
# Reaches of the emulator that are tried, times the root of the number of coordinates; the one that guessed best guesses
# on.
_REACHES = (0.65, 1.0, 1.5)
_CANDIDATES = 100
# Proposals from Student's distribution; if their weights are those of fewer than so many, weights are levelled first.
_N_PROPOSED, _DEGREES = 4_000, 5.0
_FEWEST = 500.0


@dataclass
class _Posterior:
    """Log-density with the weak prior, and all points at which it was computed."""

    objective: Objective
    start: Floats
    points: list[Floats] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    gradients: list[Floats] = field(default_factory=list)

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        value, gradient = self.objective(coordinates)
        off = (coordinates - self.start) / _SPREAD**2
        return value - float(off @ (coordinates - self.start)) / 2, gradient - off

    def learn(self, points: Floats) -> Floats:
        """Compute it at points, and keep it."""
        # Far out the likelihood may be beyond all numbers.
        with np.errstate(all="ignore"):
            told = [self.at(point) for point in points]
        for point, (value, gradient) in zip(points, told, strict=True):
            if np.isfinite(value) and np.isfinite(gradient).all():
                self.points.append(point)
                self.values.append(value)
                self.gradients.append(gradient)
        return np.array([value for value, _ in told])

    def emulated(self, centre: Floats, root: Floats) -> list[Emulator]:
        """Guess it elsewhere, with every reach."""
        points, values, gradients = (np.array(part) for part in (self.points, self.values, self.gradients))
        reaches = [reach * float(np.sqrt(len(centre))) for reach in _REACHES]
        return [Emulator(centre, root, points, values, gradients, reach) for reach in reaches]


def posterior_draws(
    objective: Objective, *, found: Maximum, start: Floats, lower: Floats, upper: Floats, what: str
) -> Floats | None:
    """Draw coordinates from their posterior, unless the normal distribution of the maximum is close to it.

    The prior of each coordinate is normal around ``start`` with a standard deviation of 1.5, besides priors that are
    in the objective.

    Parameters
    ----------
    objective : callable
        Takes the coordinates and returns the log-likelihood and its gradient.
    found : Maximum
        Where it is largest.
    start : array
        Coordinates around which those of the maximum are expected to lie.
    lower, upper : arrays
        Bounds of the coordinates.
    what : str
        What is fitted, for the error message.

    Returns
    -------
    array of shape (1000, n_parameters), or None
        The draws; ``None`` where the normal distribution with the covariance of the maximum is close to the posterior,
        which has a ridge neither. The same for the same arguments.

    Notes
    -----
    The log-density is computed at some 20 to 90 points, and guessed elsewhere by a Gaussian process that knows its
    values and gradients there. Draws are proposals from a multivariate t distribution, resampled by the guessed
    density; they tell where to compute it next, until the guesses hold.

    References
    ----------
    .. [1] Rubin (1988), "Using the SIR Algorithm to Simulate Posterior Distributions", in *Bayesian Statistics 3*.
    """
    posterior = _Posterior(objective, start)
    with one_blas_thread():
        centre, covariance = _middle(posterior, found, lower, upper, what)
        root = _root(covariance)
        steps = _ALONG * np.concatenate([np.eye(len(centre)), -np.eye(len(centre))])
        posterior.learn(centre[None, :])
        values = posterior.learn(np.clip(centre + steps @ root.T, lower, upper))
        off = np.abs(values - posterior.values[0] + _ALONG**2 / 2).max()
        moved = np.linalg.norm(np.linalg.solve(root, centre - found.at))
        if not found.ridges.size and off < _OFF and moved < _MOVED:
            return None
        return _refined(posterior, centre, root, lower, upper)


def _middle(posterior: _Posterior, found: Maximum, lower: Floats, upper: Floats, what: str) -> tuple[Floats, Floats]:
    """Mode of the posterior, roughly, and its covariance."""
    if found.ridges.size:
        with suppress(ConvergenceError):
            mode = maximise(posterior.at, starts=[posterior.start], lower=lower, upper=upper, what=what)
            return mode.at, mode.covariance
    covariance = np.linalg.inv(np.linalg.pinv(found.covariance) + np.eye(len(found.at)) / _SPREAD**2)
    moved = covariance @ (found.at - posterior.start) / _SPREAD**2
    return found.at - moved, np.asarray(covariance, dtype=np.float64)


def _refined(posterior: _Posterior, centre: Floats, root: Floats, lower: Floats, upper: Floats) -> Floats:
    """Draw, compute the density at draws far from what is known, and draw again, until guesses hold."""
    rng = np.random.default_rng(0)
    chosen, best, least = len(_REACHES) // 2, np.empty(0), np.inf
    for _ in range(_ROUNDS):
        emulators = posterior.emulated(centre, root)
        draws, centre, root = _drawn(emulators[chosen], lower, upper, rng)
        new = _far_apart(draws[rng.choice(len(draws), _CANDIDATES, replace=False)], emulators[chosen])
        guessed = np.array([emulator(new) for emulator in emulators])
        errors = np.sqrt(np.mean((posterior.learn(new) - guessed) ** 2, axis=1))
        if errors[chosen] < least:
            best, least = draws, errors[chosen]
        chosen = int(errors.argmin())
        if errors[chosen] < _ERROR:
            return _drawn(posterior.emulated(centre, root)[chosen], lower, upper, rng)[0]
    return best


def _drawn(emulator: Emulator, lower: Floats, upper: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Draws, their mean, and a root of their covariance."""
    k = len(emulator.centre)
    z = rng.standard_normal((_N_PROPOSED, k)) / np.sqrt(rng.chisquare(_DEGREES, _N_PROPOSED) / _DEGREES)[:, None]
    at = emulator.centre + z @ emulator.root.T
    inside = ((at >= lower) & (at <= upper)).all(axis=1)
    logs = np.where(inside, emulator(at), -np.inf) + (_DEGREES + k) / 2 * np.log1p((z**2).sum(axis=1) / _DEGREES)
    weights = _levelled(logs - logs.max())
    places = np.searchsorted(np.cumsum(weights), (np.arange(N_POSTERIOR_DRAWS) + rng.random()) / N_POSTERIOR_DRAWS)
    centre = weights @ at
    covariance = (weights * (at - centre).T) @ (at - centre)
    return at[np.minimum(places, _N_PROPOSED - 1)], centre, _root(covariance)


def _levelled(logs: Floats) -> Floats:
    """Weights that add up to 1; their logarithms are made smaller until they are those of enough proposals."""
    enough = min(_FEWEST, np.isfinite(logs).sum() / 2)
    while True:
        weights = np.exp(logs)
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= enough:
            return np.asarray(weights)
        logs = 0.8 * logs


def _far_apart(candidates: Floats, emulator: Emulator) -> Floats:
    """Choose those of the candidates that are far from the known points, and from one another."""
    z = emulator.scaled(candidates)
    known = emulator.scaled(emulator.points)
    away = ((z[:, None, :] - known[None, :, :]) ** 2).sum(axis=2).min(axis=1)
    chosen: list[int] = []
    for _ in range(_NEW):
        chosen.append(int(away.argmax()))
        away = np.minimum(away, ((z - z[chosen[-1]]) ** 2).sum(axis=1))
    return candidates[chosen]


def _root(covariance: Floats) -> Floats:
    variances, directions = np.linalg.eigh(covariance)
    return np.asarray(directions * np.sqrt(np.maximum(variances, 1e-8 * variances.max())))
