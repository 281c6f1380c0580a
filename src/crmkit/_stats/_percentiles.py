"""Percentiles on a scale that stays as it was: where a value stands among those seen, or among lives that end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats._distinct import distinct_values
from crmkit._stats._survival import kaplan_meier

__all__ = ["PercentileScale", "percentile_scale", "survival_scale"]

# A scale of more points than this is thinned to so many, which moves no percentile by more than one part in 10,000.
_MOST_POINTS = 10_001
_NARROWEST = 1e-290


class PercentileScale(NamedTuple):
    """Points, ascending, and their percentiles from 0 to 1; between two points a percentile lies on the line."""

    points: Floats
    percentiles: Floats

    def __call__(self, values: Floats) -> Floats:
        """Place values on the scale; what lies beyond its ends stands at them, and what is missing stays missing."""
        points = self.points
        with np.errstate(over="ignore"):
            width = points[-1] - points[0]
            if not np.isfinite(width):
                # Halves, for the difference of the largest numbers overflows.
                values, points = values / 2, points / 2
            elif 0 < width < _NARROWEST:
                # The slope of a line over so small a width overflows.
                values, points = values / width, points / width
        # On a scale of one point NumPy places what is missing too.
        return np.where(np.isnan(values), np.nan, np.interp(values, points, self.percentiles))


def percentile_scale(values: Floats) -> PercentileScale:
    """Make a scale of values: the share below each, and half the share of those equal to it."""
    distinct, counts = distinct_values(values)
    reached = np.cumsum(counts)
    return _thinned(PercentileScale(distinct, (reached - counts / 2) / reached[-1]))


def survival_scale(durations: Floats, observed: npt.NDArray[np.bool_]) -> PercentileScale:
    """Make a scale of durations, of which some are not over: the share expected to end sooner, by Kaplan and Meier.

    Half of those that end at the duration itself count. If all are over, this is the scale of their values.
    """
    curve = kaplan_meier(durations, observed)
    ended = 1 - curve.survival
    return _thinned(PercentileScale(curve.times, (np.append(0.0, ended[:-1]) + ended) / 2))


def _thinned(scale: PercentileScale) -> PercentileScale:
    """Keep points at even steps of the percentile, the ends among them."""
    if len(scale.points) <= _MOST_POINTS:
        return scale
    steps = np.linspace(scale.percentiles[0], scale.percentiles[-1], _MOST_POINTS)
    kept = np.unique(np.append(np.searchsorted(scale.percentiles, steps[:-1]), len(scale.points) - 1))
    return PercentileScale(scale.points[kept], scale.percentiles[kept])
