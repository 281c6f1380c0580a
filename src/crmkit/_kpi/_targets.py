"""How far a target was attained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["attainment"]


def attainment(value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """1 at a target and within a band, otherwise 1 plus or minus the distance from it in units of its size.

    ``low`` is what should be reached, ``high`` what should not be exceeded; a missing one is no limit. With one limit
    more than 1 is better than the target. Measured by the size of the target, a negative one is read right: a loss of
    25 where one of 50 was planned is 1.5. Undefined at a target of 0.
    """
    values, lows, highs = (np.asarray(each, dtype=float) for each in np.broadcast_arrays(value, low, high))
    above_low = 1 + (values - lows) / np.where(lows == 0, np.nan, np.abs(lows))
    below_high = 1 - (values - highs) / np.where(highs == 0, np.nan, np.abs(highs))
    outside = np.where(values < lows, above_low, below_high)
    in_band = np.where((values >= lows) & (values <= highs), 1.0, outside)
    in_band = np.where(np.isnan(values), np.nan, in_band)
    one = np.where(np.isnan(lows), below_high, above_low)
    return np.where(np.isnan(lows) | np.isnan(highs), one, in_band)
