r"""How customers differ in how often they buy a category: the NBD's M and K.

.. math:: P_n = \frac{\Gamma(K + n)}{\Gamma(K)\, n!} \frac{z^n}{(1 + z)^{K + n}}, \qquad z = M / K
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from crmkit._arrays import Floats
from crmkit._messages import Column, Message
from crmkit._stats import Maximum, digamma_step, log_rising, maximise
from crmkit.errors import SchemaError

__all__ = ["category_maximum", "of_mean_and_zeros"]

# Beyond these a shape counts as 0 or infinity.
_LOWEST, _HIGHEST = -25.0, 25.0
_SHAPES = (1.0, 0.1, 10.0)

_TOO_MANY: Final = Message(
    en="{penetration} is {b:.4g} where {frequency} is {w:.4g}: customers would buy more evenly than by chance, and no "
    "NBD has such figures (at most {limit:.4g}). Look at the length of the period of both, and whether the frequency "
    "is per buyer.",
    zh="{frequency}为 {w:.4g} 时{penetration}为 {b:.4g}：购买比随机还要均匀，NBD 无法给出这样的数（至多 {limit:.4g}）。"
    "请检查两者的统计期是否一致，以及频次是否按购买者计算。",
)


def of_mean_and_zeros(penetration: float, frequency: float, *, table: str) -> tuple[float, float]:
    """M and K of a category's penetration and purchases per buyer."""
    mean, log_zeros = penetration * frequency, np.log1p(-penetration)

    def off(log_shape: float) -> float:
        shape = np.exp(log_shape)
        return float(-shape * np.log1p(mean / shape) - log_zeros)

    if off(_HIGHEST) >= 0:
        names = {name: Column(table, f"category_{name}") for name in ("penetration", "frequency")}
        # The penetration of Poisson purchases with as many per buyer.
        limit = _poisson_penetration(frequency)
        raise SchemaError(_TOO_MANY(**names, b=penetration, w=frequency, limit=limit))
    return mean, float(np.exp(brentq(off, _LOWEST, _HIGHEST, xtol=1e-14, rtol=1e-14)))


def _poisson_penetration(frequency: float) -> float:
    """The share of those who buy anything if purchases are by chance, so many per buyer."""
    if frequency <= 1:
        return 0.0
    mean = brentq(lambda m: m - frequency * -np.expm1(-m), 1e-12, frequency + 1)
    return float(-np.expm1(-mean))


class _Category:
    """The log-likelihood of customers' purchases of a category, over ln M and ln K."""

    def __init__(self, totals: Floats, *, n_without: int, truncated: bool) -> None:
        self._n, self._count = np.unique(totals, return_counts=True)
        self._without, self._truncated = n_without, truncated
        self._mean = float(totals.sum()) / (len(totals) + n_without)
        self._constant = float(self._count @ gammaln(self._n + 1))

    def at(self, coordinates: Floats) -> tuple[float, Floats]:
        M, K = np.exp(coordinates)
        n, count, z = self._n, self._count, M / K
        grown = np.log1p(z)
        value = count @ (log_rising(K, n) + n * (np.log(z) - grown)) - self._constant
        in_M = count @ (n / (1 + z))
        in_K = count @ (K * digamma_step(K, n) - n / (1 + z))
        # Those with a purchase have the factor P_0 too; where nobody else is seen, it is divided by 1 - P_0.
        log_zero, to_M, to_K = -K * grown, -K * z / (1 + z), -K * grown + K * z / (1 + z)
        zeros = float(count.sum()) + self._without
        if self._truncated:
            value -= count.sum() * np.log(-np.expm1(log_zero))
            zeros /= -np.expm1(log_zero)
        value += log_zero * (count.sum() + self._without)
        return float(value), np.array([in_M + zeros * to_M, in_K + zeros * to_K])

    def starts(self) -> Iterator[Floats]:
        """The mean seen, with customers who differ more or less."""
        for shape in _SHAPES:
            yield np.log([self._mean, shape])


def category_maximum(totals: Floats, *, n_without: int, truncated: bool) -> Maximum:
    """Find ln M and ln K at which purchases of buyers, and the number of those without, are most likely."""
    likelihood = _Category(totals, n_without=n_without, truncated=truncated)
    ends = np.full(2, 30.0)
    return maximise(likelihood.at, starts=likelihood.starts(), lower=-ends, upper=ends, what="NBD")
