"""Groups compared by the ranks of their values: which is larger, how surely, and how much of the ranks they explain."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaln, stdtr, stdtrit

from crmkit._arrays import Floats
from crmkit._stats._intervals import normal_reach

__all__ = ["Dominance", "Explained", "corrected_share", "dominance", "explained_ranks", "value_counts"]

# Halvings that place a share within a float.
# Of fewer values the test by ranks rests on too few.
_FEW: Final = 10
_STEPS: Final = 60


class Dominance(NamedTuple):
    """Cliff's delta with its interval, and the p-value of 0."""

    delta: float
    lower: float
    upper: float
    p_value: float


class Explained(NamedTuple):
    """The share of the variance that groups explain, less what chance explains, and the p-value of none."""

    share: float
    p_value: float


def value_counts(values: Floats, groups: npt.NDArray[np.intp], *, n_groups: int) -> tuple[Floats, list[Floats]]:
    """The distinct values, ascending, and how often each group has each of them; rows of group -1 are left out."""
    given = groups >= 0
    distinct, codes = np.unique(values[given], return_inverse=True)
    groups = groups[given]
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=n_groups))
    parts = np.split(codes[order], ends[:-1])
    return distinct, [np.bincount(part, minlength=len(distinct)).astype(np.float64) for part in parts]


def dominance(counts: Floats, other_counts: Floats, *, level: float) -> Dominance:
    r"""Compare two groups, given how often each has each of the values in ascending order.

    .. math:: \delta = P(x > y) - P(x < y)

    Cliff's delta is 1 where all values of the first group are larger and 0 where neither tends to be; of values that
    are 0 or 1 it is the difference of the shares. Interval and p-value, which agree on 0, are Brunner and Munzel's:
    the two groups may differ in spread and shape. Where no value of one is reached by the other, Newcombe's interval
    takes their place, and the p-value is that of a permutation. Fewer than ten values do not tell their own spread:
    with so few it is at least that of ranks without any difference, as Mann and Whitney have it. Where all values are
    equal there is neither; where a group has fewer than two, neither, and without any, no delta.

    References
    ----------
    .. [1] Cliff (1993), "Dominance Statistics: Ordinal Analyses to Answer Ordinal Questions", *Psychological
       Bulletin* 114.
    .. [2] Brunner and Munzel (2000), "The Nonparametric Behrens-Fisher Problem: Asymptotic Theory and a Small-Sample
       Approximation", *Biometrical Journal* 42.
    .. [3] Newcombe (2006), "Confidence Intervals for an Effect Size Measure Based on the Mann-Whitney Statistic",
       *Statistics in Medicine* 25, method 5.
    .. [4] Mann and Whitney (1947), "On a Test of Whether One of Two Random Variables Is Stochastically Larger than the
       Other", *Annals of Mathematical Statistics* 18.
    """
    n, m = float(counts.sum()), float(other_counts.sum())
    if not n or not m:
        return Dominance(np.nan, np.nan, np.nan, np.nan)
    below, other_below = _middle_ranks(counts) / n, _middle_ranks(other_counts) / m
    larger = float(counts @ other_below) / n
    delta = 2 * larger - 1
    if min(n, m) < 2:
        return Dominance(delta, np.nan, np.nan, np.nan)
    part = float(counts @ (other_below - larger) ** 2) / (n - 1) / n
    other_part = float(other_counts @ (below - (1 - larger)) ** 2) / (m - 1) / m
    if part + other_part > 0:
        error = 2 * np.sqrt(part + other_part)
        freedom = (part + other_part) ** 2 / (part**2 / (n - 1) + other_part**2 / (m - 1))
        least = 2 * np.sqrt(_without_difference(counts + other_counts, n, m))
        if min(n, m) < _FEW and least > error:
            error, freedom = least, np.inf
        reach = float(stdtrit(freedom, (1 + level) / 2)) * error
        p_value = 2 * float(stdtr(freedom, -abs(delta) / error))
        return Dominance(delta, max(delta - reach, -1.0), min(delta + reach, 1.0), p_value)
    if abs(delta) < 0.5:
        return Dominance(0.0, np.nan, np.nan, np.nan)
    end = _end_of_separation(n, m, level=level)
    p_value = min(2 * float(np.exp(gammaln(n + 1) + gammaln(m + 1) - gammaln(n + m + 1))), 1.0)
    return Dominance(1.0, end, 1.0, p_value) if delta > 0 else Dominance(-1.0, -1.0, -end, p_value)


def _without_difference(together: Floats, n: float, m: float) -> float:
    """The variance of the probability of a larger value, ties counted half, where two groups do not differ."""
    whole = n + m
    ties = float((together**3 - together).sum()) / (whole**3 - whole)
    return (whole + 1) / (12 * n * m) * (1 - ties)


def explained_ranks(counts: list[Floats]) -> Explained:
    """The share of the variance of ranks that groups explain, less what chance does, with Kruskal and Wallis' test.

    Given how often each group has each of the values in ascending order. ``nan`` where there are fewer than two groups
    with a value, no more values than groups, or where all are equal.

    References
    ----------
    .. [1] Kruskal and Wallis (1952), "Use of Ranks in One-Criterion Variance Analysis", *JASA* 47.
    .. [2] Tomczak and Tomczak (2014), "The Need to Report Effect Size Estimates Revisited", *Trends in Sport
       Sciences* 1(21).
    """
    there = [each for each in counts if each.any()]
    n_groups = len(there)
    if n_groups < 2:
        return Explained(np.nan, np.nan)
    together = np.sum(there, axis=0)
    n = float(together.sum())
    ranks = _middle_ranks(together) - n / 2
    between = sum(float(each @ ranks) ** 2 / float(each.sum()) for each in there)
    whole = float(together @ ranks**2)
    if whole <= 0:
        return Explained(np.nan, np.nan)
    share = min(between / whole, 1.0)
    return Explained(corrected_share(share, n, n_groups), float(chdtrc(n_groups - 1, share * (n - 1))))


def corrected_share(share: float, n: float, n_groups: int) -> float:
    """Take from the share of a variance that groups explain what chance explains; at least 0.

    References
    ----------
    .. [1] Kelley (1935), "An Unbiased Correlation Ratio Measure", *Proceedings of the National Academy of Sciences* 21.
    """
    if n <= n_groups:
        return np.nan
    return max((share * (n - 1) - (n_groups - 1)) / (n - n_groups), 0.0)


def _middle_ranks(counts: Floats) -> Floats:
    """How many are below each value, half of those at it among them."""
    return np.asarray(np.cumsum(counts) - counts / 2)


def _end_of_separation(n: float, m: float, *, level: float) -> float:
    """The lower end of delta where it was found to be 1."""
    z = normal_reach(level)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        of_spread = 1 + ((n + m) / 2 - 1) * ((1 - middle) / (2 - middle) + middle / (1 + middle))
        is_below = 1 - middle > z**2 * middle * of_spread / (n * m)
        low, high = (middle, high) if is_below else (low, middle)
    return 2 * low - 1
