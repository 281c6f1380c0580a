"""How far values are from the middle of others, in a scale that a few large ones do not stretch."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["RobustScale", "mid_rank", "robust_scale"]

# Of a normal distribution, whose quartiles lie 0.6745 standard deviations from the middle.
_QUARTILE: Final = 0.6744897501960817


class RobustScale(NamedTuple):
    """The middle, the standard deviation that a normal distribution would have, and whether the MAD tells it.

    If more than half of the values are equal their median absolute deviation is 0; then the range of the quartiles
    tells the scale, and if that is 0 too nothing does: it is missing.
    """

    middle: Floats
    scale: Floats
    by_mad: npt.NDArray[np.bool_]


def robust_scale(values: Floats) -> RobustScale:
    """Find middle and scale along the last axis; missing without values."""
    if values.shape[-1] == 0:
        nothing = np.full(values.shape[:-1], np.nan)
        return RobustScale(nothing, nothing, np.zeros(values.shape[:-1], dtype=bool))
    middle = np.median(values, axis=-1)
    mad = np.median(np.abs(values - middle[..., None]), axis=-1) / _QUARTILE
    low, high = np.percentile(values, [25, 75], axis=-1)
    iqr = (high - low) / (2 * _QUARTILE)
    scale = np.where(mad > 0, mad, np.where(iqr > 0, iqr, np.nan))
    return RobustScale(middle, scale, np.asarray(mad > 0))


def mid_rank(values: Floats) -> Floats:
    """The percentile of each value among all: the share below it and half of the share of those equal to it."""
    from scipy.stats import rankdata

    return np.asarray((rankdata(values, method="average") - 0.5) / len(values))
