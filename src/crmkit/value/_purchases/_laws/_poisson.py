"""Purchases at gamma-distributed Poisson rates: what all such laws share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from crmkit._arrays import Floats
from crmkit._stats import digamma_step, log_rising
from crmkit.value._purchases._laws._law import Values

__all__ = ["draw_histories", "log_negative_binomial", "rising_terms"]


def rising_terms(x: Floats, r: Any) -> tuple[Floats, Floats]:
    r"""Give :math:`\ln \Gamma(r + x) / \Gamma(r)` and its derivative by r."""
    return log_rising(r, x), digamma_step(r, x)


def log_negative_binomial(r: Any, alpha: Any, n: int, t: Floats) -> Floats:
    """Log probability of n purchases in a time t throughout which the customer is alive."""
    with np.errstate(divide="ignore"):
        often = n * (np.log(t) - np.log(alpha + t)) if n else 0.0
    return np.asarray(log_rising(r, n) - gammaln(n + 1) - r * np.log1p(t / alpha) + often)


def draw_histories(
    p: Values, life: Floats, T: Floats, horizon: float, rng: np.random.Generator
) -> dict[str, npt.NDArray[Any]]:
    """Draw the purchases of customers whose time of leaving is known."""
    rate = rng.gamma(p["r"], 1 / np.broadcast_to(p["alpha"], len(T)))
    seen = np.minimum(life, T)
    x = rng.poisson(rate * seen).astype(float)
    # The last of x uniform times.
    t_x = np.where(x > 0, seen * rng.random(len(T)) ** (1 / np.maximum(x, 1)), 0.0)
    later = rng.poisson(rate * np.clip(life - T, 0.0, horizon)).astype(float)
    return {"frequency": x, "recency": t_x, "alive": life > T, "holdout_purchases": later}
