"""The log-likelihood of many customers' gaps in the coordinates of the search, and its maximum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import Maximum
from crmkit._time_units import TimeUnit
from crmkit.value._priors import Prior
from crmkit.value._purchases._gap_sums import log_gaps_of_rows
from crmkit.value._purchases._histories import Histories, read_histories
from crmkit.value._search import LogPrior, Posterior, draws_of_many, maximum_of_many
from crmkit.value.rhythm._gap_law import likelihood

__all__ = ["fitted", "log_likelihood", "with_log_gaps"]

_LOG_GAPS: Final = "log_gap_mean"
# A parameter so far from what is usual means no more than infinity or 0; gaps of ten thousand phases are all alike.
_FURTHEST: Final = {"r": 15.0, "alpha": 15.0, "k": 9.0, "a": 15.0, "b": 15.0}
_USUAL: Final = {"r": 1.0, "k": 1.0, "a": 1.0, "b": 3.0}
_SPREAD: Final = 1.5
_MORE_STARTS: Final = 6


class _Likelihood:
    """By the logarithms of the parameters."""

    def __init__(self, h: Histories, names: Sequence[str], *, whole: Histories | None = None) -> None:
        self._h, self._names, self._whole = h, names, h if whole is None else whole

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        """Log-likelihood, and its gradient."""
        p = dict(zip(self._names, np.exp(coordinates).tolist(), strict=True))
        each, slopes = _of_each(p, self._h)
        return float(self._h.n @ each), np.array([float(self._h.n @ slopes[name]) for name in self._names])

    def sample(self, step: int) -> _Likelihood:
        """About one in ``step`` of the histories, with a ``step``-th of the likelihood.

        Histories that many customers share are always in it, with fewer customers.
        """
        n = self._h.n
        heavy = n > step * n.mean()
        chosen = np.concatenate([np.flatnonzero(heavy), np.flatnonzero(~heavy)[step // 2 :: step]])
        part = replace(self._h.part(chosen), n=np.where(heavy, n / step, n)[chosen])
        return _Likelihood(part, self._names, whole=self._whole)

    def starts(self) -> Iterator[Floats]:
        """Coordinates to start from: first the mean gap of all, then others around."""
        start = np.log([_start(self._whole)[name] for name in self._names])
        yield start
        for move in np.random.default_rng(0).normal(0.0, _SPREAD, (_MORE_STARTS, len(start))):
            yield start + move


def with_log_gaps(customers: Any, *, time_unit: TimeUnit) -> Histories:
    """Read histories with the mean, over the customers who share each, of the sums of the logarithms of their gaps."""
    h = read_histories(customers, time_unit=time_unit)
    n, gaps = log_gaps_of_rows(customers, time_unit=time_unit)
    of_row = h.of_row[h.of_row >= 0]
    sums = np.bincount(of_row, weights=n * gaps, minlength=len(h))
    return replace(h, extra={_LOG_GAPS: sums / np.where(h.n > 0, h.n, 1.0)})


def log_likelihood(p: Mapping[str, float], h: Histories) -> float:
    """Log-likelihood of all histories together."""
    return float(h.n @ _of_each(p, h)[0])


def fitted(
    h: Histories, names: Sequence[str], *, priors: Mapping[str, Prior], what: str
) -> tuple[Maximum, float, Floats | None]:
    """Find the maximum over the logarithms of the parameters named, the log-likelihood there, and draws."""
    prior = LogPrior(priors, names=names, turn=np.eye(len(names)))
    found_in = Posterior(_Likelihood(h, names), prior)
    # Bounds lie around what is usual, whatever the unit of time.
    middle = np.array([np.log(_start(h)["alpha"]) if name == "alpha" else 0.0 for name in names])
    reach = np.array([_FURTHEST[name] for name in names])
    lower, upper = middle - reach, middle + reach
    found = maximum_of_many(found_in, n_rows=len(h), lower=lower, upper=upper, what=what)
    drawn = draws_of_many(found_in, found, n_rows=len(h), lower=lower, upper=upper, what=what)
    return found, found.value - prior.at(found.at)[0], drawn


def _of_each(p: Mapping[str, float], h: Histories) -> tuple[Floats, dict[str, Floats]]:
    ll, slopes = likelihood(p, h, leaving="a" in p)
    gaps = h.extra[_LOG_GAPS]
    return ll + (p["k"] - 1) * gaps, slopes | {"k": slopes["k"] + p["k"] * gaps}


def _start(h: Histories) -> dict[str, float]:
    """As if everybody bought at random, until their last purchase."""
    x = h.x.values
    watched = np.where(x > 0, h.t_x.values, h.T.values)
    return {**_USUAL, "alpha": float((watched @ h.n + 1) / (x @ h.n + 1))}
