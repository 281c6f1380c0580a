r"""Purchases that each take k exponential phases, while a coin after each decides whether the customer leaves.

With a gamma-distributed rate of the phases, their number in a time is negative binomial. The n-th purchase comes with
phase nk less those begun before; customers who make it have passed n - 1 coins, with probability
:math:`g_{n-1} = B(a, b+n-1) / B(a, b)`. All sums here have positive terms.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy.special import gammaln

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import log_rising
from crmkit.value._purchases._laws._beta_series import times_there

__all__ = ["discounted_for_ever", "expected_and_survival", "log_phases"]


# The terms left out are less than this share of the sum.
_LEFT = np.log(1e-15)
# In a shorter time nothing happens.
_NO_TIME = 1e-50
# The range over which the rate of phases is integrated, and its nodes.
_NOTHING = 46.0
_NODES = 128
# The code loops over phases, a million in a few seconds.
_MOST_PHASES = 10_000_000

_TOO_LONG: Final = Message(
    en="{@horizon} is so long that customers may pass {n:,} phases of purchases in it, more than {most:,}. "
    "Take a shorter one, and check that the customers' times are in days.",
    zh="{@horizon} 过长，客户可能经过 {n:,} 个购买阶段，超过 {most:,}。请缩短，并检查客户的时间是否以天计。",
)


def log_phases(i: Any, A: Floats, ratio: Floats) -> Floats:
    """Log probability of i phases in a time of ``ratio`` times the scale of a rate of shape A."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(i > 0, i * (np.log(ratio) - np.log1p(ratio)), 0.0)
    return np.asarray(log_rising(A, i) - gammaln(i + 1) + chance - A * np.log1p(ratio))


def expected_and_survival(
    A: Floats, ratio: Floats, a: Floats, b: Floats, *, k: int, begun: int
) -> tuple[Floats, Floats]:
    """Purchases expected, and the probability of being alive, after a time.

    Parameters
    ----------
    A : array of shape (n,)
        Shape of the gamma distribution of the rate.
    ratio : array of shape (n,)
        The time, in units of the distribution's scale; finite.
    a, b : arrays of shape (n,)
        Parameters of the beta distribution of the coin.
    k, begun : int
        Phases of a purchase, and those already passed of the first.

    Raises
    ------
    ValueError
        If more than ten million phases may be passed in the time.
    """
    expected, survival = np.zeros(len(A)), np.ones(len(A))
    order = np.flatnonzero(ratio > _NO_TIME)
    last = _last_phase(A[order], ratio[order], first=k - begun)
    order, last = order[np.argsort(-last, kind="stable")], -np.sort(-last)
    A, ratio, a, b = A[order], ratio[order], a[order], b[order]
    # From the last phase that counts down to none: small terms are added first, each derived from the one above.
    top = int(last.max(initial=0))
    if top > _MOST_PHASES:
        raise ValueError(_TOO_LONG(n=top, most=_MOST_PHASES))
    joined = np.searchsorted(-last, -np.arange(top + 1), side="right")
    phases = np.exp(log_phases(last, A, ratio))
    purchases = np.floor((last + begun) / k)
    passed = np.exp(log_rising(b, purchases) - log_rising(a + b, purchases))
    tail, in_block, bought, alive = (np.zeros(len(A)) for _ in range(4))
    back = (1 + ratio) / ratio
    for i in range(top, -1, -1):
        some = slice(joined[i])
        tail[some] += phases[some]
        in_block[some] += phases[some]
        n, rest = divmod(i + begun, k)
        if rest == 0 or i == 0:
            alive[some] += passed[some] * in_block[some]
            in_block[some] = 0.0
        if rest == 0 and n > 0:
            passed[some] *= (a[some] + b[some] + n - 1) / (b[some] + n - 1)
            bought[some] += passed[some] * tail[some]
        if i > 0:
            phases[some] *= i / (A[some] + i - 1) * back[some]
    expected[order], survival[order] = bought, np.minimum(alive, 1.0)
    return expected, survival


def _last_phase(A: Floats, ratio: Floats, *, first: int) -> Floats:
    """The phase after which the rest of the sums is negligible."""
    chance = ratio / (1 + ratio)
    peak = np.maximum(np.floor((A - 1) * ratio), first)
    top = log_phases(peak, A, ratio)
    last = peak + 4.0
    step = np.full(len(A), 8.0)
    going = np.arange(len(A))
    while len(going):
        # From here on terms fall by at least this factor; coins still to be passed only help.
        factor = chance[going] * np.maximum(1.0, (A[going] + last[going]) / (last[going] + 1))
        tail = log_phases(last[going], A[going], ratio[going]) - top[going] - 2 * np.log(np.maximum(1 - factor, 1e-300))
        going = going[tail > _LEFT]
        last[going] += step[going]
        step[going] = np.ceil(1.3 * step[going])
    return last


def discounted_for_ever(A: Floats, scale: Floats, a: Floats, b: Floats, rate: float, *, k: int, begun: int) -> Floats:
    r"""Purchases without end, each discounted.

    At a rate :math:`\lambda` of phases, one phase discounts by :math:`y = \lambda / (\lambda + \delta)`, and what is
    expected is :math:`y^{k-j} E_p[1 / (1 - (1-p) y^k)]`. The mean over the gamma distribution is a trapezoidal rule
    after the substitution :math:`\ln \lambda = \ln (A / c) + \sigma (v - e^{-v} + 1)`.

    Parameters
    ----------
    A, scale : arrays of shape (n,)
        Shape of the gamma distribution of the rate, and what it is divided by.
    a, b : arrays of shape (n,)
        Parameters of the beta distribution of the coin.
    rate : float
        Continuous rate of discounting, above 0.
    k, begun : int
        Phases of a purchase, and those already passed of the first.
    """
    sigma = 1 / np.sqrt(1 + A)
    low = -np.log(_NOTHING / (A * sigma) + 10)
    high = np.log1p((_NOTHING + 10 * np.sqrt(A)) / A) / sigma + 1
    v = low + (high - low) * np.linspace(0.0, 1.0, _NODES)[:, None]
    stretched = sigma * (v - np.exp(-v) + 1)
    log_weight = A * (stretched - np.expm1(stretched)) + np.log1p(np.exp(-v))
    weight = np.exp(log_weight - log_weight.max(axis=0))
    per_phase = np.logaddexp(0.0, np.log(rate * scale / A) - stretched)
    there = times_there(a + 0 * v, b + 0 * v, -np.expm1(-k * per_phase)).reshape(v.shape)
    values = np.exp(-(k - begun) * per_phase) * there
    return np.asarray((weight * values).sum(axis=0) / weight.sum(axis=0))
