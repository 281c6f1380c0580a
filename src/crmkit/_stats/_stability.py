"""How far a distribution has moved from where it was."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Stability", "divergence_by_chance", "population_stability", "quantile_edges"]


class Stability(NamedTuple):
    """The population stability index, and what it stays below by chance alone, in so many of 100 samples."""

    psi: float
    by_chance: float


def population_stability(before: Floats, after: Floats, *, level: float) -> Stability:
    r"""Compare the counts of two samples in the same bins.

    .. math:: \mathrm{PSI} = \sum_b (q_b - p_b) \ln(q_b / p_b)

    Bins that are empty on both sides do not count. Half a customer is added to each of the others, so that an empty one
    has a logarithm. If nothing has changed, the index is distributed about like chi-square with one degree of freedom
    less than bins, times :math:`1/n + 1/m`.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 9.
    .. [2] Yurdakul (2018), *Statistical Properties of Population Stability Index*, Western Michigan University.
    """
    used = before + after > 0
    n_before, n_after, n_bins = before.sum(), after.sum(), int(used.sum())
    if not n_before or not n_after:
        return Stability(np.nan, np.nan)
    shares = [(counts[used] + 0.5) / (counts.sum() + 0.5 * n_bins) for counts in (before, after)]
    psi = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    return Stability(psi, divergence_by_chance(float(n_before), float(n_after), n_bins=n_bins, level=level))


def divergence_by_chance(n: float, m: float, *, n_bins: int, level: float) -> float:
    """What the index of two samples of one population stays below in so many of 100 cases."""
    from scipy.stats import chi2

    return float(chi2.ppf(level, n_bins - 1)) * (1 / n + 1 / m) if n_bins > 1 else 0.0


def quantile_edges(values: Floats, *, n_bins: int) -> Floats:
    """The inner edges of bins of about equal size, half way between neighbouring distinct values; missing left out."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.empty(0)
    distinct, counts = np.unique(known, return_counts=True)
    reached = np.cumsum(counts)[:-1]
    wanted = np.arange(1, n_bins) * len(known) / n_bins
    places = np.unique(np.searchsorted(reached, wanted))
    places = places[places < len(reached)]
    return np.asarray(distinct[places] + (distinct[places + 1] - distinct[places]) / 2)
