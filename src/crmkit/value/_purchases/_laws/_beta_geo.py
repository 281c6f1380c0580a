r"""BG/NBD and MBG/NBD: Poisson purchases, and a coin that decides after each whether the customer leaves.

With m = 0 for BG/NBD and 1 for MBG/NBD, where a coin also falls after the first purchase,

.. math:: L = \frac{\Gamma(r+x)}{\Gamma(r)} \frac{B(a, b+x+m)}{B(a, b)} \frac{\alpha^r}{(\alpha+T)^{r+x}} (1 + e^u),
.. math:: e^u = \frac{a}{b+x+m-1} \left(\frac{\alpha+T}{\alpha+t_x}\right)^{r+x},

without the second term for BG/NBD at x = 0.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit

from crmkit._arrays import Floats
from crmkit._stats import digamma_step, log_beta_step
from crmkit.value._purchases._laws._beta_mean import discounted_purchases, expected_purchases, power_mean
from crmkit.value._purchases._laws._law import Gradient, Histories, Law, Values
from crmkit.value._purchases._laws._poisson import log_negative_binomial, rising_terms

__all__ = ["BETA_GEO", "MODIFIED_BETA_GEO"]


class _BetaGeo(Law):
    parameters = ("r", "alpha", "a", "b")
    time_powers: ClassVar = {"alpha": 1}
    purchase_links = (("alpha", -1),)
    dropout_links = (("a", 1), ("b", 1))
    alive_is_quick = True

    def __init__(self, *, first_coin: int) -> None:
        # 1 where the customer may leave after the first purchase already.
        self._m = first_coin

    def start(self, h: Histories) -> Values:
        rate = (h.x.values @ h.n + 1) / (h.t_x.values @ h.n + 1 + h.T.values[h.x.values == 0] @ h.n[h.x.values == 0])
        return {"r": 1.0, "alpha": 1 / rate, "a": 1.0, "b": 3.0}

    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        r, alpha, a, b = (p[name] for name in self.parameters)
        m, x = self._m, h.x.values
        grown, later = np.log1p(h.T.values / alpha), _later(alpha, h)
        u = self._log_odds_left(p, h, later)
        # log(1 + e^u) and its derivative, the probability of having left.
        small = np.exp(-np.abs(u))
        either = np.maximum(u, 0.0) + np.log1p(small)
        left = np.where(u > 0, 1.0, small) / (1 + small)
        of_x, in_r, in_a, in_b = h.x.each(_terms_in_x, r, a, b, m)
        shape = r + x
        ll = of_x - x * np.log(alpha) - shape * grown + either
        end, last = 1 / (alpha + h.T.values), 1 / (alpha + h.t_x.values)
        # Before the first coin b + x + m - 1 has no meaning; left is 0 there.
        thrown = np.where(x + m > 0, b + (x + m - 1), 1.0)
        return ll, {
            "r": in_r - grown + left * later,
            "alpha": (r * h.T.values / alpha - x) * end + left * shape * (end - last),
            "a": in_a + left / a,
            "b": in_b - left / thrown,
        }

    def alive(self, p: Values, h: Histories) -> Floats:
        return np.asarray(expit(-self._log_odds_left(p, h, _later(p["alpha"], h))))

    def _log_odds_left(self, p: Values, h: Histories, later: Floats) -> Floats:
        x, m = h.x.values, self._m
        coins = np.where(x + m > 0, p["b"] + (x + m - 1), np.inf)
        return np.asarray(np.log(p["a"]) - np.log(coins) + (p["r"] + x) * later)

    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        x = h.x.values
        # Customers who are alive have passed the first coin of MBG/NBD: from here on it is BG/NBD.
        return BETA_GEO, {
            "r": p["r"] + x,
            "alpha": p["alpha"] + h.T.values,
            "a": p["a"] + 0 * x,
            "b": p["b"] + x + self._m,
        }

    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        x, alive = h.x.values, self.alive(p, h)
        shape, coins = p["r"] + x, p["a"] + p["b"] + x + self._m
        seen = alive / (p["alpha"] + h.T.values) + (1 - alive) / (p["alpha"] + h.t_x.values)
        return {"purchase_rate": shape * seen, "dropout_probability": (p["a"] + (1 - alive)) / coins}

    def _stays(self, p: Values) -> tuple[Any, Any]:
        """Probability of passing the first coin, and b afterwards."""
        return (p["b"] / (p["a"] + p["b"]), p["b"] + 1) if self._m else (1.0, p["b"])

    def survival(self, p: Values, t: Floats) -> Floats:
        stays, b = self._stays(p)
        return np.asarray(stays * power_mean(p["r"], t / p["alpha"], p["a"], b))

    def expected(self, p: Values, t: Floats) -> Floats:
        stays, b = self._stays(p)
        return np.asarray(stays * expected_purchases(p["r"], t / p["alpha"], p["a"], b))

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        stays, b = self._stays(p)
        return np.asarray(stays * discounted_purchases(p["r"], t / p["alpha"], p["a"], b, rate * p["alpha"]))

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        r, alpha, a, b = (p[name] for name in self.parameters)
        m = self._m
        passed = np.exp(log_beta_step(a, b, n + m))
        exactly = np.exp(log_negative_binomial(r, alpha, n, t))
        if n + m == 0:
            return np.asarray(exactly * passed)
        left = a / (b + (n + m - 1)) * passed
        at_least = betainc(n, r, t / (alpha + t)) if n else 1.0
        return np.asarray(exactly * passed + at_least * left)

    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        n = len(T)
        rate = rng.gamma(p["r"], 1 / np.broadcast_to(p["alpha"], n))
        leaves = rng.beta(p["a"], p["b"], n)
        x, t_x, later = np.zeros(n), np.zeros(n), np.zeros(n)
        now = np.zeros(n)
        alive = rng.random(n) >= leaves if self._m else np.ones(n, dtype=bool)
        alive_at_T = alive.copy()
        going = np.flatnonzero(alive)
        while len(going):
            now[going] += rng.exponential(1.0, len(going)) / np.maximum(rate[going], 1e-300)
            going = going[now[going] <= T[going] + horizon]
            early = going[now[going] <= T[going]]
            x[early] += 1
            t_x[early] = now[early]
            later[going[now[going] > T[going]]] += 1
            left = rng.random(len(going)) < leaves[going]
            alive_at_T[going[left & (now[going] <= T[going])]] = False
            going = going[~left]
        return {"frequency": x, "recency": t_x, "alive": alive_at_T, "holdout_purchases": later}


def _later(alpha: Any, h: Histories) -> Floats:
    """Logarithm of (alpha + T) / (alpha + t_x)."""
    return np.asarray(np.log1p((h.T.values - h.t_x.values) / (alpha + h.t_x.values)))


def _terms_in_x(x: Floats, r: Any, a: Any, b: Any, m: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Terms of the likelihood and its gradient that depend on x alone."""
    value, in_r = rising_terms(x, r)
    of_both = digamma_step(a + b, x + m)
    return value + log_beta_step(a, b, x + m), in_r, -of_both, digamma_step(b, x + m) - of_both


BETA_GEO = _BetaGeo(first_coin=0)
MODIFIED_BETA_GEO = _BetaGeo(first_coin=1)
