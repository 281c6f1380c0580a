"""Small brands have fewer buyers, who buy them a little less often: the line on which brands lie by size alone."""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._roots import rising_root

__all__ = ["frequency_at"]


def frequency_at(law: Dirichlet, penetration: Floats) -> Floats:
    """Purchases per buyer of brands of some penetrations; ``nan`` where the category itself has no more."""
    frequency = np.full(penetration.shape, np.nan)
    known = (penetration > 0) & (penetration < law.buyers)
    here = penetration[known]

    def off(log_share: Floats) -> Floats:
        return np.log(law.penetration(np.exp(log_share)) / here)

    # Penetration lies between share times that of the category and share times M.
    low = np.log(here) - max(np.log(law.M), 0.0) - 1
    share = np.exp(rising_root(off, low=low, high=np.zeros_like(here)))
    frequency[known] = share * law.M / here
    return frequency
