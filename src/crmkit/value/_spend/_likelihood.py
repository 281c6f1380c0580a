"""The log-likelihood of many customers' amounts, in the coordinates that are searched, and its maximum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import digamma

from crmkit._arrays import Floats
from crmkit._stats import Maximum
from crmkit.value._priors import Prior
from crmkit.value._search import LARGEST_EFFECT, LogPrior, Posterior, draws_of_many, maximum_of_many
from crmkit.value._spend._amounts import Amounts
from crmkit.value._spend._law import departures, norming

__all__ = ["fitted", "log_likelihood"]

# Parameters beyond e^15 or below e^-15 mean no more than infinity or 0; v, measured by the mean amount, goes with
# either, so its bounds are twice as far.
_FURTHEST_LOGS = (15.0, 15.0, 30.0)
# Shares of the variance of log amounts that lie between customers, as starts.
_SHARES_BETWEEN = (0.5, 0.9, 0.1, 0.99, 0.01)
_LEAST_VARIANCE = 1e-4
# Rows at a time: intermediate results stay in the cache, and sums on one core.
_BLOCK = 8_192


@dataclass(frozen=True)
class _Units:
    """Units of amounts and covariates during the search, so that currency and origin do not matter.

    Logarithms of parameters, and coefficients, are ``turn @ scaled + shift``.
    """

    money: float
    turn: Floats
    shift: Floats

    @classmethod
    def of(cls, amounts: Amounts) -> tuple[_Units, Amounts]:
        """Measure amounts by their mean, covariates by their standard deviation from theirs."""
        n = amounts.n
        money = float(n @ amounts.m / n.sum())
        centres = n @ amounts.extra / n.sum()
        spreads = np.std(amounts.extra, axis=0)
        spreads[spreads == 0] = 1.0
        turn = np.diag([1.0, 1.0, 1.0, *(1 / spreads)])
        turn[2, 3:] = -centres / spreads
        shift = np.array([0.0, 0.0, np.log(money), *np.zeros(len(centres))])
        scaled = replace(amounts, m=amounts.m / money, extra=(amounts.extra - centres) / spreads)
        return cls(money, turn, shift), scaled


class _Likelihood:
    """Log-likelihood of scaled amounts, and its gradient, by log p, log q, log v and coefficients."""

    def __init__(self, amounts: Amounts) -> None:
        self._amounts = amounts
        self._parts = (amounts.x, amounts.m, amounts.n, amounts.extra)
        of_row, self._distinct_x = pd.factorize(amounts.x)
        self._n_of_x = np.bincount(of_row, weights=amounts.n)
        self._log_amounts = float(amounts.n @ np.log(amounts.m))

    def at(self, scaled: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(scaled[:3])
        share = rest = 0.0
        in_v = np.zeros(len(scaled) - 2)
        for block in range(0, len(self._amounts.x), _BLOCK):
            rows = slice(block, block + _BLOCK)
            x, m, n, z = (part[rows] for part in self._parts)
            own = v * np.exp(z @ scaled[3:]) if len(scaled) > 3 else v
            of_share, of_rest, of_v = departures(m, x, p=p, q=q, v=own)
            share += float((n * x) @ of_share)
            rest += float(n @ of_rest)
            of_v *= n
            in_v += [of_v.sum(), *(of_v @ z)]
        norm, norm_in_p, norm_in_q = (float(self._n_of_x @ part) for part in norming(self._distinct_x, p=p, q=q))
        gradient = np.array([p * (norm_in_p - share), q * (norm_in_q - rest), *in_v])
        return norm - p * share - q * rest - self._log_amounts, gradient

    def sample(self, step: int) -> _Likelihood:
        """One customer in ``step``, a fair sample because they are ordered by what they spend."""
        return _Likelihood(self._amounts.part(slice(step // 2, None, step)))

    def starts(self) -> Iterator[Floats]:
        """Parameters under which the logarithms of amounts have the mean and variance that they have."""
        x, n = self._amounts.x, self._amounts.n / self._amounts.n.sum()
        logs = np.log(self._amounts.m)
        mean = float(n @ logs)
        variance = max(float(n @ (logs - mean) ** 2), _LEAST_VARIANCE)
        for between in _SHARES_BETWEEN:
            p = _with_trigamma((1 - between) * variance) * float(n @ (1 / x))
            q = _with_trigamma(between * variance)
            log_v = mean + digamma(q) - float(n @ (digamma(p * x) - np.log(x)))
            yield np.array([np.log(p), np.log(q), log_v, *np.zeros(self._amounts.extra.shape[1])])


class _FiniteMean:
    """A log-likelihood in which log(q - 1) stands for log q, so that the mean of all customers is finite."""

    def __init__(self, likelihood: Posterior[_Likelihood]) -> None:
        self._likelihood = likelihood

    def at(self, searched: Floats) -> tuple[float, Floats]:
        value, gradient = self._likelihood.at(_bent(searched))
        return value, gradient * _slope(searched)

    def sample(self, step: int) -> _FiniteMean:
        return _FiniteMean(self._likelihood.sample(step))

    def starts(self) -> Iterator[Floats]:
        """Those of the likelihood; one that has no finite mean moves to where it has."""
        for start in self._likelihood.starts():
            searched = start.copy()
            searched[1] = np.log(np.expm1(max(start[1], np.log(2.0))))
            yield searched


def fitted(
    repeaters: Amounts,
    *,
    finite_mean: bool,
    priors: Mapping[str, Prior],
    names: Sequence[str],
    what: str,
    with_draws: bool,
) -> tuple[Maximum, float, Floats | None]:
    """Find the maximum, by logarithms of parameters and coefficients, the log-likelihood there, and draws if asked."""
    units, scaled_amounts = _Units.of(repeaters)
    full = _Likelihood(scaled_amounts)
    posterior = Posterior(full, LogPrior(priors, names=names, turn=units.turn, shift=units.shift))
    reach = np.array([*_FURTHEST_LOGS, *[LARGEST_EFFECT] * (len(names) - 3)])
    likelihood = _FiniteMean(posterior) if finite_mean else posterior
    n_rows = len(repeaters.x)
    found = maximum_of_many(likelihood, n_rows=n_rows, lower=-reach, upper=reach, what=what)
    drawn = None
    if with_draws:
        drawn = draws_of_many(likelihood, found, n_rows=n_rows, lower=-reach, upper=reach, what=what)
    if drawn is not None:
        drawn = (_bent(drawn.T).T if finite_mean else drawn) @ units.turn.T + units.shift
    searched = found.at
    scaled = _bent(searched) if finite_mean else searched.copy()
    loglik = full.at(scaled)[0] - float(repeaters.n.sum()) * np.log(units.money)
    if finite_mean and found.undetermined[1] and searched[1] < 0:
        # The likelihood keeps rising towards q = 1, where the mean is infinite.
        scaled[1] = 0.0
    turned = found.turned(units.turn * _slope(searched) if finite_mean else units.turn)
    return replace(turned, at=units.turn @ scaled + units.shift), float(loglik), drawn


def log_likelihood(repeaters: Amounts, coordinates: Floats) -> float:
    """Log-likelihood at logarithms of parameters, and coefficients."""
    units, scaled_amounts = _Units.of(repeaters)
    scaled: Floats = np.asarray(np.linalg.solve(units.turn, coordinates - units.shift), dtype=np.float64)
    return float(_Likelihood(scaled_amounts).at(scaled)[0] - repeaters.n.sum() * np.log(units.money))


def _bent(searched: Floats) -> Floats:
    """Coordinates of the likelihood, log q instead of log(q - 1)."""
    scaled = searched.copy()
    scaled[1] = np.logaddexp(0.0, searched[1])
    return scaled


def _slope(searched: Floats) -> Floats:
    """Derivatives of `_bent`, each by its own coordinate."""
    slope = np.ones_like(searched)
    slope[1] = 1 / (1 + np.exp(-searched[1]))
    return slope


def _with_trigamma(value: float) -> float:
    """Invert the trigamma function, roughly: it is some 1 / z + 1 / (2 z^2)."""
    return float((1 + np.sqrt(1 + 2 * value)) / (2 * value))
