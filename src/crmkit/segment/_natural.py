"""Fisher's natural breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["natural_breaks"]

# Every pair of neighbouring groups of values is compared; more groups than this are merged first.
_MOST_GROUPS = 1000


def natural_breaks(
    distinct: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], *, n_bins: int
) -> npt.NDArray[np.intp]:
    """The breaks of the grouping with the least squared deviation within groups, by dynamic programming."""
    starts = _group_starts(counts)
    weight = np.add.reduceat(counts.astype(float), starts)
    # Deviations from the mean, for sums of squares of far-off values lose their digits.
    deviation = distinct - np.average(distinct, weights=counts)
    total = np.add.reduceat(counts * deviation, starts)
    square = np.add.reduceat(counts * deviation**2, starts)
    w, s, q = (np.append(0.0, np.cumsum(sums)) for sums in (weight, total, square))
    n = len(starts)
    i, j = np.arange(n)[:, None], np.arange(1, n + 1)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        within = (q[j] - q[i]) - (s[j] - s[i]) ** 2 / (w[j] - w[i])
    within[i >= j] = np.inf
    best, choices = within[0].copy(), []
    for _ in range(1, min(n_bins, n)):
        cost = np.append(np.inf, best)[:n, None] + within
        choices.append(np.argmin(cost, axis=0))
        best = np.min(cost, axis=0)
    breaks, end = [], n
    for choice in reversed(choices):
        end = int(choice[end - 1])
        breaks.append(starts[end] - 1)
    # Fewer values than bins: the highest bin must still be reached, so the last break serves again.
    ascending = breaks[::-1] + [breaks[0]] * (n_bins - 1 - len(breaks))
    return np.array(ascending, dtype=np.intp)


def _group_starts(counts: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Where groups of neighbouring values start; single values unless there are too many."""
    if len(counts) <= _MOST_GROUPS:
        return np.arange(len(counts))
    share = np.cumsum(counts) / counts.sum()
    group = np.ceil(share * _MOST_GROUPS).astype(int)
    return np.flatnonzero(np.append(True, group[1:] != group[:-1]))
