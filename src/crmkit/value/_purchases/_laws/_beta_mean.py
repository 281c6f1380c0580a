r"""Means over a beta-distributed probability of dropping out.

Given that probability p, what a customer with gamma-distributed purchase rate does is a power of
:math:`1 + p z`; the closed forms of its mean over p are hypergeometric functions that cancel (a = 1) or leave their
domain (a + b < 1). The sums here have positive terms only.
"""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import beta_mean, unit_rule

__all__ = ["discounted_purchases", "expected_purchases", "power_mean"]


# exp(-40) is negligible beside 1, and p below this counts as 0.
_NOTHING = 40.0
_TINY = 1e-250
# In a shorter time nothing happens.
_NO_TIME = 1e-50
_TIMES = 32


def power_mean(A: Floats, z: Floats, a: Floats, b: Floats) -> Floats:
    """Mean of (1 + p z)^(-A) over p from Beta(a, b)."""

    def log_given(p: Floats, A: Floats, z: Floats) -> Floats:
        return np.asarray(-A * np.log1p(p * z))

    A, z, a, b = _arrays(A, z, a, b)
    return np.minimum(beta_mean(log_given, a, b, A, z, falls=[(A, z)]), 1.0)


def expected_purchases(A: Floats, z: Floats, a: Floats, b: Floats) -> Floats:
    """Mean of (1 - (1 + p z)^(-A)) / p: purchases in a time of z times the scale of the purchase rate."""

    def log_given(p: Floats, A: Floats, z: Floats) -> Floats:
        p = np.maximum(p, _TINY)
        return np.asarray(np.log(-np.expm1(-A * np.log1p(p * z)) / p))

    A, z, a, b = _arrays(A, z, a, b)
    # From A z at p = 0 on, it falls like 1 / p.
    falls = [(np.ones_like(A), np.maximum(A, 1.0) * z)]
    return np.where(z > _NO_TIME, beta_mean(log_given, a, b, A, np.where(z > _NO_TIME, z, 1.0), falls=falls), 0.0)


def discounted_purchases(A: Floats, z: Floats, a: Floats, b: Floats, rate: Floats) -> Floats:
    r"""Purchases in a time of z times the scale, which may be infinite, discounted at a rate per scale.

    Given p, with :math:`e^s = 1 + p u`, they are :math:`\frac{A}{p} \int_0 e^{-As - (e^s - 1) rate / p} ds`.
    """

    def log_given(p: Floats, A: Floats, z: Floats, rate: Floats) -> Floats:
        p = np.maximum(p, _TINY)
        end = np.minimum(np.log1p(p * z), np.log1p(_NOTHING * p / np.maximum(rate, _TINY)))
        end = np.minimum(end, _NOTHING / A)
        faster = rate / p
        total = np.zeros_like(p)
        for node, weight in zip(*unit_rule(_TIMES), strict=True):
            s = node * end
            total += weight * np.exp(-A * s - faster * np.expm1(s))
        return np.asarray(np.log(A * end / p * total))

    A, z, a, b, rate = _arrays(A, z, a, b, rate)
    reach = np.minimum(z, 1 / np.maximum(rate, _TINY))
    falls = [(np.ones_like(A), np.maximum(A, 1.0) * reach)]
    return np.where(z > _NO_TIME, beta_mean(log_given, a, b, A, np.where(z > _NO_TIME, z, 1.0), rate, falls=falls), 0.0)


def _arrays(*given: Floats) -> list[Floats]:
    return [np.array(part, dtype=float) for part in np.broadcast_arrays(*given)]
