"""Whether items measure one thing."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import fdtri

from crmkit._arrays import Floats

__all__ = ["alpha_interval", "cronbach_alpha"]

_ROUNDING: Final = 1e-12


def cronbach_alpha(covariance: Floats) -> float:
    """Cronbach's alpha of items by their covariances; ``nan`` for one item, or where their sum does not vary.

    References
    ----------
    .. [1] Cronbach (1951), "Coefficient Alpha and the Internal Structure of Tests", *Psychometrika* 16.
    """
    k, total, own = len(covariance), float(covariance.sum()), float(np.trace(covariance))
    if k < 2 or not total > _ROUNDING * own:
        return float("nan")
    return k / (k - 1) * (1 - own / total)


def alpha_interval(alpha: float, *, n: float, n_items: int, level: float) -> tuple[float, float]:
    """Feldt's interval of Cronbach's alpha, exact for normal answers with equal covariances.

    References
    ----------
    .. [1] Feldt, Woodruff and Salih (1987), "Statistical Inference for Coefficient Alpha", *Applied Psychological
       Measurement* 11(1).
    """
    if np.isnan(alpha) or n <= 1:
        return float("nan"), float("nan")
    freedom, tail = ((n - 1), (n - 1) * (n_items - 1)), (1 - level) / 2
    ends = (1 - (1 - alpha) * fdtri(*freedom, 1 - tail), 1 - (1 - alpha) * fdtri(*freedom, tail))
    return float(ends[0]), float(ends[1])
