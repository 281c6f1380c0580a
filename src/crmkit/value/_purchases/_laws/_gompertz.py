r"""Gamma-Gompertz/NBD: lifetimes whose hazard grows exponentially with age, from a gamma-distributed start.

.. math:: S(y) = \left(\frac{\beta}{\beta + e^{by} - 1}\right)^s, \quad
          f(y) = \frac{s b}{\beta(y)} S(y), \quad \beta(y) = \beta e^{-by} + 1 - e^{-by}.

Those alive at y have the same law with :math:`\beta(y)` for :math:`\beta`. It is a mean of beta and 1, so nothing
overflows, however large by is. With :math:`b \to 0` and b / beta fixed this is Pareto/NBD.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import log_rule
from crmkit.value._purchases._laws._law import Gradient, Histories, Values
from crmkit.value._purchases._laws._lifetime import Lifetime
from crmkit.value._purchases._laws._poisson import log_negative_binomial

__all__ = ["GOMPERTZ"]

# exp(-48) is negligible beside 1.
_NOTHING = 48.0
# Range, on the log scale from the end of the time backwards, in which a peak is sought, and how closely.
_GRID = -np.linspace(0.0, 64.0, 129)
_SECTIONS = 20
_HALVINGS = 14
# Customers at a time.
_BLOCK = 2048
_GOLDEN = (np.sqrt(5) - 1) / 2


class _Gompertz(Lifetime):
    parameters = ("r", "alpha", "b", "s", "beta")
    time_powers: ClassVar = {"alpha": 1, "b": -1}
    dropout_links = (("beta", -1),)

    def start(self, h: Histories) -> Values:
        rate = (h.x.values @ h.n + 1) / (h.T.values @ h.n + 1)
        return {"r": 1.0, "alpha": 1 / rate, "b": 1 / float(h.T.values.max(initial=1.0)), "s": 1.0, "beta": 1.0}

    def log_survival(self, p: Values, y: Floats) -> Floats:
        return np.asarray(-p["s"] * _per_shape(p, y))

    def log_density(self, p: Values, y: Floats) -> Floats:
        return np.asarray(np.log(p["s"]) + np.log(p["b"]) - np.log(_beta_at(p, y)) - p["s"] * _per_shape(p, y))

    def survival_slopes(self, p: Values, y: Floats) -> Gradient:
        at = _beta_at(p, y)
        return {
            "b": -p["s"] * y / at,
            "s": -_per_shape(p, y),
            "beta": p["s"] / p["beta"] * -np.expm1(-p["b"] * y) / at,
        }

    def density_slopes(self, p: Values, y: Floats, log_density: Floats) -> Gradient:  # noqa: ARG002
        b, s, beta = p["b"], p["s"], p["beta"]
        at, gone = _beta_at(p, y), np.exp(-b * y)
        of_survival = self.survival_slopes(p, y)
        return {
            "b": 1 / b + y * gone * (beta - 1) / at + of_survival["b"],
            "s": 1 / s + of_survival["s"],
            "beta": -gone / at + of_survival["beta"],
        }

    def lifetime_posterior(self, p: Values, T: Floats) -> Values:
        return {"b": p["b"] + 0 * T, "s": p["s"] + 0 * T, "beta": _beta_at(p, T)}

    def draw_lifetimes(self, p: Values, n: int, rng: np.random.Generator) -> Floats:
        return _quantile({name: np.broadcast_to(value, n) for name, value in p.items()}, rng.exponential(1.0, n))

    def lifetime_rates(self, p: Values, y: Floats, *, left: bool) -> dict[str, Floats]:
        return {"dropout_rate": (p["s"] + left) * p["b"] / _beta_at(p, y)}

    def _leaving_times(self, p: Values, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats]:
        r, alpha, b, s = (p[name] for name in ("r", "alpha", "b", "s"))
        # From t_x on; the density rises up to about its bend, then falls.
        rest = {**p, "beta": _beta_at(p, t_x)}
        bend = np.minimum(_bend(rest), T - t_x)
        later = {**p, "beta": _beta_at(rest, bend)}
        # Purchases make the integrand fall, by at most this much per unit of time.
        steep, steep_later = (r + x) / (alpha + t_x), (r + x) / (alpha + t_x + bend)
        within = np.minimum(alpha + t_x + bend, np.minimum(later["beta"], 1.0) / b)
        falls = steep_later + s * b / later["beta"]
        # Beyond the bend the density is at most this many times its value there.
        margin = _NOTHING + np.log(2 + s)
        least = (alpha + t_x + bend) * np.expm1(np.minimum(margin / (r + x), 600.0))
        end = np.minimum(np.minimum(T - t_x - bend, _quantile(later, margin)), least)
        parts = [_rule(t_x + bend, end, 1 / (falls + 1 / within), n_panels=2)]
        if bend.any():
            half = np.clip((r + x) / b - alpha - t_x, 0.0, bend)
            parts.append(_rule(t_x, half, 1 / (steep + 1 / (alpha + t_x) + b)))
            parts.append(_rule(t_x + bend, half - bend, 1 / (steep_later + 1 / (alpha + t_x + bend) + b)))
        return _together(parts)

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        shape = np.broadcast_shapes(*(np.shape(value) for value in p.values()), np.shape(t))
        p, t = ({name: _flat(value, shape) for name, value in p.items()}, _flat(t, shape))
        end = np.minimum(np.minimum(t, _quantile(p, _NOTHING)), _NOTHING / max(rate, 1e-300))
        # Survival may fall steeply, however late: the time at which it is a half.
        middle = np.minimum(_quantile(p, np.log(2)), end)
        at = _beta_at(p, middle)
        early = 1 / (p["b"] * (1 + (1 + p["s"]) / p["beta"]) + rate)
        near = 1 / (p["b"] * (1 + (1 + p["s"]) / np.minimum(at, 1.0)) + rate)
        total = np.zeros(len(t))
        for begin, length, scale in (
            (np.zeros(len(t)), middle / 2, early),
            (middle, -middle / 2, near),
            (middle, end - middle, near),
        ):
            for node, log_weight in zip(*_rule(begin, length, scale), strict=True):
                total += np.exp(log_weight + self.log_survival(p, node) - rate * node)
        return np.asarray((p["r"] / p["alpha"] * total).reshape(shape))

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        shape = np.broadcast_shapes(*(np.shape(value) for value in p.values()), np.shape(t))
        p, t = ({name: _flat(value, shape) for name, value in p.items()}, _flat(t, shape))
        total = np.exp(self.log_survival(p, t) + log_negative_binomial(p["r"], p["alpha"], n, t))
        for first in range(0, len(t), _BLOCK):
            some = slice(first, first + _BLOCK)
            own, end = ({name: value[some] for name, value in p.items()}, t[some])
            y, log_weight = self._leaving_times(own, 0 * end, 0 * end, end) if n == 0 else self._ends_with(n, own, end)
            log_left = self.log_density(own, y) + log_negative_binomial(own["r"], own["alpha"], n, y)
            total[some] += np.exp(log_weight + log_left).sum(axis=0)
        return np.asarray(total.reshape(shape))

    def _ends_with(self, n: int, p: Values, t: Floats) -> tuple[Floats, Floats]:
        """Nodes up to t for the ends of customers who bought n times before, and the logarithms of their weights."""

        def log_term(log_y: Floats) -> Floats:
            y = np.exp(log_y)
            return np.asarray(log_y + self.log_density(p, y) + log_negative_binomial(p["r"], p["alpha"], n, y))

        log_t = np.log(np.maximum(t, 1e-250))
        with np.errstate(divide="ignore"):
            peak = _peak(log_term, log_t, np.clip(np.log(_bend(p)), log_t + _GRID[-1], log_t))
        parts = []
        for side, most in ((-1, 0 * t - _GRID[-1]), (1, log_t - peak)):
            near, far = _reach(log_term, peak, side, most)
            # Even on the log scale of y, but dense at the peak.
            nodes, weights = log_rule(np.expm1(far), scale=near)
            log_y = peak + side * np.log1p(nodes)
            with np.errstate(divide="ignore"):
                parts.append((np.exp(log_y), np.log(weights / (1 + nodes)) + log_y))
        return _together(parts)


def _beta_at(p: Values, y: Any) -> Floats:
    """Beta of those alive at y."""
    return np.asarray(p["beta"] * np.exp(-p["b"] * y) - np.expm1(-p["b"] * y))


def _per_shape(p: Values, y: Floats) -> Floats:
    """Minus the logarithm of survival, per unit of s."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.logaddexp(0.0, p["b"] * y + np.log(-np.expm1(-p["b"] * y)) - np.log(p["beta"])))


def _quantile(p: Values, fallen: Any) -> Floats:
    """The time at which the logarithm of survival has fallen so far."""
    per_shape = fallen / p["s"]
    return np.asarray(np.logaddexp(0.0, np.log(p["beta"]) + per_shape + np.log(-np.expm1(-per_shape))) / p["b"])


def _bend(p: Values) -> Floats:
    """The time until which the density rises exponentially; 0 where it falls from the start."""
    return np.asarray(np.log(np.maximum((p["beta"] - 1) / np.maximum(p["s"], 1.0), 1.0)) / p["b"])


def _rule(begin: Floats, length: Floats, scale: Floats, *, n_panels: int = 1) -> tuple[Floats, Floats]:
    """Nodes from a point on, backwards where the length is negative, dense at it; logarithms of their weights."""
    nodes, weights = log_rule(np.abs(length), scale=scale, n_panels=n_panels)
    with np.errstate(divide="ignore"):
        return begin + np.sign(length) * nodes, np.log(weights)


def _together(parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """One rule of several parts."""
    return np.concatenate([nodes for nodes, _ in parts]), np.concatenate([log_weights for _, log_weights in parts])


def _peak(log_term: Callable[[Floats], Floats], end: Floats, candidate: Floats) -> Floats:
    """The peak of a function with a single one up to the end: by a grid, then by golden sections."""
    points = np.sort(np.vstack([end + _GRID[:, None], candidate]), axis=0)
    best = np.argmax(log_term(points), axis=0)
    each = np.arange(len(end))
    low, high = points[np.maximum(best - 1, 0), each], points[np.minimum(best + 1, len(points) - 1), each]
    for _ in range(_SECTIONS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        falls = log_term(left) >= log_term(right)
        low, high = np.where(falls, low, left), np.where(falls, right, high)
    middle = (low + high) / 2
    return np.where(log_term(end) >= log_term(middle), end, middle)


def _reach(log_term: Callable[[Floats], Floats], peak: Floats, side: int, most: Floats) -> tuple[Floats, Floats]:
    """How far from its peak a function has fallen by about 1, and so far that the rest is negligible."""
    top = log_term(peak)
    near, far = np.ones(len(peak)), np.minimum(1.0, most)
    for _ in range(_HALVINGS):
        near = np.where(top - log_term(peak + side * np.minimum(near, most)) > 1, near / 2, near)
        far = np.where(top - log_term(peak + side * far) < _NOTHING, np.minimum(1.5 * far, most), far)
    return near, far


def _flat(value: Any, shape: tuple[int, ...]) -> Floats:
    return np.ravel(np.broadcast_to(value, shape)).astype(float)


GOMPERTZ = _Gompertz()
