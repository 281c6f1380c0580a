"""How far two sides lie apart in what was known before, in standard deviations."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.loyalty.campaigns._compared_base import Base
from crmkit.loyalty.campaigns._pairs import Pairs

__all__ = ["Balance", "balance_of"]

# Of the largest value: a difference below is rounding.
_ROUNDING: Final = 1e-12


class Balance(NamedTuple):
    """Standardised differences and ratios of variances, before matching and after; a value per covariate."""

    before: Floats
    after: Floats
    variances_before: Floats
    variances_after: Floats

    def is_balanced(self, *, max_difference: float) -> npt.NDArray[np.bool_]:
        """Whether the difference after matching is small; what is not known is not."""
        return np.asarray(np.abs(self.after) <= max_difference)


def balance_of(base: Base, pairs: Pairs) -> Balance:
    """Compare the means of both sides, in units of the spread before matching, so that units are the same in both."""
    sides = base.covariates[base.treated], base.covariates[~base.treated]
    matched = base.covariates[pairs.treated], base.covariates[pairs.others]
    spread = np.sqrt(np.mean([_variance(side) for side in sides], axis=0))
    rounding = _ROUNDING * np.abs(base.covariates).max(axis=0)
    return Balance(
        _apart(sides, spread, rounding),
        _apart(matched, spread, rounding),
        *(_divided(*map(_variance, both)) for both in (sides, matched)),
    )


def _apart(sides: tuple[Floats, Floats], spread: Floats, rounding: Floats) -> Floats:
    if not all(map(len, sides)):
        return np.full(len(spread), np.nan)
    difference = sides[0].mean(axis=0) - sides[1].mean(axis=0)
    # Constant on both sides: alike if the constants are the same.
    known = np.where(spread > rounding, spread, np.nan)
    return np.where(np.abs(difference) <= rounding, 0.0, difference / known)


def _variance(side: Floats) -> Floats:
    return np.asarray(side.var(axis=0, ddof=1)) if len(side) > 1 else np.full(side.shape[1], np.nan)


def _divided(above: Floats, below: Floats) -> Floats:
    return above / np.where(below > 0, below, np.nan)
