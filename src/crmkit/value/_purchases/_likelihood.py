"""The log-likelihood of many histories in the coordinates of the search, and its maximum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import Maximum
from crmkit.errors import ConvergenceError
from crmkit.value._priors import Prior
from crmkit.value._purchases._covariates import Effect, of_each_history
from crmkit.value._purchases._laws import Histories, Law
from crmkit.value._search import LARGEST_EFFECT, LogPrior, Posterior, draws_of_many, maximum_of_many

__all__ = ["fitted"]

# A parameter beyond e^15 or below e^-15 means no more than infinity or 0.
_FURTHEST_LOG = 15.0
_BEYOND_FLOATS = 600.0

_BEYOND: Final = Message(
    en="The fit of {model} has parameters beyond all numbers: covariates lie too far from 0. Subtract their means.",
    zh="模型 {model} 拟合出的参数超出数值可表示的范围：协变量离 0 太远，请减去其均值。",
)


class _Likelihood:
    """By logarithms of parameters and by coefficients of covariates that are measured from their means."""

    def __init__(self, law: Law, h: Histories, present: Sequence[Effect], *, whole: Histories | None = None) -> None:
        self._law, self._h, self._effects = law, h, present
        self._whole = h if whole is None else whole
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
        chosen = np.concatenate([np.flatnonzero(heavy), light[step // 2 :: step]])
        part = replace(self._h.part(chosen), n=np.where(heavy, n / step, n)[chosen])
        return _Likelihood(self._law, part, self._effects, whole=self._whole)

    def starts(self) -> Iterator[Floats]:
        """Coordinates to start from: first what the law reads off all histories, then others around."""
        log_start = np.log([self._law.start(self._whole)[name] for name in self._law.parameters])
        start = np.concatenate([log_start, np.zeros(len(self._effects))])
        moves = np.random.default_rng(0).normal(0.0, 1.5, (6, len(self._law.parameters)))
        dropout = {name for name, _ in self._law.dropout_links}
        yield start
        # Customers who leave at once, or never.
        yield start - 4.0 * np.pad([name in dropout for name in self._law.parameters], (0, len(self._effects)))
        for move in moves:
            yield start + np.pad(move, (0, len(self._effects)))


class _Units:
    """Covariates are standardised, so that their origin and unit do not matter.

    Logarithms of parameters, and coefficients of the covariates as given, are ``turn @ coordinates``.
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


def fitted(
    law: Law, h: Histories, present: Sequence[Effect], *, priors: Mapping[str, Prior], what: str, with_draws: bool
) -> tuple[Maximum, float, Floats | None]:
    """Find the maximum in logarithms of parameters and in coefficients, log-likelihood there, draws if asked."""
    units = _Units(law, h, present)
    names = [*law.parameters, *(effect.name for effect in present)]
    prior = LogPrior(priors, names=names, turn=units.turn)
    posterior = Posterior(_Likelihood(law, units.scaled, present), prior)
    reach = np.where(np.arange(len(names)) < len(law.parameters), _FURTHEST_LOG, LARGEST_EFFECT)
    lower, upper = units.middle - reach, units.middle + reach
    found = maximum_of_many(posterior, n_rows=len(h), lower=lower, upper=upper, what=what)
    turned = found.turned(units.turn)
    if (np.abs(turned.at[: len(law.parameters)]) > _BEYOND_FLOATS).any():
        raise ConvergenceError(_BEYOND(model=what))
    drawn = None
    if with_draws:
        drawn = draws_of_many(posterior, found, n_rows=len(h), lower=lower, upper=upper, what=what)
    loglik = found.value - prior.at(found.at)[0]
    return turned, loglik, None if drawn is None else drawn @ units.turn.T
