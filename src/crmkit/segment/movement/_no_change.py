"""What customers would do in a second period if nothing changed: the null of no change."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats import Maximum, fit_gamma_gamma, fit_truncated_nbd

__all__ = ["NoChange"]

# Logarithms of parameters stay where their laws can be computed.
_FURTHEST: Final = 40.0


class NoChange(NamedTuple):
    """The rates of a first period, and what each customer did in it, from which second periods are drawn.

    ``ratio`` is the length of the second period in units of the first.
    """

    orders: Floats
    spend: Floats
    n_days: int
    ratio: float
    rates: Maximum
    amounts: Maximum | None

    @classmethod
    def fitted(cls, orders: Floats, spend: Floats, *, n_days: int, ratio: float) -> NoChange:
        """Learn from those who ordered in the first period; money is missing throughout where there are no prices."""
        counts, n_customers = np.unique(orders, return_counts=True)
        rates = fit_truncated_nbd(counts, n_customers.astype(np.float64))
        # Whoever got back as much as they paid tells nothing of what an order is worth.
        paid = spend > 0
        amounts = fit_gamma_gamma(orders[paid], spend[paid] / orders[paid]) if paid.any() else None
        return cls(orders, spend, n_days, ratio, rates, amounts)

    def drawn(self, rng: np.random.Generator) -> pd.DataFrame:
        """Draw a second period, under parameters that are as uncertain as they are."""
        r, a = _parameters(self.rates, rng)
        rate = rng.standard_gamma(r + self.orders) * (self.ratio / (a + 1))
        n = rng.poisson(rate)
        bought = n > 0
        spend = np.where(bought, np.nan, 0.0) if self.amounts is None else self._spend(n, rng)
        # The last of n moments that are even over the period.
        since = np.floor(self.n_days * -np.expm1(np.log(rng.random(len(n))) / np.maximum(n, 1)))
        return pd.DataFrame(
            {"n_orders": n, "spend": spend, "days_since_last": np.where(bought, since, np.nan)}, copy=False
        )

    def _spend(self, n: Floats, rng: np.random.Generator) -> Floats:
        if self.amounts is None:
            return np.full(len(n), np.nan)
        p, q, g = _parameters(self.amounts, rng)
        known = self.spend > 0
        shape = q + p * np.where(known, self.orders, 0.0)
        rate = rng.standard_gamma(shape) / (g + np.where(known, self.spend, 0.0))
        # A rate that underflows is that of a customer whose orders have no bound.
        return np.asarray(rng.standard_gamma(p * n) / np.maximum(rate, np.finfo(float).tiny))


def _parameters(found: Maximum, rng: np.random.Generator) -> Floats:
    """Draw parameters around the maximum; those that the data do not determine stay where they are."""
    if found.ridges.size:
        return np.exp(found.at)
    root = np.linalg.cholesky(found.covariance)
    drawn = found.at + root @ rng.standard_normal(len(found.at))
    return np.exp(np.clip(drawn, -_FURTHEST, _FURTHEST))
