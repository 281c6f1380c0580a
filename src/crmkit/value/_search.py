"""The search for the parameters of a model: the maximum of a likelihood, with priors where there are any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Generic, Protocol, Self, TypeVar

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import Maximum, maximise, observed_information, posterior_draws
from crmkit.errors import ConvergenceError
from crmkit.value._priors import Prior, centres_and_precisions

__all__ = [
    "LARGEST_EFFECT",
    "Likelihood",
    "LogPrior",
    "Posterior",
    "SampledLikelihood",
    "draws",
    "draws_of_many",
    "maximum",
    "maximum_of_many",
]

# A coefficient of a standardised covariate beyond this means no more than infinity.
LARGEST_EFFECT = 25.0
# Rows of a sample whose likelihood bends and is skewed like that of all.
_STANDING_IN = 500
# Rows of the sample whose maximum is a good start; with four times as many rows it pays.
_SAMPLE = 5_000
_MANY = 4 * _SAMPLE


class Likelihood(Protocol):
    """A log-likelihood in the coordinates that are searched."""

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        """Its value, and its gradient."""

    def starts(self) -> Iterable[Floats]:
        """Coordinates to start from, the best guess first."""


class SampledLikelihood(Likelihood, Protocol):
    """A log-likelihood of many rows."""

    def sample(self, step: int) -> Self:
        """That of about one row in ``step``."""


class LogPrior:
    """Logarithm of the priors' density but for a constant.

    Logarithms of parameters, and coefficients, are ``turn @ coordinates + shift``.
    """

    def __init__(
        self, priors: Mapping[str, Prior], *, names: Sequence[str], turn: Floats, shift: Floats | float = 0.0
    ) -> None:
        self._centre, self._precision = centres_and_precisions(priors, names=names)
        self._turn, self._shift = turn, shift

    def part(self, step: int) -> LogPrior:
        """A ``step``-th of it."""
        part = copy(self)
        part._precision = self._precision / step
        return part

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        """Its value, and its gradient."""
        off = self._turn @ coordinates + self._shift - self._centre
        return -float(self._precision @ off**2) / 2, -self._turn.T @ (self._precision * off)


_Any = TypeVar("_Any", bound=Likelihood)
_Sampled = TypeVar("_Sampled", bound=SampledLikelihood)


class Posterior(Generic[_Any]):
    """A likelihood with the logarithm of priors."""

    def __init__(self, likelihood: _Any, prior: LogPrior) -> None:
        self._likelihood, self._prior = likelihood, prior

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        """Its value, and its gradient."""
        value, gradient = self._likelihood.at(coordinates)
        log_prior, slopes = self._prior.at(coordinates)
        return value + log_prior, gradient + slopes

    def starts(self) -> Iterable[Floats]:
        """Those of the likelihood."""
        return self._likelihood.starts()

    def sample(self: Posterior[_Sampled], step: int) -> Posterior[_Sampled]:
        """That of about one row in ``step``, with a ``step``-th of the priors."""
        return Posterior(self._likelihood.sample(step), self._prior.part(step))


def maximum(likelihood: Likelihood, *, lower: Floats, upper: Floats, what: str, near: Maximum | None = None) -> Maximum:
    """Find the maximum between bounds."""
    return maximise(likelihood.at, starts=likelihood.starts(), lower=lower, upper=upper, what=what, near=near)


def maximum_of_many(likelihood: SampledLikelihood, *, n_rows: int, lower: Floats, upper: Floats, what: str) -> Maximum:
    """Find the maximum between bounds, for many rows starting at the maximum of a sample of them."""
    near = None
    if n_rows >= _MANY:
        step = n_rows // _SAMPLE
        try:
            near = maximum(likelihood.sample(step), lower=lower, upper=upper, what=what).scaled(step)
        except ConvergenceError:
            near = None
    return maximum(likelihood, lower=lower, upper=upper, what=what, near=near)


def draws(likelihood: Likelihood, found: Maximum, *, lower: Floats, upper: Floats, what: str) -> Floats | None:
    """Draw coordinates from the posterior where that of the maximum's normal distribution is not close to it."""
    start = next(iter(likelihood.starts()))
    return posterior_draws(likelihood.at, found=found, start=start, lower=lower, upper=upper, what=what)


def draws_of_many(
    likelihood: SampledLikelihood, found: Maximum, *, n_rows: int, lower: Floats, upper: Floats, what: str
) -> Floats | None:
    """Do the same; of many rows some stand for all of them, so that slope and curvature at the maximum are theirs.

    References
    ----------
    .. [1] Jordan, Lee and Yang (2019), "Communication-Efficient Distributed Statistical Inference", *Journal of the
       American Statistical Association* 114(526), section 2.
    """
    size = _SAMPLE if found.ridges.size else _STANDING_IN
    some = _StandingIn(likelihood, found, step=n_rows // size) if n_rows >= 2 * size else likelihood
    return draws(some, found, lower=lower, upper=upper, what=what)


class _StandingIn:
    """The likelihood of a sample, scaled up and bent to the maximum of all rows; along ridges it stays as it is."""

    def __init__(self, likelihood: SampledLikelihood, found: Maximum, *, step: int) -> None:
        self._sample, self._step, self._at = likelihood.sample(step), step, found.at
        self._tilt = step * self._sample.at(found.at)[1]
        self._bend = np.zeros_like(found.covariance)
        if not found.ridges.size:
            self._bend = np.linalg.inv(found.covariance) - step * observed_information(self._sample.at, found.at)

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        value, gradient = self._sample.at(coordinates)
        off = coordinates - self._at
        more = self._tilt + self._bend @ off
        return self._step * value - float(self._tilt @ off + off @ self._bend @ off / 2), self._step * gradient - more

    def starts(self) -> Iterable[Floats]:
        """Those of the likelihood."""
        return self._sample.starts()
