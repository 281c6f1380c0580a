"""Where one score ends and the next begins: always between values, never on one."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Binning", "edges_between_values", "reached"]

Binning: TypeAlias = Literal["quantile", "width", "natural"]
Floats: TypeAlias = npt.NDArray[np.float64]

# Values this close, relatively, differ by the rounding of a sum and count as one.
_ROUNDING = 1e-9
# Natural breaks compare every pair of neighbouring groups of values; more groups than this are merged first.
_MOST_GROUPS = 1000


def edges_between_values(values: Floats, *, n_bins: int, binning: Binning) -> Floats:
    """Find the ``n_bins - 1`` edges, ascending, each halfway between two neighbouring distinct values.

    The lowest value always falls into the first bin and the highest into the last, so a tie that spans a whole
    bin leaves that bin empty and never shortens the scale. Where all values are one, the edges lie just above it.
    """
    distinct, counts = _distinct(values)
    if len(distinct) == 1:
        return np.full(n_bins - 1, distinct[0] + 2 * _ROUNDING * abs(distinct[0]) if distinct[0] else _ROUNDING)
    if binning == "quantile":
        breaks = _above_quantiles(counts, n_bins=n_bins)
    elif binning == "width":
        cuts = np.linspace(distinct[0], distinct[-1], n_bins + 1)[1:-1]
        # A value that lies on a cut belongs above it, whatever the last bit says.
        breaks = np.searchsorted(distinct, cuts - _ROUNDING * (distinct[-1] - distinct[0])) - 1
    else:
        breaks = _natural(distinct, counts, n_bins=n_bins)
    return (distinct[breaks] + distinct[breaks + 1]) / 2


def reached(edges: Floats) -> Floats:
    """The least value that counts as having reached each edge, a rounding error below it."""
    return edges - _ROUNDING * np.abs(edges)


def _distinct(values: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The distinct values, ascending, and how often each occurs."""
    found, counts = np.unique(values, return_counts=True)
    larger = np.maximum(np.abs(found[1:]), np.abs(found[:-1]))
    starts = np.flatnonzero(np.append(True, np.diff(found) > _ROUNDING * larger))
    return found[starts], np.add.reduceat(counts, starts)


def _above_quantiles(counts: npt.NDArray[np.int64], *, n_bins: int) -> npt.NDArray[np.intp]:
    """For each quantile the break above the value in which it falls, the last break at the most."""
    targets = counts.sum() * np.arange(1, n_bins) / n_bins
    return np.asarray(np.minimum(np.searchsorted(np.cumsum(counts), targets), len(counts) - 2))


def _natural(distinct: Floats, counts: npt.NDArray[np.int64], *, n_bins: int) -> npt.NDArray[np.intp]:
    """Fisher's breaks: the grouping with the least squared deviation within groups, by dynamic programming."""
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
