r"""Renewals that are still to come, each discounted.

For a customer who has survived T renewals and whose next one is due now,

.. math:: \sum_{k=1}^{h} \frac{S(T + k)}{S(T)} v^{k - 1}.

The sum is taken in panels that double in length, each by a rule that is exact for polynomials of high degree.
"""

from __future__ import annotations

import math

import numpy as np

from crmkit.value._contracts._law import Floats, Law
from crmkit.value._contracts._sums import sum_rule

__all__ = ["residual_renewals"]

_SHORTEST = 40.0
# What may be left out, as a share of the sum.
_LEFT_OUT = 1e-13
_FURTHEST = 1e280


def residual_renewals(law: Law, tenure: Floats, *, discount: float, horizon: float) -> Floats:
    """Sum the renewals to come; v, the ``discount`` of one period, may be 1, and the ``horizon`` infinite.

    Raises
    ------
    ValueError
        If the sum is infinite, or its end too far away to be known.
    """
    for_ever = discount == 1 and horizon == math.inf
    if for_ever and law.alpha * law.c <= 1:
        raise ValueError(_needs_discount(f"renewals expected without end, as alpha * c is {law.alpha * law.c:.4g}"))
    total = np.zeros(len(tenure))
    begin = 1.0
    while begin <= min(horizon, _FURTHEST):
        # Over a panel the survival function must be as smooth as a power; c bends it.
        length = min(max(_SHORTEST, math.floor(begin / max(1.0, law.c))), horizon - begin + 1)
        nodes, weights = sum_rule(length)
        k = (begin + nodes)[:, None]
        total += weights @ (np.exp(law.log_survival(tenure, tenure + k)) * discount ** (k - 1))
        begin += length
        if discount < 1:
            # No later term is above the next one.
            rest = np.exp(law.log_survival(tenure, tenure + begin)) * discount ** (begin - 1) / (1 - discount)
            if (rest <= _LEFT_OUT * total).all():
                return total
        elif for_ever:
            rest, error = _tail(law, tenure, begin)
            if (error <= _LEFT_OUT * total).all():
                return np.asarray(total + rest)
    if for_ever:
        raise ValueError(_needs_discount("survival that falls too slowly to be added up"))
    return total


def _tail(law: Law, tenure: Floats, begin: float) -> tuple[Floats, Floats]:
    """The undiscounted terms from ``begin`` on as those of a power of time, by Euler and Maclaurin; and their error."""
    t = tenure + begin
    term, power, limit = np.exp(law.log_survival(tenure, t)), law.decay(t), law.alpha * law.c
    beyond = np.where(power > 1, power - 1, np.nan)
    rest = term * (t / beyond + 0.5 + power / (12 * t))
    error = rest * (np.abs(limit - power) / beyond + (power / t) ** 4)
    return rest, np.where(power > 1, error, np.inf)


def _needs_discount(why: str) -> str:
    return f"`discount_rate` must be above 0 where `horizon` is None, got 0 and {why}. Or give a horizon."
