"""Fisher's natural breaks."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["natural_breaks"]

Floats: TypeAlias = npt.NDArray[np.float64]
Positions: TypeAlias = npt.NDArray[np.intp]

# A fifth of a second of work; more groups of values than this are merged first.
_MOST_GROUPS = 100_000


def natural_breaks(distinct: Floats, counts: npt.NDArray[np.int64], *, n_bins: int) -> Positions:
    """The breaks of the grouping with the least squared deviation within groups, by dynamic programming.

    The best start of the last group never moves back as values are added, so that the starts for all values are found
    by halving: that of the middle value bounds those on either side.

    References
    ----------
    .. [1] Wang and Song (2011), "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension by Dynamic Programming",
       *The R Journal* 3(2).
    .. [2] Grønlund, Larsen, Mathiasen, Nielsen, Schneider and Song (2017), "Fast Exact k-Means, k-Medians and Bregman
       Divergence Clustering in 1D", arXiv:1701.07204, for the halving.
    """
    groups = _group_starts(counts)
    # Deviations from the mean, for sums of squares of far-off values lose their digits.
    deviation = distinct - np.average(distinct, weights=counts)
    parts = (counts.astype(float), counts * deviation, counts * deviation**2)
    sums = [np.append(0.0, np.cumsum(np.add.reduceat(part, groups))) for part in parts]
    n = len(groups)
    best = _within(sums, np.zeros(n, dtype=np.intp), np.arange(1, n + 1))
    choices = []
    for n_groups in range(1, min(n_bins, n)):
        best, choice = _one_group_more(best, sums, n_groups=n_groups)
        choices.append(choice)
    breaks, end = [], n
    for choice in reversed(choices):
        end = int(choice[end - 1])
        breaks.append(groups[end] - 1)
    # Fewer values than bins: the highest bin must still be reached, so the last break serves again.
    ascending = breaks[::-1] + [breaks[0]] * (n_bins - 1 - len(breaks))
    return np.array(ascending, dtype=np.intp)


def _one_group_more(best: Floats, sums: list[Floats], *, n_groups: int) -> tuple[Floats, Positions]:
    """The least deviation of the first 1, 2, … values in one group more, and where the last group starts."""
    n = len(best)
    least, choice = np.full(n, np.inf), np.zeros(n, dtype=np.intp)
    # Numbers of values still to be looked at, from low to high, and between which starts their last group begins.
    low, high = np.array([n_groups + 1]), np.array([n])
    first, last = np.array([n_groups]), np.array([n - 1])
    while len(low):
        middle = (low + high) // 2
        sizes = np.minimum(middle - 1, last) - first + 1
        begins = np.append(0, np.cumsum(sizes)[:-1])
        starts = np.arange(sizes.sum()) - np.repeat(begins - first, sizes)
        costs = best[starts - 1] + _within(sums, starts, np.repeat(middle, sizes))
        least[middle - 1] = np.minimum.reduceat(costs, begins)
        tied = np.flatnonzero(costs == np.repeat(least[middle - 1], sizes))
        found = starts[tied[np.searchsorted(tied, begins)]]
        choice[middle - 1] = found
        low, high = np.concatenate([low, middle + 1]), np.concatenate([middle - 1, high])
        first, last = np.concatenate([first, found]), np.concatenate([found, last])
        left = low <= high
        low, high, first, last = (bound[left] for bound in (low, high, first, last))
    return least, choice


def _within(sums: list[Floats], starts: Positions, ends: Positions) -> Floats:
    """Squared deviation of the values from a start up to an end, the end not among them."""
    w, s, q = sums
    return np.asarray((q[ends] - q[starts]) - (s[ends] - s[starts]) ** 2 / (w[ends] - w[starts]))


def _group_starts(counts: npt.NDArray[Any]) -> Positions:
    """Where groups of neighbouring values start; single values unless there are too many."""
    if len(counts) <= _MOST_GROUPS:
        return np.arange(len(counts))
    share = np.cumsum(counts) / counts.sum()
    group = np.ceil(share * _MOST_GROUPS).astype(int)
    return np.flatnonzero(np.append(True, group[1:] != group[:-1]))
