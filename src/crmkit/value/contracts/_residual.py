r"""Renewals still to come, each discounted.

For a customer who has survived T renewals and whose next one is due now,

.. math:: \sum_{k=1}^{h} \frac{S(T + k)}{S(T)} v^{k - 1}.

The sum is taken in panels that double in length, each by a rule that is exact for polynomials of high degree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Message, Said
from crmkit.value.contracts._law import Law
from crmkit.value.contracts._sums import sum_rule

__all__ = ["check_finite", "residual_renewals"]

_SHORTEST = 40.0
# Share of the sum that may be left out.
_LEFT_OUT = 1e-13
_FURTHEST = 1e280
# Up to so many renewals, retention is computed once for all tenures, which makes sums over them cheap.
_MOST_SHARED = 400

_INFINITE: Final = Message(
    en="{@discount_rate} must be above 0 where {@horizon} is None, got 0 and {why}. Or give a horizon.",
    zh="{@horizon} 为 None 时 {@discount_rate} 须大于 0，得到 0，而{why}。也可给出期限。",
)
_ENDLESS: Final = Message(
    en="renewals expected without end, as alpha * c is {power:.4g}", zh="预期续约次数无限（alpha * c 为 {power:.4g}）"
)
_TOO_SLOW: Final = Message(en="survival that falls too slowly to be added up", zh="留存下降过慢，无法求和")


def residual_renewals(law: Law, tenure: Floats, *, discount: float, horizon: float) -> Floats:
    """Sum the renewals to come; v, the ``discount`` of one period, may be 1, and the ``horizon`` infinite.

    The result is nan where the sum is infinite or converges too slowly. Under a law with parameters of shape
    (n_draws, 1) the sums are of shape (n_draws, n_tenures), and the tenures must ascend.
    """
    if np.ndim(law.alpha) == 0:
        return _summed(law, tenure, discount=discount, horizon=horizon)
    if horizon <= _MOST_SHARED:
        following = np.arange(1.0, horizon + 1)[:, None] + tenure
        renewals, places = np.unique(following, return_inverse=True)
        if len(renewals) <= _MOST_SHARED:
            retention = np.exp(law.log_survival(renewals - 1, renewals))
            return _nested(retention, places.reshape(following.shape), discount=discount)
    flat = Law(*(np.ravel(parameter) for parameter in (law.alpha, law.beta, law.c)))
    sums = np.empty((len(law.alpha), len(tenure)))  # type: ignore[arg-type]
    for at in reversed(range(len(tenure))):
        begin = np.full(len(sums), tenure[at])
        if horizon < math.inf or at == len(tenure) - 1:
            sums[:, at] = _summed(flat, begin, discount=discount, horizon=horizon)
        else:
            # What comes until the next tenure, and what is known of that.
            gap = float(tenure[at + 1] - tenure[at])
            sums[:, at] = _summed(flat, begin, discount=discount, horizon=gap)
            sums[:, at] += np.exp(flat.log_survival(begin, begin + gap)) * discount**gap * sums[:, at + 1]
    return sums


def _nested(retention: Floats, places: npt.NDArray[np.intp], *, discount: float) -> Floats:
    """Sum from the last renewal to the first: each brings its retention rate times one and what follows it."""
    sums = np.zeros((len(retention), places.shape[1]))
    for place in places[::-1]:
        sums = retention[:, place] * (1 + discount * sums)
    return sums


def _summed(law: Law, tenure: Floats, *, discount: float, horizon: float) -> Floats:
    """Sum the renewals to come, under one law or as many as there are tenures."""
    for_ever = discount == 1 and horizon == math.inf
    endless = for_ever & (np.asarray(law.alpha * law.c) <= 1)
    if endless.all():
        return np.full(len(tenure), np.nan)
    steepest = float(np.max(law.c, initial=1.0))
    total = np.zeros(len(tenure))
    begin = 1.0
    while begin <= min(horizon, _FURTHEST):
        # Over a panel the survival function must be as smooth as a power; c bends it.
        length = min(max(_SHORTEST, math.floor(begin / steepest)), horizon - begin + 1)
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
            settled = error <= _LEFT_OUT * total
            if (settled | endless).all():
                return np.where(endless, np.nan, total + rest)
    return np.where(settled, total + rest, np.nan) if for_ever else total


def check_finite(renewals: Iterable[Floats], law: Law) -> None:
    """Raise where a sum of renewals is infinite, or converges too slowly to be computed."""
    if any(np.isnan(each).any() for each in renewals):
        power = float(law.alpha * law.c)
        raise ValueError(_INFINITE(why=_why(power)))


def _tail(law: Law, tenure: Floats, begin: float) -> tuple[Floats, Floats]:
    """The undiscounted terms from ``begin`` on as those of a power of time, by Euler and Maclaurin; and their error."""
    t = tenure + begin
    term, power, limit = np.exp(law.log_survival(tenure, t)), law.decay(t), law.alpha * law.c
    beyond = np.where(power > 1, power - 1, np.nan)
    rest = term * (t / beyond + 0.5 + power / (12 * t))
    error = rest * (np.abs(limit - power) / beyond + (power / t) ** 4)
    return rest, np.where(power > 1, error, np.inf)


def _why(power: float) -> Said:
    if power <= 1:
        return _ENDLESS(power=power)
    return _TOO_SLOW()
