"""Differences between those contacted and the others in how each customer changed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import fdtrc

from crmkit._arrays import Floats
from crmkit._stats import Contrast, Sample, contrast_of_samples
from crmkit.loyalty.campaigns._panel import Panel

__all__ = [
    "FEWEST_CHANGES",
    "Changes",
    "Trend",
    "campaign_weights",
    "changes",
    "earlier_trend",
    "event_weights",
    "placebo_weights",
]

FEWEST_CHANGES: Final = 30
"""Fewer customers of a side who changed at all are too few."""


class Changes(NamedTuple):
    """Contrasts of changes, one per column of weights, and how many customers of the smaller side changed."""

    contrast: Contrast
    n_changed: Floats


class Trend(NamedTuple):
    """The joint test that those contacted and the others changed alike before the campaign."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


def changes(panel: Panel, outcome: str, weights: Floats) -> Changes:
    """Weigh the periods of each customer, and compare the means of both sides: errors are clustered by customer."""
    values = panel.outcomes[outcome] @ weights
    sides = values[panel.treated], values[~panel.treated]
    contrast = contrast_of_samples(*map(_sample, sides))
    return Changes(contrast, np.minimum(*((side != 0).sum(axis=0) for side in sides)))


def campaign_weights(n_periods: int, n_before: int) -> Floats:
    """The mean after the campaign less the mean before, as one column of weights."""
    after = np.arange(n_periods) >= n_before
    return np.where(after, 1 / (n_periods - n_before), -1 / n_before)[:, None]


def event_weights(n_periods: int, n_before: int) -> Floats:
    """Each period less the last one before the campaign; a column per period, that of the last one before is 0."""
    weights = np.eye(n_periods)
    weights[n_before - 1] -= 1
    return weights


def placebo_weights(n_periods: int, n_before: int) -> Floats:
    """The campaign moved to each earlier period but the first, without what came after the real one; a column each."""
    weights = np.zeros((n_periods, n_before - 1))
    for date in range(1, n_before):
        weights[:n_before, [date - 1]] = campaign_weights(n_before, date)
    return weights


def earlier_trend(panel: Panel, outcome: str) -> Trend:
    """Test that all earlier periods differ from the last one before the campaign alike on both sides.

    Hotelling's test with a covariance of each side of its own; a direction in which nobody changed does not count.
    """
    n_before = panel.n_before
    weights = event_weights(panel.outcomes[outcome].shape[1], n_before)[:, : n_before - 1]
    values = panel.outcomes[outcome] @ weights
    sides = values[panel.treated], values[~panel.treated]
    if min(map(len, sides)) < 2:
        return Trend(np.nan, 0, np.nan)
    covariance = sum(np.atleast_2d(np.cov(side, rowvar=False)) / len(side) for side in sides)
    difference = sides[0].mean(axis=0) - sides[1].mean(axis=0)
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    freedom = float(np.nanmin(contrast_of_samples(*map(_sample, sides)).freedom)) - rank + 1
    if rank == 0 or freedom <= 0:
        return Trend(np.nan, 0, np.nan)
    statistic = float(difference @ np.linalg.pinv(covariance, rcond=1e-12, hermitian=True) @ difference)
    return Trend(statistic, rank, float(fdtrc(rank, freedom, statistic * freedom / (freedom + rank - 1) / rank)))


def _sample(values: Floats) -> Sample:
    mean = values.mean(axis=0)
    apart = values - mean
    n = len(values)
    squares = apart * apart
    variance = squares.sum(axis=0) / (n - 1) if n > 1 else np.full(values.shape[1], np.nan)
    return Sample(np.full(values.shape[1], n), mean, variance, (squares * apart).mean(axis=0))
