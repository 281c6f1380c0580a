r"""BG/BB: at each opportunity one coin decides whether the customer leaves before it, another whether they buy.

Of n opportunities x were used, the last of them the t_x-th. With :math:`z^{(k)} = \Gamma(z+k) / \Gamma(z)`,

.. math:: L = g(n) + \sum_{j=t_x}^{n-1} g(j) \frac{\gamma}{\gamma+\delta+j}, \quad
          g(j) = \frac{\alpha^{(x)} \beta^{(j-x)}}{(\alpha+\beta)^{(j)}} \frac{\delta^{(j)}}{(\gamma+\delta)^{(j)}}.

The terms of the sum are positive and fall with j; each follows from the one before.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import digamma_step, log_rising
from crmkit.value._purchases._laws._beta_series import times_there
from crmkit.value._purchases._laws._law import Gradient, Histories, Law, Values

__all__ = ["BETA_BINOMIAL"]

# The part of a sum left out is no more than this share of it.
_LEFT = 1e-16

_NOT_WHOLE: Final = Message(
    en="{@horizon} must be a whole number of opportunities, got {value!r}.",
    zh="{@horizon} 须为整数的机会次数，得到 {value!r}。",
)


class _BetaBinomial(Law):
    parameters = ("alpha", "beta", "gamma", "delta")

    def start(self, h: Histories) -> Values:
        x, t_x, n = h.x.values, h.t_x.values, h.T.values
        used = float((x @ h.n + 1) / (t_x @ h.n + 2))
        idle = float((n - t_x) @ h.n) / max(float(n @ h.n), 1.0)
        return {"alpha": used, "beta": 1 - used + 0.1, "gamma": 0.1 + idle, "delta": 1 + float(n.max(initial=1.0)) / 2}

    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        z, steps = _rising(p, h)
        log_alive, log_left = _log_terms(p, h, z, steps)
        total, gained, _ = _ends(p, h)
        with np.errstate(divide="ignore"):
            log_left = log_left + np.log(total)
        left = expit(log_left - log_alive)
        # Contribution of each gamma function of z to the gradient: if alive, and averaged over the ends if not.
        of_alive, of_left = digamma_step(z, steps)
        of_left[1:4] += gained[:3]
        of_left[4] += 1 / (z[4] + h.t_x.values) + gained[3]
        buys, misses, both, stays, coins = of_alive + left * (of_left - of_alive)
        return np.logaddexp(log_alive, log_left), {
            "alpha": buys - both,
            "beta": misses - both,
            "gamma": left / p["gamma"] - coins,
            "delta": stays - coins,
        }

    def alive(self, p: Values, h: Histories) -> Floats:
        log_alive, log_left = _log_terms(p, h, *_rising(p, h))
        with np.errstate(divide="ignore"):
            return np.asarray(expit(log_alive - log_left - np.log(_ends(p, h)[0])))

    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        x, n = h.x.values, h.T.values
        return self, {
            "alpha": p["alpha"] + x,
            "beta": p["beta"] + n - x,
            "gamma": p["gamma"] + 0 * x,
            "delta": p["delta"] + n,
        }

    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        alpha, beta, gamma, delta = (p[name] for name in self.parameters)
        x, n, alive = h.x.values, h.T.values, self.alive(p, h)
        inverse = _ends(p, h)[2]
        return {
            "purchase_probability": (alpha + x) * (alive / (alpha + beta + n) + (1 - alive) * inverse[1]),
            "dropout_probability": alive * gamma / (gamma + delta + n) + (1 - alive) * (gamma + 1) * inverse[3],
        }

    def survival(self, p: Values, t: Floats) -> Floats:
        _check_whole(t)
        return np.asarray(np.exp(log_rising(p["delta"], t) - log_rising(p["gamma"] + p["delta"], t)))

    def expected(self, p: Values, t: Floats) -> Floats:
        return self.discounted(p, t, 0.0)

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        _check_whole(t)
        gamma, delta, t = np.broadcast_arrays(p["gamma"], p["delta"], t)
        # How long a customer will be there depends on n alone: few cases.
        cases = np.column_stack([np.ravel(part) for part in (gamma, delta, t)])
        few, which = np.unique(cases, axis=0, return_inverse=True)
        there = _opportunities_there(few[:, 0], few[:, 1], few[:, 2], rate)[which.reshape(-1)].reshape(np.shape(t))
        return np.asarray(p["alpha"] / (p["alpha"] + p["beta"]) * there)

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        _check_whole(t)
        alpha, beta, gamma, delta, t = np.broadcast_arrays(*(p[name] for name in self.parameters), t)
        total = np.zeros(np.shape(t))
        bought = log_rising(alpha, n) - gammaln(n + 1)
        for j in range(n, int(t.max(initial=-1)) + 1):
            log_term = bought + gammaln(j + 1) - gammaln(j - n + 1) + log_rising(beta, j - n)
            log_term += log_rising(delta, j) - log_rising(alpha + beta, j) - log_rising(gamma + delta, j)
            # Before t they may leave with that many; at t they count whether or not they leave.
            chance = np.where(j < t, gamma / (gamma + delta + j), j == t)
            total += np.exp(log_term) * chance
        return np.asarray(total)

    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        _check_whole(np.asarray([horizon]))
        n = len(T)
        buys, leaves = rng.beta(p["alpha"], p["beta"], n), rng.beta(p["gamma"], p["delta"], n)
        x, t_x, later = np.zeros(n), np.zeros(n), np.zeros(n)
        here = np.ones(n, dtype=bool)
        alive_at_n = np.ones(n, dtype=bool)
        for number in range(1, int(T.max(initial=0) + horizon) + 1):
            here &= rng.random(n) >= leaves
            alive_at_n &= here | (number > T)
            used = here & (rng.random(n) < buys)
            early = used & (number <= T)
            x[early] += 1
            t_x[early] = number
            later[used & (number > T) & (number <= T + horizon)] += 1
        return {"frequency": x, "recency": t_x, "alive": alive_at_n, "holdout_purchases": later}


def _rising(p: Values, h: Histories) -> tuple[Floats, Floats]:
    """Arguments of the gamma functions and by how much they rise, to n (if alive) and to t_x: (5, n), (2, 5, n)."""
    alpha, beta, gamma, delta = (p[name] for name in BETA_BINOMIAL.parameters)
    x = h.x.values
    z = np.stack(np.broadcast_arrays(alpha, beta, alpha + beta, delta, gamma + delta, x)[:5]).astype(float)
    return z, np.array([[x, j - x, j, j, j] for j in (h.T.values, h.t_x.values)])


def _log_terms(p: Values, h: Histories, z: Floats, steps: Floats) -> Floats:
    """Logarithms of the likelihood of being alive at n, and of having left right after t_x: (2, n)."""
    buys, misses, both, stays, coins = np.moveaxis(log_rising(z, steps), 1, 0)
    logs = buys + misses - both + stays - coins
    logs[1] += np.log(p["gamma"]) - np.log(z[4] + h.t_x.values)
    return np.asarray(logs)


def _ends(p: Values, h: Histories) -> tuple[Floats, Floats, Floats]:
    """Go through the times j from t_x on at which each history may have ended.

    Returns
    -------
    total : array of shape (n,)
        The sum of their likelihoods as a share of the first; 0 where t_x is n.
    gained, inverse : arrays of shape (4, n)
        Means over j: of what the digamma functions of beta + j - x, alpha + beta + j, delta + j and
        gamma + delta + j + 1 have gained since t_x, and of the inverse of each.
    """
    alpha, beta, gamma, delta = (p[name] for name in BETA_BINOMIAL.parameters)
    x, t_x = h.x.values, h.t_x.values
    unused = h.T.values - t_x
    # The longest first: finished ones drop off the end.
    order = np.argsort(-unused, kind="stable")
    ends = np.broadcast_arrays(beta - x, alpha + beta, delta, gamma + delta + 1, x)[:4]
    z = (np.stack(ends) + t_x)[:, order]
    going = np.searchsorted(-unused[order], -np.arange(1, unused.max(initial=0) + 1), side="right")
    total, weight = np.zeros(len(h)), np.ones(len(h))
    gained, inverse, since = np.zeros(z.shape), np.zeros(z.shape), np.zeros(z.shape)
    for number in going:
        some = (slice(None), slice(number))
        share = weight[:number]
        total[:number] += share
        gained[some] += share * since[some]
        one = 1 / z[some]
        inverse[some] += share * one
        since[some] += one
        share *= z[0, :number] * one[1] * z[2, :number] * one[3]
        z[some] += 1
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    known = np.maximum(total, 1e-300)
    return total[back], (gained / known)[:, back], (inverse / known)[:, back]


def _opportunities_there(gamma: Floats, delta: Floats, t: Floats, rate: float) -> Floats:
    """Discounted number of opportunities up to t at which a customer is there."""
    if np.isinf(t).all():
        # A customer is there at the first with probability delta / (gamma + delta), and then delta is one more.
        return np.asarray(delta / (gamma + delta) * np.exp(-rate) * times_there(gamma, delta + 1, -np.expm1(-rate)))
    total, term = np.zeros(len(t)), np.ones(len(t))
    going = np.arange(len(t))
    number = 0
    while len(going):
        going = going[t[going] > number]
        term[going] *= (delta[going] + number) / (gamma[going] + delta[going] + number) * np.exp(-rate)
        total[going] += term[going]
        number += 1
        # No later term is larger than this one.
        going = going[term[going] * (t[going] - number) > _LEFT * total[going]]
    return total


def _check_whole(t: Floats) -> None:
    t = np.asarray(t)
    if (np.isfinite(t) & (t != np.floor(t))).any():
        raise ValueError(_NOT_WHOLE(value=float(t.flat[0])))


BETA_BINOMIAL = _BetaBinomial()
