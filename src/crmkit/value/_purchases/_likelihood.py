"""The log-likelihood of many histories, in the coordinates that are searched, and its maximum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import Maximum, maximise
from crmkit.errors import ConvergenceError
from crmkit.value._priors import Prior, centres_and_precisions
from crmkit.value._purchases._covariates import Effect, of_each_history
from crmkit.value._purchases._laws import Histories, Law

__all__ = ["fitted"]

# A parameter beyond e^15 or below e^-15 says no more than infinity or 0.
_FURTHEST_LOG = 15.0
_LARGEST_EFFECT = 25.0
_BEYOND_FLOATS = 600.0
# From so many histories on a sample of them tells where to start.
_SAMPLE = 5_000

_BEYOND: Final = Message(
    en="The fit of {model} has parameters beyond all numbers: covariates lie too far from 0. Subtract their means.",
    zh="模型 {model} 拟合出的参数超出数值可表示的范围：协变量离 0 太远，请减去其均值。",
)


class _Likelihood:
    """By logarithms of parameters and by coefficients of covariates that are measured from their means."""

    def __init__(self, law: Law, h: Histories, present: Sequence[Effect]) -> None:
        self._law, self._h, self._effects = law, h, present
        self._names = [*law.parameters, *(effect.name for effect in present)]

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        """Log-likelihood, and its gradient."""
        n = len(self._law.parameters)
        common = dict(zip(self._names, [*np.exp(coordinates[:n]), *coordinates[n:]], strict=True))
        own = of_each_history(common, self._effects, self._h.extra)
        ll, slopes = self._law.likelihood(own, self._h)
        moved = {name: slopes[name] * own[name] for name in self._law.parameters}
        moves = [moved[name] for name in self._law.parameters]
        moves += [effect.sign * moved[effect.parameter] * self._h.extra[effect.covariate] for effect in self._effects]
        return float(self._h.n @ ll), np.array([float(self._h.n @ move) for move in moves])

    def sample(self, step: int) -> _Likelihood:
        """About one in ``step`` of the histories, with a ``step``-th of the likelihood.

        Histories that many customers share are always in it, with fewer customers.
        """
        n = self._h.n
        heavy = n > step * n.mean()
        light = np.flatnonzero(~heavy)
        chosen = np.concatenate([np.flatnonzero(heavy), np.random.default_rng(0).permutation(light)[::step]])
        part = replace(self._h.part(chosen), n=np.where(heavy, n / step, n)[chosen])
        return _Likelihood(self._law, part, self._effects)

    def starts(self) -> Iterator[Floats]:
        """Coordinates to start from: first what the law reads off the histories, then others around."""
        log_start = np.log([self._law.start(self._h)[name] for name in self._law.parameters])
        start = np.concatenate([log_start, np.zeros(len(self._effects))])
        moves = np.random.default_rng(0).normal(0.0, 1.5, (6, len(self._law.parameters)))
        dropout = {name for name, _ in self._law.dropout_links}
        yield start
        # Customers who leave at once or never.
        yield start - 4.0 * np.pad([name in dropout for name in self._law.parameters], (0, len(self._effects)))
        for move in moves:
            yield start + np.pad(move, (0, len(self._effects)))


class _Units:
    """Covariates are measured from their mean by their standard deviation, so that their origin does not matter.

    Logarithms of parameters, and coefficients of the covariates as they are given, are ``turn @ coordinates``.
    """

    def __init__(self, law: Law, h: Histories, present: Sequence[Effect]) -> None:
        n = len(law.parameters)
        self.turn = np.eye(n + len(present))
        extra = dict(h.extra)
        for at, effect in enumerate(present, start=n):
            values = h.extra[effect.covariate]
            centre, spread = float(np.mean(values)), float(np.std(values)) or 1.0
            extra[effect.covariate] = (values - centre) / spread
            self.turn[at, at] = 1 / spread
            self.turn[law.parameters.index(effect.parameter), at] = -effect.sign * centre / spread
        self.scaled = replace(h, extra=extra)
        # Bounds lie around what is usual, whatever the unit of time.
        age = float(h.n @ h.T.values / h.n.sum()) or 1.0
        powers = [law.time_powers.get(name, 0) for name in law.parameters]
        self.middle = np.pad(np.array(powers) * np.log(age), (0, len(present)))


class _Search:
    """What is searched: a likelihood with the logarithm of priors."""

    def __init__(
        self, units: _Units, priors: Mapping[str, Prior], *, names: Sequence[str], n_parameters: int, what: str
    ) -> None:
        self._turn, self._middle, self._what = units.turn, units.middle, what
        self._centre, self._precision = centres_and_precisions(priors, names=names)
        self._reach = np.where(np.arange(len(names)) < n_parameters, _FURTHEST_LOG, _LARGEST_EFFECT)

    def maximum(self, likelihood: _Likelihood, *, starts: Iterable[Floats], near: Maximum | None = None) -> Maximum:
        """Find the maximum."""

        def objective(coordinates: Floats) -> tuple[float, Floats]:
            value, gradient = likelihood.at(coordinates)
            log_prior, slopes = self.log_prior(coordinates)
            return value + log_prior, gradient + slopes

        lower, upper = self._middle - self._reach, self._middle + self._reach
        return maximise(objective, starts=starts, lower=lower, upper=upper, what=self._what, near=near)

    def log_prior(self, coordinates: Floats) -> tuple[float, Floats]:
        """Logarithm of the priors' density but for a constant, and its gradient."""
        off = self._turn @ coordinates - self._centre
        return -float(self._precision @ off**2) / 2, -self._turn.T @ (self._precision * off)


def fitted(
    law: Law, h: Histories, present: Sequence[Effect], *, priors: Mapping[str, Prior], what: str
) -> tuple[Maximum, float]:
    """Find the maximum, by logarithms of parameters and by coefficients, and the log-likelihood there."""
    units = _Units(law, h, present)
    names = [*law.parameters, *(effect.name for effect in present)]
    search = _Search(units, priors, names=names, n_parameters=len(law.parameters), what=what)
    full = _Likelihood(law, units.scaled, present)
    near = _near(full, search, step=len(h) // _SAMPLE) if len(h) > 4 * _SAMPLE else None
    found = search.maximum(full, starts=full.starts(), near=near)
    turned = found.turned(units.turn)
    if (np.abs(turned.at[: len(law.parameters)]) > _BEYOND_FLOATS).any():
        raise ConvergenceError(_BEYOND(model=what))
    return turned, found.value - search.log_prior(found.at)[0]


def _near(full: _Likelihood, search: _Search, *, step: int) -> Maximum | None:
    """The maximum for a sample, scaled up; ``None`` where the sample has none."""
    try:
        return search.maximum(full.sample(step), starts=full.starts()).scaled(step)
    except ConvergenceError:
        return None
