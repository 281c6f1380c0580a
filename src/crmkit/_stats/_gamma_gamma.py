r"""Mean order values of customers who differ: the gamma-gamma law.

The amount of an order is gamma distributed with shape p and the customer's own rate, and the rates are gamma
distributed with shape q and rate g. Whoever made x orders of mean m has a rate from Gamma(q + p x, g + x m).
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from crmkit._arrays import Floats
from crmkit._stats._maximum import Maximum, maximise

__all__ = ["fit_gamma_gamma"]

# Shapes beyond these mean that all are alike, or that nothing can be told.
_LOWEST, _HIGHEST = -4.0, 8.0
_FURTHEST = 14.0


def fit_gamma_gamma(orders: Floats, means: Floats) -> Maximum:
    r"""Estimate ln p, ln q and ln g from the number of orders of each customer, from 1, and their mean, above 0.

    .. math:: f(m \mid x) = \frac{1}{B(px, q)} \frac{1}{m} \left(\frac{g}{g + mx}\right)^q
        \left(\frac{mx}{g + mx}\right)^{px}

    References
    ----------
    .. [1] Fader and Hardie (2013), "The gamma-gamma model of monetary value", formula 1a.
    """
    unit = float(np.exp(np.log(means).mean()))
    sums = orders * (means / unit)
    logs = np.log(sums)
    base = float(logs.sum() - np.log(orders).sum())
    distinct, n_customers = np.unique(orders, return_counts=True)

    def objective(at: Floats) -> tuple[float, Floats]:
        p, q, g = np.exp(at)
        below = np.log(g + sums)
        rest, share = float((at[2] - below).sum()), float(orders @ (logs - below))
        value = -(n_customers @ betaln(p * distinct, q)) + q * rest + p * share - base
        together = digamma(p * distinct + q)
        in_p = n_customers @ (distinct * (together - digamma(p * distinct))) + share
        in_q = n_customers @ (together - digamma(q)) + rest
        in_g = len(sums) * q / g - float(((p * orders + q) / (g + sums)).sum())
        return float(value), np.array([p * in_p, q * in_q, g * in_g])

    starts = [np.log([p, q, q * p]) for p, q in ((2.0, 3.0), (10.0, 3.0), (0.5, 2.0))]
    lower = np.array([_LOWEST, _LOWEST, -_FURTHEST])
    upper = np.array([_HIGHEST, _HIGHEST, 2 * _FURTHEST])
    found = maximise(objective, starts=starts, lower=lower, upper=upper, what="the spend of the first period")
    return found.turned(np.eye(3), np.array([0.0, 0.0, np.log(unit)]))
