r"""Pareto/NBD: exponential lifetimes whose rates are gamma-distributed.

.. math:: S(y) = \left(\frac{\beta}{\beta + y}\right)^s
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy.special import exprel

from crmkit._arrays import Floats
from crmkit._stats import beta_mean, log_rule
from crmkit.value._purchases._laws._law import Gradient, Histories, Values
from crmkit.value._purchases._laws._lifetime import Lifetime
from crmkit.value._purchases._laws._poisson import log_negative_binomial

__all__ = ["PARETO"]

# exp(-45) is negligible beside 1, and a rate or time below this counts as 0.
_NOTHING = 45.0
_TINY = 1e-150


class _Pareto(Lifetime):
    parameters = ("r", "alpha", "s", "beta")
    time_powers: ClassVar = {"alpha": 1, "beta": 1}
    dropout_links = (("beta", -1),)
    expected_is_quick = True

    def start(self, h: Histories) -> Values:
        rate = (h.x.values @ h.n + 1) / (h.T.values @ h.n + 1)
        return {"r": 1.0, "alpha": 1 / rate, "s": 1.0, "beta": float(h.T.values.max(initial=1.0))}

    def log_survival(self, p: Values, y: Floats) -> Floats:
        return np.asarray(-p["s"] * np.log1p(y / p["beta"]))

    def log_density(self, p: Values, y: Floats) -> Floats:
        return np.asarray(np.log(p["s"] / p["beta"]) - (p["s"] + 1) * np.log1p(y / p["beta"]))

    def survival_slopes(self, p: Values, y: Floats) -> Gradient:
        s, beta = p["s"], p["beta"]
        return {"s": -np.log1p(y / beta), "beta": s / beta * y / (beta + y)}

    def density_slopes(self, p: Values, y: Floats, log_density: Floats) -> Gradient:
        s, beta = p["s"], p["beta"]
        # The logarithm of 1 + y / beta is in the density.
        return {"s": 1 / s + (log_density - np.log(s / beta)) / (s + 1), "beta": s / beta - (s + 1) / (beta + y)}

    def scale(self, p: Values) -> Any:
        return p["beta"]

    def fall(self, p: Values, y: Floats) -> Floats:
        return np.asarray((p["s"] + 1) / (p["beta"] + y))

    def lifetime_posterior(self, p: Values, T: Floats) -> Values:
        return {"s": p["s"] + 0 * T, "beta": p["beta"] + T}

    def draw_lifetimes(self, p: Values, n: int, rng: np.random.Generator) -> Floats:
        return rng.exponential(1.0, n) / np.maximum(rng.gamma(p["s"], 1 / np.broadcast_to(p["beta"], n)), 1e-300)

    def lifetime_rates(self, p: Values, y: Floats, *, left: bool) -> dict[str, Floats]:
        return {"dropout_rate": (p["s"] + left) / (p["beta"] + y)}

    def expected(self, p: Values, t: Floats) -> Floats:
        stretched = np.log1p(t / p["beta"])
        # exprel(z) = (e^z - 1) / z is defined at s = 1.
        return np.asarray(p["r"] / p["alpha"] * p["beta"] * stretched * exprel((1 - p["s"]) * stretched))

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        r, alpha, s, beta, t = np.broadcast_arrays(*p.values(), t)
        shape = t.shape
        # The lifetime's density bends at beta and, where s is large, at its mean.
        scale = np.ravel(np.minimum(beta / np.maximum(s, 1.0), 1 / max(rate, _TINY)))
        end = np.ravel(np.minimum(t, _NOTHING / max(rate, _TINY)))
        nodes, weights = log_rule(end, scale=scale)
        total = np.zeros(end.shape)
        for node, weight in zip(nodes, weights, strict=True):
            total += weight * np.exp(-np.ravel(s) * np.log1p(node / np.ravel(beta)) - rate * node)
        return np.asarray(r / alpha * total.reshape(shape))

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        *values, t = np.broadcast_arrays(*p.values(), t)
        shape, t = t.shape, np.ravel(t)
        p = {name: np.ravel(value) for name, value in zip(p, values, strict=True)}
        r, alpha, s, beta = p.values()
        stays = np.exp(self.log_survival(p, t) + log_negative_binomial(r, alpha, n, t))

        # Leaving at y, a share of t: y^n apart, it falls with the share as two powers do.
        def log_leaves(share: Floats, *own: Floats) -> Floats:
            p, t = dict(zip(self.parameters, own[:-1], strict=True)), own[-1]
            share = np.maximum(share, _TINY)
            apart = np.log(t / (n + 1)) - n * np.log(share)
            return np.asarray(
                apart + log_negative_binomial(p["r"], p["alpha"], n, share * t) + self.log_density(p, share * t)
            )

        ones, until = np.ones_like(t), np.maximum(t, _TINY)
        falls = [(r + n, t / alpha), (s + 1, t / beta)]
        leaves = beta_mean(log_leaves, (n + 1) * ones, ones, r, alpha, s, beta, until, falls=falls)
        return np.asarray((stays + leaves).reshape(shape))


PARETO = _Pareto()
