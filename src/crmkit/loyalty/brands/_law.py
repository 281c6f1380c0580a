r"""The NBD-Dirichlet law: what is to be expected of brands of a given share.

A customer buys the category at a rate of their own, gamma-distributed, and chooses among the brands with probabilities
of their own, Dirichlet-distributed. A brand is then chosen with a probability p from
:math:`\text{Beta}(S s, S (1 - s))`, where s is its share. Given p, everything follows from the generating function of
category purchases, :math:`G(u) = (1 + z (1 - u))^{-K}` with z = M / K. So each quantity is one mean over p, and no sum
over purchases is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from crmkit._arrays import Floats
from crmkit._stats import beta_mean, log_beta_mean, log_rising

__all__ = ["Dirichlet"]

# p below this counts as 0.
_TINY = 1e-250
# Of brands that together have all of the market the rest of it counts as this share.
_REST = 1e-14
# From this S on customers count as all alike; what they buy differs from that by less than 1e-7 of itself.
_ALIKE = 1e8


@dataclass(frozen=True)
class Dirichlet:
    """Parameters of the law.

    Attributes
    ----------
    M : float
        Mean number of category purchases of a customer, of those who buy nothing too.
    K : float
        Shape of the gamma distribution of the rates at which customers buy the category.
    S : float or array
        Sum of the parameters of the Dirichlet distribution: the lower, the more loyal customers are. One, or one for
        each brand.
    """

    M: float
    K: float
    S: float | Floats

    def over(self, n_periods: float) -> Dirichlet:
        """The law of so many periods."""
        return Dirichlet(self.M * n_periods, self.K, self.S)

    @property
    def buyers(self) -> float:
        """Share of customers who buy the category."""
        return float(-np.expm1(-self.K * np.log1p(self._z)))

    def penetration(self, share: Floats) -> Floats:
        """Share of customers who buy a brand."""

        def log_given(p: Floats, z: Floats) -> Floats:
            p = np.maximum(p, _TINY)
            return np.asarray(np.log(-np.expm1(-self.K * np.log1p(p * z)) / p))

        # Rounding may put what nearly all of the market has above all of it.
        return np.minimum(share * self._chosen(log_given, share, reach=max(self.K, 1.0) * self._z), self.buyers)

    def category_purchases(self, share: Floats) -> Floats:
        """Category purchases of the buyers of a brand, per customer."""

        def log_given(p: Floats, z: Floats) -> Floats:
            p = np.maximum(p, _TINY)
            with np.errstate(divide="ignore"):
                unlike = np.log1p(-p) - (self.K + 1) * np.log1p(p * z)
            return np.asarray(np.log(-np.expm1(unlike) / p))

        return self.M * share * self._chosen(log_given, share, reach=(self.K + 1) * self._z + 1)

    def sole_buyers(self, share: Floats) -> Floats:
        """Share of customers who buy a brand and no other."""

        def log_given(q: Floats, z: Floats) -> Floats:
            p = np.maximum(1 - q, _TINY)
            # If they buy without end, who chooses nothing else is sure to buy.
            with np.errstate(divide="ignore"):
                bought = -np.expm1(self.K * np.log1p(-p * (z / (1 + z))))
            return np.asarray(-self.K * np.log1p(z * q) + np.log(bought / p))

        return share * self._not_chosen(log_given, share, self.K)

    def sole_purchases(self, share: Floats) -> Floats:
        """Purchases of those who buy a brand and no other, per customer."""

        def log_given(q: Floats, z: Floats) -> Floats:
            return np.asarray(-(self.K + 1) * np.log1p(z * q))

        return self.M * share * self._not_chosen(log_given, share, self.K + 1)

    def purchases(self, n: Floats, share: float) -> Floats:
        """Share of customers who buy a brand n times each."""

        def log_given(p: Floats, n: Floats, z: Floats) -> Floats:
            return np.asarray(-(self.K + n) * np.log1p(p * z))

        a, rest = self._size * share, self._size * max(1 - share, _REST)
        ones = np.ones_like(n)
        mean = log_beta_mean(log_given, a + n, rest * ones, n, self._z * ones, falls=[(self.K + n, self._z * ones)])
        chosen = log_rising(a, n) - log_rising(a + rest, n)
        return np.asarray(np.exp(log_rising(self.K, n) - gammaln(n + 1) + n * np.log(self._z) + chosen + mean))

    def category(self, n: Floats) -> Floats:
        """Share of customers who buy the category n times each."""
        grown = np.log1p(self._z)
        return np.asarray(
            np.exp(log_rising(self.K, n) - gammaln(n + 1) + n * (np.log(self._z) - grown) - self.K * grown)
        )

    def buys_among(self, n: Floats, share: Floats) -> Floats:
        """Probability that a customer with n category purchases buys a brand; a row for each n."""
        rest = self._size * np.maximum(1 - share, _REST)
        n = n[:, None]
        return np.asarray(-np.expm1(log_rising(rest, n) - log_rising(self._size, n)))

    @property
    def _z(self) -> float:
        return self.M / self.K

    @property
    def _size(self) -> Any:
        return np.minimum(self.S, _ALIKE)

    def _chosen(self, log_given: object, share: Floats, *, reach: float) -> Floats:
        """Mean of f(p) / p times p, over the distribution of p, divided by the share; f / p falls like 1 / p."""
        z, ones = np.full(share.shape, self._z), np.ones_like(share)
        rest = self._size * np.maximum(1 - share, _REST)
        return beta_mean(log_given, self._size * share + 1, rest, z, falls=[(ones, reach * ones)])  # type: ignore[arg-type]

    def _not_chosen(self, log_given: object, share: Floats, power: float) -> Floats:
        """The same for a function of q = 1 - p that falls like a power of 1 + z q."""
        z, ones = np.full(share.shape, self._z), np.ones_like(share)
        rest = self._size * np.maximum(1 - share, _REST)
        return beta_mean(log_given, rest, self._size * share + 1, z, falls=[(power * ones, z)])  # type: ignore[arg-type]
