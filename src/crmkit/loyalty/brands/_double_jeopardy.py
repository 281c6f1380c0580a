"""Small brands have fewer buyers, who buy them a little less often: the line on which brands lie by size alone."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from crmkit._arrays import Floats
from crmkit.loyalty.brands._law import Dirichlet

__all__ = ["frequency_at"]


def frequency_at(law: Dirichlet, penetration: Floats) -> Floats:
    """Purchases per buyer of brands of some penetrations; ``nan`` where the category itself has no more."""
    return np.array([_at(law, b) for b in penetration.tolist()])


def _at(law: Dirichlet, penetration: float) -> float:
    if not 0 < penetration < law.buyers:
        return np.nan

    def off(log_share: float) -> float:
        return float(np.log(law.penetration(np.exp([log_share]))[0] / penetration))

    # What all of the market has is that of the category but for rounding.
    if off(0.0) <= 0:
        return law.M / penetration
    # Penetration lies between share times that of the category and share times M.
    share = float(np.exp(brentq(off, np.log(penetration) - max(np.log(law.M), 0.0) - 1, 0.0, xtol=1e-14, rtol=1e-14)))
    return share * law.M / penetration
