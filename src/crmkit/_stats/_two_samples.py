"""How sure a mean is, and how far two shares or two means differ."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._stats._contrasts import Sample, compare, contrast_of_samples
from crmkit._stats._shares import compare_shares

__all__ = ["difference_of_means", "difference_of_shares", "mean_interval"]


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
    check_fraction(level, name="level")
    found = compare_shares(successes, trials, other_successes, other_trials, level=level)
    return found.difference, found.lower, found.upper


def difference_of_means(sample: Sample, other: Sample, *, level: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """The difference of two means with Welch's interval; the ends are ``nan`` where a sample has fewer than two values.

    References
    ----------
    .. [1] Welch (1947), "The Generalization of 'Student's' Problem when Several Different Population Variances are
       Involved", *Biometrika* 34.
    """
    check_fraction(level, name="level")
    found = compare(contrast_of_samples(sample, other), level=level)
    return found.difference, found.lower, found.upper


def _divided(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    base = np.asarray(below, dtype=float)
    return np.asarray(above, dtype=float) / np.where(base > 0, base, np.nan)
