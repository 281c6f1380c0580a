"""Means of groups: each group's, that of all others, their standardised difference, and how much groups explain."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from crmkit._arrays import Floats
from crmkit._stats._contrasts import Contrast, Sample, compare, contrast_of_samples
from crmkit._stats._intervals import normal_reach
from crmkit._stats._rank_comparisons import Explained, corrected_share

__all__ = ["Standardised", "explained_means", "group_samples", "samples_of_others", "standardised_difference"]


class Standardised(NamedTuple):
    """Cohen's d with its interval and the p-value of equal means; each a column."""

    d: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    contrast: Contrast


def group_samples(values: Floats, groups: npt.NDArray[np.intp], *, n_groups: int) -> Sample:
    """Count and describe the values of each group, each around its own mean; rows of group -1 are left out."""
    given = groups >= 0
    values, groups = values[given], groups[given]

    def sums(of: Floats) -> Floats:
        return np.asarray(np.bincount(groups, weights=of, minlength=n_groups), dtype=np.float64)

    n = np.bincount(groups, minlength=n_groups).astype(np.float64)
    base = np.where(n > 0, n, np.nan)
    mean = sums(values) / base
    off = values - mean[groups]
    # What rounding left of the mean.
    mean = mean + sums(off) / base
    off = values - mean[groups]
    squares = _without_noise(sums(off**2), n * mean**2)
    return Sample(n, mean, squares / np.where(n > 1, n - 1, np.nan), sums(off**3) / base)


def samples_of_others(samples: Sample) -> Sample:
    """Of each group, describe all others together; nothing is subtracted, so a small rest keeps its digits."""
    n, mean, variance, third = (np.asarray(each, dtype=np.float64) for each in samples)
    others = n * (1 - np.eye(len(n)))
    known_mean = np.where(n > 0, mean, 0.0)
    n_others = others.sum(axis=1)
    base = np.where(n_others > 0, n_others, np.nan)
    mean_others = others @ known_mean / base
    off = known_mean[None, :] - mean_others[:, None]
    of_others = others > 0
    squares = np.where(n > 1, variance * (n - 1), 0.0)
    cubes = np.where(n > 0, third, 0.0)
    squares_others = np.where(of_others, squares + others * off**2, 0.0).sum(axis=1)
    cubes_others = np.where(of_others, others * (cubes + off**3) + 3 * off * squares, 0.0).sum(axis=1)
    squares_others = _without_noise(squares_others, n_others * mean_others**2)
    return Sample(
        n_others, mean_others, squares_others / np.where(n_others > 1, n_others - 1, np.nan), cubes_others / base
    )


def standardised_difference(sample: Sample, other: Sample, *, level: float) -> Standardised:
    """Give Cohen's d, the difference of two means in standard deviations of both samples together.

    The p-value is that of Welch's test, corrected for skewness as `compare` does. The interval is that of the
    difference, widened by what is not known of the standard deviation. Without any spread there is no d.

    References
    ----------
    .. [1] Cohen (1988), *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed., section 2.2.
    .. [2] Hedges and Olkin (1985), *Statistical Methods for Meta-Analysis*, section 5E.
    """
    contrast = contrast_of_samples(sample, other)
    found = compare(contrast, level=level)
    n, other_n = np.asarray(sample.n, dtype=np.float64), np.asarray(other.n, dtype=np.float64)
    squares = (n - 1) * np.asarray(sample.variance) + (other_n - 1) * np.asarray(other.variance)
    freedom = np.where((n > 1) & (other_n > 1), n + other_n - 2, np.nan)
    spread = np.sqrt(squares / freedom)
    spread = np.where(spread > 0, spread, np.nan)
    d = found.difference / spread
    of_spread = (normal_reach(level) * d) ** 2 / (2 * freedom)
    below = np.sqrt(((found.difference - found.lower) / spread) ** 2 + of_spread)
    above = np.sqrt(((found.upper - found.difference) / spread) ** 2 + of_spread)
    p_value = np.where(np.isnan(spread), np.nan, found.p_value)
    return Standardised(d, d - below, d + above, p_value, contrast)


def explained_means(samples: Sample) -> Explained:
    """The share of the variance that the means of groups explain, less what chance does, with a test.

    Brown and Forsythe's test allows groups of different spread, some without any. Groups of one value, whose spread is
    not known, are taken to have that of the others together. ``nan`` where there are fewer than two groups with a
    value, no more values than groups, or no spread within any.

    References
    ----------
    .. [1] Brown and Forsythe (1974), "The Small Sample Behavior of Some Statistics Which Test the Equality of Several
       Means", *Technometrics* 16.
    .. [2] Kelley (1935), "An Unbiased Correlation Ratio Measure", *Proceedings of the National Academy of Sciences* 21.
    """
    there = np.asarray(samples.n) > 0
    n, mean, variance = (np.asarray(each, dtype=np.float64)[there] for each in samples[:3])
    n_groups, whole = len(n), float(n.sum())
    if n_groups < 2:
        return Explained(np.nan, np.nan)
    centre = float(n @ mean) / whole
    between = float(n @ (mean - centre) ** 2)
    variance = np.where(n > 1, variance, 0.0)
    within = float((n - 1) @ variance)
    if not between + within > 0:
        return Explained(np.nan, np.nan)
    share = corrected_share(between / (between + within), whole, n_groups)
    if not within > 0:
        return Explained(share, np.nan)
    alone = n < 2
    parts = (np.where(alone, 0.0, 1 - n / whole) + (1 - n / whole)[alone].sum() * (n - 1) / (n - 1).sum()) * variance
    freedom = 1 / float((((parts / parts.sum()) ** 2)[~alone] / (n[~alone] - 1)).sum())
    return Explained(share, float(fdtrc(n_groups - 1, freedom, between / float(parts.sum()))))


def _without_noise(squares: Floats, of_mean: Floats) -> Floats:
    """Squares that are nothing beside that of the mean are rounding."""
    return np.where(squares > 1e-24 * of_mean, squares, 0.0)
