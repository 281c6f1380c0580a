"""Two means, or ratios of sums, side by side: their difference, their ratio, a test, and what a test could see."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from crmkit._arrays import Floats
from crmkit._stats._margins import Margins, added_margins, ratio_ends

__all__ = [
    "LARGEST_SUM",
    "Comparison",
    "Contrast",
    "Sample",
    "compare",
    "contrast_of_pairs",
    "contrast_of_samples",
    "detectable_difference",
    "is_too_skewed",
]

# The squares of variances of what adds up to more are larger than any number.
LARGEST_SUM: Final = 1e70
# Of the cubic below at most this much is taken away at one end, for beyond the correction has no bounds.
_MOST_TAKEN: Final = 0.916


class Sample(NamedTuple):
    """How many values there are, their mean and variance, and the mean cube of their distance from the mean.

    Each is a number or a column. Without ``third`` nothing is corrected for skewness.
    """

    n: npt.ArrayLike
    mean: npt.ArrayLike
    variance: npt.ArrayLike
    third: npt.ArrayLike = 0.0


class Contrast(NamedTuple):
    """Two estimates with their standard errors, and what is known of these; each a number or a column.

    ``freedom`` are the degrees of freedom of the errors, ``skewness`` is that of the difference if both estimates were
    of one population: 0 for pairs, and for samples of the same size.
    """

    value: Floats
    other: Floats
    error: Floats
    other_error: Floats
    correlation: Floats
    freedom: Floats
    skewness: Floats

    @property
    def error_of_difference(self) -> Floats:
        """The standard error of ``value`` - ``other``; ``nan`` without degrees of freedom."""
        one, two = self.error, self.other_error
        together = np.sqrt(np.maximum(one**2 + two**2 - 2 * self.correlation * one * two, 0.0))
        return np.where(self.freedom > 0, together, np.nan)


class Comparison(NamedTuple):
    """A difference with its interval, the same in relation to the other value, and the p-value of no difference."""

    difference: Floats
    lower: Floats
    upper: Floats
    relative: Floats
    relative_lower: Floats
    relative_upper: Floats
    p_value: Floats


def contrast_of_samples(sample: Sample, other: Sample) -> Contrast:
    """Set the means of two independent samples side by side, with Welch's degrees of freedom.

    References
    ----------
    .. [1] Welch (1947), "The Generalization of 'Student's' Problem when Several Different Population Variances are
       Involved", *Biometrika* 34.
    """
    one, two = (Sample(*(np.asarray(each, dtype=float) for each in given)) for given in (sample, other))
    n, other_n = np.asarray(one.n, dtype=float), np.asarray(two.n, dtype=float)
    part, other_part = _divided(one.variance, n), _divided(two.variance, other_n)
    squared = part + other_part
    freedom = _divided(squared**2, _divided(part**2, n - 1) + _divided(other_part**2, other_n - 1))
    # Without any spread there is nothing to be uncertain about.
    freedom = np.where(squared == 0, n + other_n - 2, freedom)
    return Contrast(
        np.asarray(one.mean, dtype=float),
        np.asarray(two.mean, dtype=float),
        np.sqrt(part),
        np.sqrt(other_part),
        np.zeros_like(squared),
        np.where((n > 1) & (other_n > 1), freedom, np.nan),
        _skewness(one, two),
    )


def contrast_of_pairs(
    n: npt.ArrayLike,
    means: tuple[npt.ArrayLike, npt.ArrayLike],
    variances: tuple[npt.ArrayLike, npt.ArrayLike],
    covariance: npt.ArrayLike,
) -> Contrast:
    """Set two means of the same ``n`` side by side, by the variances of their values and the covariance of the pairs.

    For ratios of sums the values are the linear terms of the delta method, (numerator - ratio × denominator) / mean
    denominator.
    """
    pairs = np.asarray(n, dtype=float)
    spread, other_spread = (np.sqrt(np.asarray(each, dtype=float)) for each in variances)
    root = np.sqrt(np.where(pairs > 1, pairs, np.nan))
    return Contrast(
        np.asarray(means[0], dtype=float),
        np.asarray(means[1], dtype=float),
        spread / root,
        other_spread / root,
        np.clip(np.nan_to_num(_divided(covariance, spread * other_spread)), -1.0, 1.0),
        np.where(pairs > 1, pairs - 1, np.nan),
        np.zeros_like(pairs),
    )


def compare(contrast: Contrast, *, level: float) -> Comparison:
    """Compare two means, or two ratios of sums.

    The interval is Student's with the degrees of freedom of the contrast. Where it is skewed, as it is if the samples
    differ in size and the values have a long tail, the interval goes as much further towards the tail as Hall's
    transformation takes it, and is nowhere narrower than Student's. The interval in relation to ``other``, ``nan``
    where that is not above 0, and the p-value follow from the same statistic: all three agree on whether 0 is left out.

    References
    ----------
    .. [1] Hall (1992), "On the Removal of Skewness by Transformation", *Journal of the Royal Statistical Society*
       B 54.
    .. [2] Zhou and Dinh (2005), "Nonparametric Confidence Intervals for the One- and Two-Sample Problems",
       *Biostatistics* 6.
    """
    quantile = stdtrit(contrast.freedom, (1 + level) / 2)
    skewness = np.clip(contrast.skewness, -_limit(quantile), _limit(quantile))
    down = np.maximum(quantile, _untransformed(quantile, skewness))
    up = np.maximum(quantile, -_untransformed(-quantile, skewness))
    margins = Margins(down * contrast.error, up * contrast.error)
    other_margins = Margins(up * contrast.other_error, down * contrast.other_error)
    difference = contrast.value - contrast.other
    below, above = added_margins(margins, other_margins, correlation=contrast.correlation)
    lower, upper = ratio_ends(contrast.value, contrast.other, margins, other_margins, correlation=contrast.correlation)
    positive = np.where(contrast.other > 0, contrast.other, np.nan)
    return Comparison(
        difference,
        difference - below,
        difference + above,
        difference / positive,
        lower - 1,
        upper - 1,
        _p_value(contrast, skewness),
    )


def detectable_difference(contrast: Contrast, *, alpha: npt.ArrayLike, power: float) -> Floats:
    """Give the smallest true difference that a two-sided test at ``alpha`` would find with probability ``power``.

    It rests on the standard error alone, not on what was found. ``nan`` without an error.

    References
    ----------
    .. [1] Hoenig and Heisey (2001), "The Abuse of Power", *The American Statistician* 55.
    """
    tail = np.asarray(alpha, dtype=float) / 2
    reach = stdtrit(contrast.freedom, 1 - tail) + stdtrit(contrast.freedom, power)
    error = contrast.error_of_difference
    return np.where(error > 0, reach * error, np.nan)


def is_too_skewed(contrast: Contrast, *, level: float) -> npt.NDArray[np.bool_]:
    """Whether the values are so skewed for the size of the samples that the correction is cut off."""
    return np.asarray(np.abs(contrast.skewness) > _limit(stdtrit(contrast.freedom, (1 + level) / 2)))


def _skewness(sample: Sample, other: Sample) -> Floats:
    """The skewness of the difference of two means of one population.

    Skewness is measured in both samples together: that of a small one alone is noise, and a correction by it made
    intervals hold the truth less often than none.
    """
    n, other_n = np.asarray(sample.n, dtype=float), np.asarray(other.n, dtype=float)
    squares = (n - 1) * np.asarray(sample.variance) + (other_n - 1) * np.asarray(other.variance)
    spread = np.sqrt(_divided(squares, n + other_n - 2))
    cubes = _divided(n * np.asarray(sample.third) + other_n * np.asarray(other.third), n + other_n)
    of_values = _divided(cubes, spread**3)
    of_sizes = _divided(1 / np.maximum(n, 1) ** 2 - 1 / np.maximum(other_n, 1) ** 2, 1.0)
    return np.nan_to_num(of_values * of_sizes * _divided(1.0, _divided(1.0, n) + _divided(1.0, other_n)) ** 1.5)


def _limit(quantile: Floats) -> Floats:
    """The skewness at which the cubic takes away `_MOST_TAKEN` at the far end."""
    return np.asarray(3 * (np.sqrt(quantile**2 + 2 * _MOST_TAKEN / 3) - quantile))


def _transformed(statistic: Floats, skewness: Floats) -> Floats:
    """Hall's cubic, which makes a skewed statistic nearly normal."""
    added = skewness * statistic**2 / 3 + skewness**2 * statistic**3 / 27 + skewness / 6
    return np.asarray(statistic + added)


def _untransformed(quantile: Floats, skewness: Floats) -> Floats:
    """The statistic that Hall's cubic takes to a quantile."""
    divisor = np.where(skewness == 0, 1.0, skewness)
    found = 3 / divisor * (np.cbrt(1 + divisor * (quantile - divisor / 6)) - 1)
    return np.where(skewness == 0, quantile, found)


def _p_value(contrast: Contrast, skewness: Floats) -> Floats:
    error, difference = contrast.error_of_difference, contrast.value - contrast.other
    statistic = difference / np.where(error > 0, error, np.nan)
    least = np.minimum(np.abs(statistic), np.sign(statistic) * _transformed(statistic, skewness))
    p_value = np.minimum(2 * stdtr(contrast.freedom, -least), 1.0)
    # Without any spread a difference is sure.
    return np.where(error == 0, np.where(difference == 0, 1.0, 0.0), p_value)


def _divided(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    base = np.asarray(below, dtype=float)
    return np.asarray(above, dtype=float) / np.where(base > 0, base, np.nan)
