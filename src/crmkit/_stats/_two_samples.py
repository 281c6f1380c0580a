"""Samples by their number, mean and variance: how sure a mean is, and how far two shares or two means differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._stats._intervals import wilson_interval

__all__ = ["Sample", "difference_of_means", "difference_of_shares", "mean_interval"]


class Sample(NamedTuple):
    """How many values there are, their mean and their variance, each a number or a column."""

    n: npt.ArrayLike
    mean: npt.ArrayLike
    variance: npt.ArrayLike


def mean_interval(sample: Sample, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Student's interval of a mean; ``nan`` where there are fewer than two values.

    References
    ----------
    .. [1] Student (1908), "The Probable Error of a Mean", *Biometrika* 6.
    """
    check_fraction(level, name="level")
    n, mean = np.asarray(sample.n, dtype=float), np.asarray(sample.mean, dtype=float)
    n = np.where(n > 1, n, np.nan)
    reach = stdtrit(n - 1, (1 + level) / 2) * np.sqrt(_divided(sample.variance, n))
    return mean - reach, mean + reach


def difference_of_shares(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """The difference of two independent shares with Newcombe's interval; ``nan`` where one has no trials.

    References
    ----------
    .. [1] Newcombe (1998), "Interval Estimation for the Difference between Independent Proportions", *Statistics in
       Medicine* 17, method 10.
    """
    won, tried, other_won, other_tried = (
        np.asarray(each, dtype=float) for each in (successes, trials, other_successes, other_trials)
    )
    share, other = (_divided(each, base) for each, base in ((won, tried), (other_won, other_tried)))
    low, high = wilson_interval(won, tried, level=level)
    other_low, other_high = wilson_interval(other_won, other_tried, level=level)
    difference = share - other
    below = np.sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = np.sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return difference, difference - below, difference + above


def difference_of_means(sample: Sample, other: Sample, *, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """The difference of two means with Welch's interval; the ends are ``nan`` where a sample has fewer than two values.

    References
    ----------
    .. [1] Welch (1947), "The Generalization of 'Student's' Problem when Several Different Population Variances are
       Involved", *Biometrika* 34.
    """
    check_fraction(level, name="level")
    mean, other_mean = np.asarray(sample.mean, dtype=float), np.asarray(other.mean, dtype=float)
    n, other_n = (np.asarray(each.n, dtype=float) for each in (sample, other))
    part, other_part = _divided(sample.variance, n), _divided(other.variance, other_n)
    squared = part + other_part
    freedom = _divided(squared**2, _divided(part**2, n - 1) + _divided(other_part**2, other_n - 1))
    difference = np.asarray(mean - other_mean)
    # Without any spread there is nothing to be uncertain about.
    reach = np.where(squared == 0, 0.0, stdtrit(freedom, (1 + level) / 2) * np.sqrt(squared))
    reach = np.where((n > 1) & (other_n > 1), reach, np.nan)
    return difference, difference - reach, difference + reach


def _divided(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    base = np.asarray(below, dtype=float)
    return np.asarray(above, dtype=float) / np.where(base > 0, base, np.nan)
