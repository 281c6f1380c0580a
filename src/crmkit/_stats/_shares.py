"""Two shares side by side, of independent groups or of the same customers twice."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, chdtrc, ndtri

from crmkit._arrays import Floats
from crmkit._stats._contrasts import Comparison
from crmkit._stats._intervals import wilson_interval
from crmkit._stats._margins import Margins, added_margins, ratio_ends

__all__ = [
    "PairedCounts",
    "compare_paired_shares",
    "compare_shares",
    "detectable_difference_of_paired_shares",
    "detectable_difference_of_shares",
    "detectable_increase_of_share",
]

# Halvings that place a share within a float.
_STEPS: Final = 60


class PairedCounts(NamedTuple):
    """How many had it both times, only this time, only the other time, and neither; each a column."""

    both: Floats
    only: Floats
    other_only: Floats
    neither: Floats


def compare_shares(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
    *,
    level: float,
) -> Comparison:
    """Compare two independent shares; ``nan`` where one has no trials.

    Newcombe's interval of the difference, the same of the ratio, and Pearson's test with N - 1 for N; Fisher's exact
    test where fewer than one is expected in a cell.

    References
    ----------
    .. [1] Newcombe (1998), "Interval Estimation for the Difference between Independent Proportions", *Statistics in
       Medicine* 17, method 10.
    .. [2] Campbell (2007), "Chi-Squared and Fisher-Irwin Tests of Two-by-Two Tables with Small Sample
       Recommendations", *Statistics in Medicine* 26.
    """
    counts = [np.asarray(each, dtype=float) for each in (successes, trials, other_successes, other_trials)]
    won, tried, other_won, other_tried = counts
    share, margins = _share(won, tried, level=level)
    other, other_margins = _share(other_won, other_tried, level=level)
    p_value = _p_value(*np.broadcast_arrays(*counts))
    return _comparison(share, other, margins, other_margins, np.zeros_like(share + other), p_value)


def compare_paired_shares(counts: PairedCounts, *, level: float) -> Comparison:
    """Compare the shares of the same customers at two times; ``nan`` without customers.

    Newcombe's interval of the difference, the same of the ratio, and McNemar's test with mid-p.

    References
    ----------
    .. [1] Newcombe (1998), "Improved Confidence Intervals for the Difference between Binomial Proportions Based on
       Paired Data", *Statistics in Medicine* 17, method 10.
    .. [2] Fagerland, Lydersen and Laake (2013), "The McNemar Test for Binary Matched-Pairs Data: Mid-p and Asymptotic
       are Better than Exact Conditional", *BMC Medical Research Methodology* 13:91.
    """
    both, only, other_only, neither = (np.asarray(each, dtype=float) for each in counts)
    n = both + only + other_only + neither
    share, margins = _share(both + only, n, level=level)
    other, other_margins = _share(both + other_only, n, level=level)
    fewer, changed = np.minimum(only, other_only), only + other_only
    p_value = _at_most(fewer, changed) + _at_most(fewer - 1, changed)
    correlation = _correlation(both, only, other_only, neither)
    return _comparison(share, other, margins, other_margins, correlation, np.where(n > 0, p_value, np.nan))


def detectable_difference_of_shares(
    share: npt.ArrayLike, trials: npt.ArrayLike, other_trials: npt.ArrayLike, *, alpha: npt.ArrayLike, power: float
) -> Floats:
    """Give the smallest true difference from ``share``, which the other group has, that a test would find.

    Towards one half, where a difference is harder to see. ``nan`` where even the largest would not be found.
    """
    base = np.asarray(share, dtype=float)
    # Measured from the nearer end, the difference is upwards.
    nearer = np.minimum(base, 1 - base)
    return detectable_increase_of_share(nearer, trials, other_trials, alpha=alpha, power=power)


def detectable_increase_of_share(
    share: npt.ArrayLike, trials: npt.ArrayLike, other_trials: npt.ArrayLike, *, alpha: npt.ArrayLike, power: float
) -> Floats:
    """Give the smallest true increase above ``share``, which the other group has, that a test would find.

    ``nan`` where even the largest would not be found. A decrease is an increase of the rest.

    References
    ----------
    .. [1] Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, 3rd ed., section 4.2.
    """
    base, n, other_n, tail = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (share, trials, other_trials, alpha))
    )
    n, other_n = (np.where(each > 0, each, np.nan) for each in (n, other_n))
    reach, seen = ndtri(1 - tail / 2), ndtri(power)

    def found(difference: Floats) -> npt.NDArray[np.bool_]:
        there = base + difference
        middle = (n * there + other_n * base) / (n + other_n)
        # Rounding may take the largest difference beyond 1.
        alike = reach * np.sqrt(np.maximum(middle * (1 - middle), 0.0) * (1 / n + 1 / other_n))
        apart = seen * np.sqrt(np.maximum(there * (1 - there), 0.0) / n + base * (1 - base) / other_n)
        return np.asarray(difference >= alike + apart)

    low, high = np.zeros_like(base), 1 - base
    possible = found(high)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = np.where(found(middle), low, middle), np.where(found(middle), middle, high)
    return np.where(possible, high, np.nan)


def detectable_difference_of_paired_shares(
    changed: npt.ArrayLike, n: npt.ArrayLike, *, alpha: npt.ArrayLike, power: float
) -> Floats:
    """Give the smallest true difference that McNemar's test would find, ``changed`` of ``n`` having it only once.

    ``nan`` where nobody changed, or where it would take more than all who changed.

    References
    ----------
    .. [1] Connor (1987), "Sample Size for Testing Differences in Proportions for the Paired-Sample Design",
       *Biometrics* 43.
    """
    pairs = np.where(np.asarray(n, dtype=float) > 0, np.asarray(n, dtype=float), np.nan)
    share = np.asarray(changed, dtype=float) / pairs
    reach, seen = ndtri(1 - np.asarray(alpha, dtype=float) / 2), ndtri(power)
    with np.errstate(invalid="ignore"):
        rest = np.sqrt(pairs + seen**2 - reach**2)
        found = np.sqrt(share) * (np.sqrt(pairs) * reach + seen * rest) / (pairs + seen**2)
    return np.where((share > 0) & (found <= share), found, np.nan)


def _at_most(heads: Floats, tosses: Floats) -> Floats:
    """The probability of so many heads, at most half of the tosses, or fewer."""
    some = (heads >= 0) & (tosses > 0)
    found = betainc(np.where(some, tosses - heads, 1.0), np.where(some, heads + 1, 1.0), 0.5)
    return np.where(some, found, np.where(heads >= 0, 1.0, 0.0))


def _share(won: Floats, tried: Floats, *, level: float) -> tuple[Floats, Margins]:
    share = won / np.where(tried > 0, tried, np.nan)
    lower, upper = wilson_interval(won, tried, level=level)
    return share, Margins(share - lower, upper - share)


def _comparison(
    share: Floats, other: Floats, margins: Margins, other_margins: Margins, correlation: Floats, p_value: Floats
) -> Comparison:
    difference = share - other
    below, above = added_margins(margins, other_margins, correlation=correlation)
    lower, upper = ratio_ends(share, other, margins, other_margins, correlation=correlation)
    relative = difference / np.where(other > 0, other, np.nan)
    return Comparison(difference, difference - below, difference + above, relative, lower - 1, upper - 1, p_value)


def _correlation(both: Floats, only: Floats, other_only: Floats, neither: Floats) -> Floats:
    """Newcombe's: the usual one, where above 0 brought nearer to it by half a customer in each cell."""
    n = both + only + other_only + neither
    crossed = both * neither - only * other_only
    crossed = np.where(crossed > 0, np.maximum(crossed - n / 2, 0.0), crossed)
    sides = (both + only) * (other_only + neither) * (both + other_only) * (only + neither)
    return np.where(sides > 0, crossed / np.sqrt(np.where(sides > 0, sides, 1.0)), 0.0)


def _p_value(won: Floats, tried: Floats, other_won: Floats, other_tried: Floats) -> Floats:
    total, wins = tried + other_tried, won + other_won
    sides = tried * other_tried * wins * (total - wins)
    crossed = won * (other_tried - other_won) - other_won * (tried - won)
    found = chdtrc(1, (total - 1) * crossed**2 / np.where(sides > 0, sides, np.inf))
    least = np.minimum(tried, other_tried) * np.minimum(wins, total - wins) / np.where(total > 0, total, np.nan)
    found = np.array(found)
    for place in map(tuple, np.argwhere((least < 1) & (sides > 0))):
        found[place] = _exact(won[place], tried[place], other_won[place], other_tried[place])
    return np.where((tried > 0) & (other_tried > 0), found, np.nan)


def _exact(won: float, tried: float, other_won: float, other_tried: float) -> float:
    from scipy.stats import fisher_exact

    table = [[int(won), int(tried - won)], [int(other_won), int(other_tried - other_won)]]
    return float(fisher_exact(table).pvalue)
