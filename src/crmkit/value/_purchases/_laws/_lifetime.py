r"""Poisson purchases during a lifetime that is independent of them.

With S and f the survival function and the density of the lifetime,

.. math:: L = \frac{\Gamma(r+x)}{\Gamma(r)} \alpha^r \left\{ (\alpha+T)^{-(r+x)} S(T)
          + \int_{t_x}^{T} (\alpha+y)^{-(r+x)} f(y)\, dy \right\}.

All terms are positive; the integral is taken on the log scale.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from crmkit._arrays import Floats
from crmkit._stats import unit_rule
from crmkit.value._purchases._laws._law import Gradient, Histories, Law, Values
from crmkit.value._purchases._laws._poisson import draw_histories, rising_terms

__all__ = ["Lifetime"]

# How far an integrand falls or stretches over its interval, and the nodes that give it to 1e-11.
_NODES = ((2.0, 8), (4.0, 12), (8.0, 24), (16.0, 36), (np.inf, 48))
# exp(-45) is negligible beside 1.
_NOTHING = 45.0
# This many histories at a time stay in the cache; they come sorted, those that need few nodes together.
_BLOCK = 2048


class Lifetime(Law):
    """A law with parameters ``r``, ``alpha`` and those of the lifetime."""

    purchase_links = (("alpha", -1),)

    @abstractmethod
    def log_survival(self, p: Values, y: Floats) -> Floats:
        """Logarithm of the probability of living longer than y."""

    @abstractmethod
    def log_density(self, p: Values, y: Floats) -> Floats:
        """Logarithm of the density of the lifetime."""

    @abstractmethod
    def survival_slopes(self, p: Values, y: Floats) -> Gradient:
        """Derivatives of `log_survival` by the parameters of the lifetime."""

    @abstractmethod
    def density_slopes(self, p: Values, y: Floats, log_density: Floats) -> Gradient:
        """Derivatives of `log_density`, which is given too, by the parameters of the lifetime."""

    def scale(self, p: Values) -> Any:
        """Times far below this do not change the density; a law with integration rules of its own has none."""
        raise NotImplementedError

    def fall(self, p: Values, y: Floats) -> Floats:
        """How fast the log density falls at y; further out it may fall faster, never slower by more than 1 / y.

        A law with integration rules of its own, for `_leaving_times`, `discounted` and `pmf`, has none.
        """
        raise NotImplementedError

    @abstractmethod
    def lifetime_posterior(self, p: Values, T: Floats) -> Values:
        """Parameters of the remaining lifetime of those alive at T."""

    @abstractmethod
    def draw_lifetimes(self, p: Values, n: int, rng: np.random.Generator) -> Floats:
        """Draw lifetimes."""

    @abstractmethod
    def lifetime_rates(self, p: Values, y: Floats, *, left: bool) -> dict[str, Floats]:
        """Posterior means of the lifetime's own rates for those who left at y, or are alive at y."""

    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        r, alpha, x, T = p["r"], p["alpha"], h.x.values, h.T.values
        grown = np.log1p(T / alpha)
        log_left, means = self._if_left(p, h)
        log_alive = -(r + x) * grown + self.log_survival(p, T)
        q = expit(log_left - log_alive)
        of_x, in_r = h.x.each(rising_terms, r)
        ll = of_x - x * np.log(alpha) + np.logaddexp(log_alive, log_left)
        gradient = {
            "r": in_r - (1 - q) * grown - q * means["log"],
            "alpha": r / alpha - (r + x) * ((1 - q) / (alpha + T) + q * means["inverse"]),
        }
        for name, slope in self.survival_slopes(p, T).items():
            gradient[name] = (1 - q) * slope + q * means[name]
        return ll, gradient

    def alive(self, p: Values, h: Histories) -> Floats:
        log_left, _ = self._if_left(p, h, slopes=False)
        log_alive = -(p["r"] + h.x.values) * np.log1p(h.T.values / p["alpha"]) + self.log_survival(p, h.T.values)
        return np.asarray(expit(log_alive - log_left))

    def _if_left(self, p: Values, h: Histories, *, slopes: bool = True) -> tuple[Floats, dict[str, Floats]]:
        """Logarithm of the integral; means over the time of leaving of what the derivatives need."""
        blocks = [slice(first, first + _BLOCK) for first in range(0, len(h), _BLOCK)]
        values = [self._block(_part(p, chosen), h, chosen, slopes=slopes) for chosen in blocks]
        if not values:
            return np.empty(0), {}
        logs, means = zip(*values, strict=True)
        return np.concatenate(logs), {name: np.concatenate([part[name] for part in means]) for name in means[0]}

    def _block(self, p: Values, h: Histories, chosen: slice, *, slopes: bool) -> tuple[Floats, dict[str, Floats]]:
        x, t_x, T = (column.values[chosen] for column in (h.x, h.t_x, h.T))
        y, log_weight = self._leaving_times(p, x, t_x, T)
        grown = np.log1p(y / p["alpha"])
        exponent = -(p["r"] + x) * grown
        log_density = self.log_density(p, y)
        exponent += log_density
        exponent += log_weight
        peak = exponent.max(axis=0)
        exponent -= np.where(np.isfinite(peak), peak, 0.0)
        weight = np.exp(exponent, out=exponent)
        total = weight.sum(axis=0)
        with np.errstate(divide="ignore"):
            log_left = np.log(total) + peak
        if not slopes:
            return log_left, {}
        weight /= np.maximum(total, 1e-300)
        means = {"log": _mean(weight, grown), "inverse": _mean(weight, 1 / (p["alpha"] + y))}
        means |= {name: _mean(weight, slope) for name, slope in self.density_slopes(p, y, log_density).items()}
        return log_left, means

    def _leaving_times(self, p: Values, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats]:
        """Nodes between the last purchase and T, and the logarithms of their weights, shape (n_nodes, n)."""
        scale = np.minimum(p["alpha"], self.scale(p)) + t_x
        span = np.log1p((T - t_x) / scale)
        rate = ((p["r"] + x) / (p["alpha"] + t_x) + self.fall(p, t_x)) * scale - 1
        span = np.where(rate * span > _NOTHING, _NOTHING / np.where(rate > 0, rate, 1.0), span)
        bend = np.maximum(np.abs(rate) * span, 2 * span).max(initial=0.0)
        nodes, weights = unit_rule(next(n for most, n in _NODES if bend <= most))
        stretched = nodes[:, None] * span
        with np.errstate(divide="ignore"):
            log_weight = np.log(weights)[:, None] + np.log(span * scale) + stretched
        return t_x + scale * np.expm1(stretched), log_weight

    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        x, T = h.x.values, h.T.values
        return self, {"r": p["r"] + x, "alpha": p["alpha"] + T, **self.lifetime_posterior(p, T)}

    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        x, t_x, T = h.x.values, h.t_x.values, h.T.values
        alive = self.alive(p, h)
        y, log_weight = self._leaving_times(p, x, t_x, T)
        exponent = -(p["r"] + x) * np.log1p(y / p["alpha"]) + self.log_density(p, y) + log_weight
        weight = np.exp(exponent - np.maximum(exponent.max(axis=0), -1e300))
        weight /= np.maximum(weight.sum(axis=0), 1e-300)
        seen = alive / (p["alpha"] + T) + (1 - alive) * _mean(weight, 1 / (p["alpha"] + y))
        rates = {"purchase_rate": (p["r"] + x) * seen}
        left = self.lifetime_rates(p, y, left=True)
        for name, rate in self.lifetime_rates(p, T, left=False).items():
            rates[name] = alive * rate + (1 - alive) * _mean(weight, left[name])
        return rates

    def survival(self, p: Values, t: Floats) -> Floats:
        return np.asarray(np.exp(self.log_survival(p, t)))

    def expected(self, p: Values, t: Floats) -> Floats:
        return self.discounted(p, t, 0.0)

    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        return draw_histories(p, self.draw_lifetimes(p, len(T), rng), T, horizon, rng)


def _part(p: Values, chosen: slice) -> Values:
    return {name: value[chosen] if np.ndim(value) else value for name, value in p.items()}


def _mean(weight: Floats, values: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", weight, np.broadcast_to(values, weight.shape)))
