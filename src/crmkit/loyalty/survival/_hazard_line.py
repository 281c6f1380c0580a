"""The hazard of each period and its slopes, by the estimates of a fitted model."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.loyalty.survival._hazard_fit import Link, hazard_of
from crmkit.loyalty.survival._hazard_options import Baseline, levels_of

__all__ = ["HazardLine"]

# exp overflows above.
_MOST_LOG: Final = 700.0


class HazardLine(NamedTuple):
    """The estimates, those of the levels first, and the levels: their first periods, who was there and who left."""

    estimates: Floats
    firsts: npt.NDArray[np.int64]
    at_risk: Floats
    events: Floats
    baseline: Baseline
    link: Link

    def hazards(self, period: Floats, features: Floats) -> Floats:
        """The probability of leaving in the period of each row."""
        return hazard_of(self._linear(period, features), link=self.link)

    def slopes(self, period: Floats, features: Floats) -> Floats:
        """The derivative of the logarithm of 1 - hazard by each estimate."""
        linear, matrix = self._linear(period, features), self._matrix(period, features)
        places, _ = self._places(period)
        n_levels = len(self.estimates) - matrix.shape[1]
        design = np.column_stack([places[:, None] == np.arange(n_levels), matrix])
        by_linear = hazard_of(linear, link="logit") if self.link == "logit" else np.exp(np.minimum(linear, _MOST_LOG))
        return np.asarray(-np.where(places < 0, 0.0, by_linear)[:, None] * design)

    def _linear(self, period: Floats, features: Floats) -> Floats:
        """The linear predictor: infinite in levels where nobody or everybody left, missing where there is no level."""
        places, certain = self._places(period)
        levels = np.where(places < 0, certain, np.append(self.estimates, np.nan)[places])
        matrix = self._matrix(period, features)
        return np.asarray(levels + matrix @ self.estimates[len(self.estimates) - matrix.shape[1] :])

    def _places(self, period: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """The place of each period's level among the estimates; -1 where it has none, and what stands for it there."""
        free = (self.events > 0) & (self.events < self.at_risk)
        known = np.where(free, np.cumsum(free) - 1, -1)
        certain = np.where(self.at_risk == 0, np.nan, np.where(self.events == 0, -np.inf, np.inf))
        levels = levels_of(period, self.firsts, each=self.baseline == "each")
        return np.append(known, -1)[levels], np.append(certain, np.nan)[levels]

    def _matrix(self, period: Floats, features: Floats) -> Floats:
        return np.column_stack([np.log(period), features]) if self.baseline == "log" else features
