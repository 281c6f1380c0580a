r"""Counts of customers who buy at constant rates that differ between them: the negative binomial distribution.

Rates are gamma distributed with shape r and rate a, in units of the period. Whoever made x purchases in one period
has, if nothing changes, a rate from Gamma(r + x, a + 1).
"""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats._gamma import digamma_step, log_rising
from crmkit._stats._maximum import Maximum, maximise

__all__ = ["fit_truncated_nbd"]

# Beyond these r and a the law is the logarithmic series, or that of Poisson, to four digits.
_LOWEST, _HIGHEST = -7.0, 9.0


def fit_truncated_nbd(counts: Floats, n_customers: Floats) -> Maximum:
    r"""Estimate ln r and ln a from purchases in a period, where those who made none are not known.

    .. math:: P(x \mid x \ge 1) = \frac{\Gamma(r+x)}{\Gamma(r)\, x!} \frac{a^r}{(a+1)^{r+x}} \Big/ \left(1 -
        \left(\frac{a}{a+1}\right)^r\right)

    Parameters
    ----------
    counts : array
        Distinct numbers of purchases, from 1.
    n_customers : array
        Customers with each.

    References
    ----------
    .. [1] Sampford (1955), "The Truncated Negative Binomial Distribution", *Biometrika* 42.
    """
    n, total = n_customers.sum(), n_customers @ counts

    def objective(at: Floats) -> tuple[float, Floats]:
        r, a = np.exp(at)
        # Logarithm of the chance of a purchase less, and of none at all.
        drop = -np.log1p(1 / a)
        seen = -np.expm1(r * drop)
        value = n_customers @ log_rising(r, counts) + n * (r * drop - np.log(seen)) - total * np.log1p(a)
        in_r = n_customers @ digamma_step(r, counts) + n * drop / seen
        in_a = n * r / (a * (a + 1)) / seen - total / (a + 1)
        return float(value), np.array([r * in_r, a * in_a])

    mean = total / n
    starts = [np.array([np.log(r), np.log(max(r / mean, 1e-3))]) for r in (1.0, 0.1, 20.0)]
    bounds = np.full(2, _LOWEST), np.full(2, _HIGHEST)
    return maximise(objective, starts=starts, lower=bounds[0], upper=bounds[1], what="the NBD of the first period")
