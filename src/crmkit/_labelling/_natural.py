"""Fisher's natural breaks."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["natural_breaks"]

Positions: TypeAlias = npt.NDArray[np.intp]

# Takes some seconds; if there are more groups of values than this, they are merged first.
_MOST_GROUPS = 1_000_000
# Groupings whose deviations differ relatively by no more than this are equally good, and the first counts.
_ROUNDING = 1e-10


def natural_breaks(distinct: Floats, counts: npt.NDArray[np.int64], *, n_bins: int) -> Positions:
    """The last values of all bins but the highest, such that the squared deviation within bins is smallest.

    The best start of the last group never moves back as values are added, so the starts for all values are found by
    halving: that of the middle value bounds those on either side.

    References
    ----------
    .. [1] Wang and Song (2011), "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension by Dynamic Programming",
       *The R Journal* 3(2).
    .. [2] Grønlund, Larsen, Mathiasen, Nielsen, Schneider and Song (2017), "Fast Exact k-Means, k-Medians and Bregman
       Divergence Clustering in 1D", arXiv:1701.07204, for the halving.
    """
    # Deviations from the median are added up outwards: sums of squares of distant values lose digits, and the few
    # values at the ends must not cost the many in the middle their digits.
    middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    deviation = distinct - distinct[middle]
    # Scaling by a power of two keeps all digits; squares of the smallest and largest floats would leave the range.
    _, exponent = np.frexp(np.abs(deviation).max())
    deviation = np.ldexp(deviation, -exponent)
    parts = (counts.astype(float), counts * deviation, counts * deviation**2)
    sums = [_added_up(part, middle) for part in parts]
    groups = _group_starts(counts)
    while True:
        breaks = _best_breaks([of_all[np.append(groups, len(distinct))] for of_all in sums], n_bins=n_bins)
        ends = groups[breaks] - 1
        finer = _parted(groups, breaks, n_values=len(distinct))
        if len(finer) == len(groups):
            break
        groups = finer
    # With fewer values than bins, the highest bin must still be reached, so the last break is repeated.
    return np.append(ends, np.full(n_bins - 1 - len(ends), ends[-1]))


def _best_breaks(sums: list[Floats], *, n_bins: int) -> Positions:
    """The positions at which the second bin and those after it begin, ascending."""
    n = len(sums[0]) - 1
    best = _within(sums, np.zeros(n, dtype=np.intp), np.arange(1, n + 1))
    choices = []
    for n_groups in range(1, min(n_bins, n)):
        # Of the last bin, only the one that ends with the last value is needed.
        last = n_groups == min(n_bins, n) - 1
        best, choice = _one_group_more(best, sums, n_groups=n_groups, first_end=n if last else n_groups + 1)
        choices.append(choice)
    begins, end = [], n
    for choice in reversed(choices):
        end = int(choice[end - 1])
        begins.append(end)
    return np.array(begins[::-1], dtype=np.intp)


def _one_group_more(best: Floats, sums: list[Floats], *, n_groups: int, first_end: int) -> tuple[Floats, Positions]:
    """The smallest deviation of the first 1, 2, … values in one more group, and where the last group starts.

    They are computed from ``first_end`` values on.
    """
    n = len(best)
    least, choice = np.full(n, np.inf), np.zeros(n, dtype=np.intp)
    # The numbers of values still to be examined, from low to high, and the bounds of the start of their last group.
    low, high = np.array([first_end]), np.array([n])
    first, last = np.array([n_groups]), np.array([n - 1])
    while len(low):
        middle = (low + high) // 2
        sizes = np.minimum(middle - 1, last) - first + 1
        begins = np.append(0, np.cumsum(sizes)[:-1])
        starts = np.arange(sizes.sum()) - np.repeat(begins - first, sizes)
        costs = best[starts - 1] + _within(sums, starts, np.repeat(middle, sizes))
        least[middle - 1] = np.minimum.reduceat(costs, begins)
        tied = np.flatnonzero(costs <= np.repeat(least[middle - 1] * (1 + _ROUNDING), sizes))
        found = starts[tied[np.searchsorted(tied, begins)]]
        choice[middle - 1] = found
        low, high = np.concatenate([low, middle + 1]), np.concatenate([middle - 1, high])
        first, last = np.concatenate([first, found]), np.concatenate([found, last])
        left = low <= high
        low, high, first, last = (bound[left] for bound in (low, high, first, last))
    return least, choice


def _within(sums: list[Floats], starts: Positions, ends: Positions) -> Floats:
    """Squared deviation of the values from a start up to, but not including, an end."""
    w, s, q = sums
    found = (q[ends] - q[starts]) - (s[ends] - s[starts]) ** 2 / (w[ends] - w[starts])
    return np.maximum(found, 0.0)


def _added_up(parts: Floats, centre: int) -> Floats:
    """Running sums from the centre to either side; their differences are the sums of the parts between."""
    return np.concatenate([-np.cumsum(parts[:centre][::-1])[::-1], [0.0], np.cumsum(parts[centre:])])


def _group_starts(counts: npt.NDArray[np.int64]) -> Positions:
    """Where groups of neighbouring values start; single values unless there are too many."""
    if len(counts) <= _MOST_GROUPS:
        return np.arange(len(counts))
    share = np.cumsum(counts) / counts.sum()
    group = np.ceil(share * _MOST_GROUPS)
    return np.flatnonzero(np.append(True, group[1:] != group[:-1]))


def _parted(groups: Positions, breaks: Positions, *, n_values: int) -> Positions:
    """Split the groups on either side of each break into single values."""
    ends = np.append(groups, n_values)
    beside = [np.arange(ends[at - 1], ends[at + 1]) for at in breaks]
    return np.unique(np.concatenate([groups, *beside]))
