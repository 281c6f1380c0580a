"""The log-likelihood of a table of contracts, and its maximum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import Maximum
from crmkit.value._priors import Prior
from crmkit.value._search import LogPrior, Posterior, draws, maximum
from crmkit.value.contracts._law import Law
from crmkit.value.contracts._table import Contracts

__all__ = ["Spans", "fitted"]

# The search goes over ln(alpha / beta), ln(beta) and ln(c). Where customers are all alike the likelihood keeps
# rising as beta grows: that is then a single coordinate, and the other two stay well determined.
_TO_LOGS = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
# Coordinates beyond these mean no more than 0 or infinity.
_LOWER, _UPPER = np.array([-30.0, -15.0, -10.0]), np.array([30.0, 30.0, 3.0])
# How much customers differ at the start of the search: alpha + beta.
_SIZES = (2.0, 0.3, 20.0, 500.0)
_POWERS = (1.0, 1.5, 0.7)


class Spans:
    """Spans between renewals, with the numbers of customers who survived each and who were lost in it.

    The likelihood of many customers is that of a few spans, which begin and end where some customer's history does.
    """

    def __init__(self, contracts: Contracts) -> None:
        known = contracts.known
        tenure, churned, n = contracts.tenure[known], contracts.churned[known], contracts.n[known]
        survived = tenure - churned
        self.end = np.unique(np.concatenate([tenure, survived, [0.0]]))[1:]
        self.begin = np.concatenate([[0.0], self.end[:-1]])
        size = len(self.end)
        self.lost = np.bincount(np.searchsorted(self.end, tenure[churned]), n[churned], minlength=size)
        last = np.searchsorted(self.end, survived, side="right")
        # Customers who survived k spans went through the first k.
        self.kept = np.bincount(last, n, minlength=size + 1)[::-1].cumsum()[::-1][1:]
        self.renewals = float(n @ tenure)

    def log_likelihood(self, law: Law) -> tuple[float, Floats]:
        """Log-likelihood, and its derivatives by the logarithms of alpha, beta and c."""
        through = law.log_survival(self.begin, self.end)
        with np.errstate(over="ignore"):
            gone = np.expm1(-through)
        value = self.kept @ through + self.lost @ np.log(-np.expm1(through))
        return float(value), law.slopes(self.begin, self.end) @ (self.kept - self.lost / gone)


class _Likelihood:
    """The likelihood of spans in the coordinates of the search."""

    def __init__(self, spans: Spans, *, n_parameters: int) -> None:
        self._spans, self._size = spans, n_parameters
        self.turn = _TO_LOGS[:n_parameters, :n_parameters]

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        value, slopes = self._spans.log_likelihood(Law(*np.exp(self.turn @ coordinates)))
        return value, slopes[: self._size] @ self.turn

    def starts(self) -> Iterator[Floats]:
        """Coordinates with the mean rate of loss that the table has."""
        spans = self._spans
        rate = float(np.clip(spans.lost.sum() / max(spans.renewals, 1.0), 1e-4, 1 - 1e-4))
        for size in _SIZES:
            for power in _POWERS:
                yield np.log([rate / (1 - rate), (1 - rate) * size, power])[: self._size]


def fitted(
    spans: Spans, names: Sequence[str], *, priors: Mapping[str, Prior], what: str
) -> tuple[Maximum, float, Floats | None]:
    """Find the maximum over the logarithms of the parameters named, the log-likelihood there, and draws."""
    likelihood = _Likelihood(spans, n_parameters=len(names))
    posterior = Posterior(likelihood, LogPrior(priors, names=names, turn=likelihood.turn))
    lower, upper = _LOWER[: len(names)], _UPPER[: len(names)]
    found = maximum(posterior, lower=lower, upper=upper, what=what)
    turned = found.turned(likelihood.turn)
    drawn = draws(posterior, found, lower=lower, upper=upper, what=what)
    loglik = spans.log_likelihood(Law(*np.exp(turned.at)))[0]
    return turned, loglik, None if drawn is None else drawn @ likelihood.turn.T
