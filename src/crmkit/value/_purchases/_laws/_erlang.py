r"""BG/CNBD-k and MBG/CNBD-k: as BG/NBD and MBG/NBD, but a purchase takes k exponential phases.

With A = r + kx, and m = 0 or 1 coins before the first repeat purchase, the likelihood is

.. math:: L = \frac{\prod_i g_i^{k-1}}{\Gamma(k)^x} \frac{\Gamma(A)}{\Gamma(r)} \frac{B(a, b+x+m)}{B(a, b)}
          \frac{\alpha^r}{(\alpha+T)^A} (S_1 + S_2), \quad
          S_1 = \frac{a}{b+x+m-1} \left(\frac{\alpha+T}{\alpha+t_x}\right)^A, \quad
          S_2 = \sum_{j=0}^{k-1} \frac{\Gamma(A+j)}{\Gamma(A) j!} \left(\frac{T-t_x}{\alpha+T}\right)^j,

without the first term for BG at x = 0. Those alive at T have passed j phases since the last purchase with a
probability in proportion to the j-th term of the second sum; their rate has then shape A + j. The times g between
purchases do not involve the parameters: their factor is left to the model.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit, gammaln

from crmkit._arrays import Floats
from crmkit._stats import digamma_step, log_beta_step, log_rising, log_rule
from crmkit.value._purchases._laws._law import Gradient, Histories, Law, Values
from crmkit.value._purchases._laws._phases import discounted_for_ever, expected_and_survival, log_phases

__all__ = ["erlang_law"]

# exp(-48) is negligible beside 1.
_NOTHING = 48.0


class _BetaGeoErlang(Law):
    parameters = ("r", "alpha", "a", "b")
    time_powers: ClassVar = {"alpha": 1}
    purchase_links = (("alpha", -1),)
    dropout_links = (("a", 1), ("b", 1))

    def __init__(self, k: int, *, first_coin: int) -> None:
        self._k, self._m = k, first_coin
        # Customers who have waited long have passed phases, unless there is only one.
        self.forgets_recency = k == 1

    def start(self, h: Histories) -> Values:
        x, T = h.x.values, h.T.values
        watched = np.where(x > 0, h.t_x.values, T)
        rate = self._k * (x @ h.n + 1) / (watched @ h.n + 1)
        return {"r": 1.0, "alpha": 1 / rate, "a": 1.0, "b": 3.0}

    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        r, alpha, a, b = (p[name] for name in self.parameters)
        k, m, x = self._k, self._m, h.x.values
        A, end, last = r + k * x, alpha + h.T.values, alpha + h.t_x.values
        terms = self._waiting(p, h)
        stages = np.exp(terms - terms.max(axis=0))
        log_waiting = terms.max(axis=0) + np.log(stages.sum(axis=0))
        stages /= stages.sum(axis=0)
        later = np.log(end) - np.log(last)
        u = self._log_left(p, h) - log_waiting
        left = expit(u)
        of_x, in_r, in_a, in_b = h.x.each(_terms_in_x, r, a, b, k, m)
        begun = np.arange(k)[:, None]
        in_A = (stages * digamma_step(A, begun)).sum(axis=0)
        mean_begun = (stages * begun).sum(axis=0)
        # Before the first coin b + x + m - 1 has no meaning; left is 0 there.
        thrown = np.where(x + m > 0, b + (x + m - 1), 1.0)
        ll = of_x + r * np.log(alpha) - A * np.log(end) + log_waiting + np.logaddexp(0.0, u)
        return ll, {
            "r": in_r + np.log(alpha) - np.log(end) + left * later + (1 - left) * in_A,
            "alpha": r / alpha - A * (1 / end - left * (1 / end - 1 / last)) - (1 - left) * mean_begun / end,
            "a": in_a + left / a,
            "b": in_b - left / thrown,
        }

    def alive(self, p: Values, h: Histories) -> Floats:
        return np.asarray(expit(np.logaddexp.reduce(self._waiting(p, h), axis=0) - self._log_left(p, h)))

    def _log_left(self, p: Values, h: Histories) -> Floats:
        """Logarithm of the first sum."""
        x, m = h.x.values, self._m
        coins = np.where(x + m > 0, p["b"] + (x + m - 1), np.inf)
        later = np.log(p["alpha"] + h.T.values) - np.log(p["alpha"] + h.t_x.values)
        return np.asarray(np.log(p["a"]) - np.log(coins) + (p["r"] + self._k * x) * later)

    def _waiting(self, p: Values, h: Histories) -> Floats:
        """Logarithms of the terms of the second sum, shape (k, n)."""
        t_x, T = h.t_x.values, h.T.values
        A, begun = p["r"] + self._k * h.x.values, np.arange(self._k)[:, None]
        with np.errstate(divide="ignore"):
            chance = np.log(T - t_x) - np.log(p["alpha"] + T)
        powers = np.where(begun > 0, np.maximum(begun, 1) * chance, 0.0)
        return np.asarray(log_rising(A, begun) - gammaln(begun + 1) + powers)

    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        x, terms = h.x.values, self._waiting(p, h)
        stages = np.exp(terms - np.logaddexp.reduce(terms, axis=0))
        # Customers who are alive have passed the first coin.
        return erlang_law(self._k, first_coin=0), {
            "r": p["r"] + self._k * x,
            "alpha": p["alpha"] + h.T.values,
            "a": p["a"] + 0 * x,
            "b": p["b"] + x + self._m,
            **{f"stage_{j}": stages[j] for j in range(self._k)},
        }

    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        x, alive, terms = h.x.values, self.alive(p, h), self._waiting(p, h)
        A = p["r"] + self._k * x
        stages = np.exp(terms - np.logaddexp.reduce(terms, axis=0))
        now = A + (stages * np.arange(self._k)[:, None]).sum(axis=0)
        phases = alive * now / (p["alpha"] + h.T.values) + (1 - alive) * A / (p["alpha"] + h.t_x.values)
        coins = p["a"] + p["b"] + x + self._m
        return {"purchase_rate": phases / self._k, "dropout_probability": (p["a"] + (1 - alive)) / coins}

    def survival(self, p: Values, t: Floats) -> Floats:
        return self._mean(p, t, lambda j, A, c, a, b, t: self._both(j, A, t / c, a, b)[1])

    def expected(self, p: Values, t: Floats) -> Floats:
        return self._mean(p, t, lambda j, A, c, a, b, t: self._both(j, A, t / c, a, b)[0])

    def _both(self, j: int, A: Floats, ratio: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        return expected_and_survival(A, ratio, a, b, k=self._k, begun=j)

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        if rate == 0:
            return self.expected(p, t)
        if (np.asarray(t) * rate > _NOTHING).all():
            return self._mean(p, t, lambda j, A, c, a, b, _: discounted_for_ever(A, c, a, b, rate, k=self._k, begun=j))
        return self._mean(p, t, lambda j, A, c, a, b, t: self._discounted_until(j, A, c, a, b, t, rate))

    def _discounted_until(self, j: int, A: Floats, c: Floats, a: Floats, b: Floats, t: Floats, rate: float) -> Floats:
        """Integrate by parts: purchases expected by t, discounted all at once, and the interest on earlier ones."""
        end = np.minimum(t, _NOTHING / rate)
        nodes, weights = log_rule(end, scale=c / (1 + A))
        times = np.vstack([nodes, end])
        each = (np.broadcast_to(part, times.shape).ravel() for part in (A, c, a, b))
        A, c, a, b = each
        expected = self._both(j, A, times.ravel() / c, a, b)[0].reshape(times.shape)
        return np.asarray(
            np.exp(-rate * end) * expected[-1] + rate * (weights * np.exp(-rate * nodes) * expected[:-1]).sum(axis=0)
        )

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        k = self._k

        def given(j: int, A: Floats, c: Floats, a: Floats, b: Floats, t: Floats) -> Floats:
            passed = np.exp(log_rising(b, n) - log_rising(a + b, n))
            exactly = sum(np.exp(log_phases(i, A, t / c)) for i in range(max(n * k - j, 0), (n + 1) * k - j))
            if n == 0:
                return np.asarray(exactly * passed)
            left = a / (b + n - 1) * passed
            return np.asarray(exactly * passed + betainc(n * k - j, A, t / (c + t)) * left)

        bought = self._mean(p, t, given)
        # Customers who leave with the first coin never buy again.
        return bought + self._m * p["a"] / (p["a"] + p["b"]) if n == 0 else bought

    def _mean(self, p: Values, t: Floats, given: Callable[..., Floats]) -> Floats:
        """Mean over the phases passed, of which a new customer has none, for those who pass the first coin."""
        shape = np.broadcast_shapes(*(np.shape(value) for value in p.values()), np.shape(t))
        r, alpha, a, b, t = (
            np.ravel(np.broadcast_to(part, shape)).astype(float) for part in (*(p[name] for name in self.parameters), t)
        )
        stays = b / (a + b) if self._m else 1.0
        total = np.zeros(len(t))
        for j in range(self._k):
            weight = np.ravel(np.broadcast_to(p.get(f"stage_{j}", float(j == 0)), shape))
            some = np.flatnonzero(weight > 0)
            if len(some):
                parts = (part[some] for part in (r + j, alpha, a, b + self._m, t))
                total[some] += weight[some] * given(j, *parts)
        return np.asarray((stays * total).reshape(shape))

    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        n, k = len(T), self._k
        begun = _drawn_stages([p.get(f"stage_{j}", float(j == 0)) for j in range(k)], n, rng)
        rate = np.maximum(rng.gamma(p["r"] + begun, 1 / np.broadcast_to(p["alpha"], n)), 1e-300)
        leaves = rng.beta(p["a"], p["b"], n)
        x, t_x, later, log_gaps, now = (np.zeros(n) for _ in range(5))
        alive_at_T = rng.random(n) >= leaves if self._m else np.ones(n, dtype=bool)
        going = np.flatnonzero(alive_at_T)
        while len(going):
            gap = rng.gamma(k - begun[going]) / rate[going]
            begun[going] = 0
            now[going] += gap
            soon = now[going] <= T[going] + horizon
            going, gap = going[soon], gap[soon]
            early = now[going] <= T[going]
            x[going[early]] += 1
            t_x[going[early]] = now[going[early]]
            log_gaps[going[early]] += np.log(gap[early])
            later[going[~early]] += 1
            left = rng.random(len(going)) < leaves[going]
            alive_at_T[going[left & early]] = False
            going = going[~left]
        return {
            "frequency": x,
            "recency": t_x,
            "alive": alive_at_T,
            "holdout_purchases": later,
            "log_gap_sum": log_gaps,
        }


def _terms_in_x(x: Floats, r: Any, a: Any, b: Any, k: int, m: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Terms of the likelihood and its gradient that depend on x alone."""
    both = digamma_step(a + b, x + m)
    value = log_rising(r, k * x) - x * gammaln(k) + log_beta_step(a, b, x + m)
    return np.asarray(value), digamma_step(r, k * x), -both, digamma_step(b, x + m) - both


def _drawn_stages(weights: list[Any], n: int, rng: np.random.Generator) -> Floats:
    """Draw the phases that each customer has passed."""
    reached = np.cumsum([np.broadcast_to(weight, n) for weight in weights], axis=0)
    passed = (rng.random(n) * reached[-1] >= reached).sum(axis=0)
    return np.asarray(np.minimum(passed, len(weights) - 1), dtype=float)


@lru_cache(maxsize=64)
def erlang_law(k: int, *, first_coin: int) -> Law:
    """The law of BG/CNBD-k (no first coin) or MBG/CNBD-k (one)."""
    return _BetaGeoErlang(k, first_coin=first_coin)
