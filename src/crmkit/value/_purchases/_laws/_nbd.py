r"""NBD: Poisson purchases of customers who never leave.

.. math:: L = \frac{\Gamma(r+x)}{\Gamma(r)} \frac{\alpha^r}{(\alpha+T)^{r+x}}
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.value._purchases._laws._law import Gradient, Histories, Law, Values
from crmkit.value._purchases._laws._poisson import draw_histories, log_negative_binomial, rising_terms

__all__ = ["NBD"]


class _NBD(Law):
    parameters = ("r", "alpha")
    time_powers: ClassVar = {"alpha": 1}
    purchase_links = (("alpha", -1),)
    alive_is_quick = True
    expected_is_quick = True

    def start(self, h: Histories) -> Values:
        return {"r": 1.0, "alpha": float((h.T.values @ h.n + 1) / (h.x.values @ h.n + 1))}

    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        r, alpha, x = p["r"], p["alpha"], h.x.values
        grown = np.log1p(h.T.values / alpha)
        of_x, in_r = h.x.each(rising_terms, r)
        ll = of_x - x * np.log(alpha) - (r + x) * grown
        return ll, {"r": in_r - grown, "alpha": (r * h.T.values / alpha - x) / (alpha + h.T.values)}

    def alive(self, p: Values, h: Histories) -> Floats:  # noqa: ARG002
        return np.ones(len(h))

    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        return self, {"r": p["r"] + h.x.values, "alpha": p["alpha"] + h.T.values}

    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        return {"purchase_rate": (p["r"] + h.x.values) / (p["alpha"] + h.T.values)}

    def survival(self, p: Values, t: Floats) -> Floats:
        return np.ones(np.broadcast_shapes(np.shape(p["r"]), np.shape(t)))

    def expected(self, p: Values, t: Floats) -> Floats:
        return np.asarray(p["r"] / p["alpha"] * t)

    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        return np.asarray(p["r"] / p["alpha"] * (-np.expm1(-rate * t) / rate if rate else t))

    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        return np.asarray(np.exp(log_negative_binomial(p["r"], p["alpha"], n, t)))

    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        return draw_histories(p, np.full(len(T), np.inf), T, horizon, rng)


NBD = _NBD()
