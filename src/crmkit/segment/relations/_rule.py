"""When a relation lapses and is lost: silences measured by the customer's own gap between purchases."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["NEVER", "RelationRule", "tolerant"]

NEVER: Final = 1 << 40
"""The number of a day that has not come."""
# A silence within this share of a limit is within it.
_ROUNDING: Final = 1e-9


def tolerant(multiple: float) -> float:
    """A multiple that the rounding of a quotient does not pass."""
    return multiple * (1 + _ROUNDING)


class RelationRule(NamedTuple):
    """The numbers that decide on states: purchase days of loyal customers, and silences as multiples of a gap."""

    loyal_from: int
    lapsed_after: float
    lost_after: float
    prior_gaps: float
    base_gap: float

    def typical_gap(self, n_gaps: Floats, span: Floats) -> Floats:
        """The mean of a customer's gaps and of the base's gap, which counts as ``prior_gaps`` of them."""
        return (span + self.prior_gaps * self.base_gap) / (n_gaps + self.prior_gaps)

    def lapses(self, day: npt.NDArray[np.int64], typical: Floats) -> npt.NDArray[np.int64]:
        """The first day on which a silence since ``day`` is too long for an active customer."""
        return _first_day_after(day, tolerant(self.lapsed_after) * typical)

    def is_lost(self, day: npt.NDArray[np.int64], typical: Floats) -> npt.NDArray[np.int64]:
        """The first day on which a silence since ``day`` is too long for a customer at all."""
        return _first_day_after(day, tolerant(self.lost_after) * typical)


def _first_day_after(day: npt.NDArray[np.int64], limit: Floats) -> npt.NDArray[np.int64]:
    return day + np.minimum(np.floor(limit), NEVER).astype(np.int64) + 1
