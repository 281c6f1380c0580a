"""How far two labellings of the same rows agree: clusterwise Jaccard, adjusted Rand, the best pairing of labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["adjusted_rand", "best_pairing", "contingency", "jaccard_matrix"]

Positions = npt.NDArray[np.intp]


def contingency(one: Positions, other: Positions, *, n_one: int, n_other: int) -> Floats:
    """Count the rows of each pair of labels, given by position; rows without a label, at -1, are in none."""
    both = (one >= 0) & (other >= 0)
    pairs = one[both] * n_other + other[both]
    return np.bincount(pairs, minlength=n_one * n_other).reshape(n_one, n_other).astype(np.float64)


def jaccard_matrix(one: Positions, other: Positions, *, n_one: int, n_other: int) -> Floats:
    """Give for each pair of labels the rows with both over the rows with either; 0 where there are none."""
    shared = contingency(one, other, n_one=n_one, n_other=n_other)
    sizes = [
        np.bincount(labels[labels >= 0], minlength=n).astype(np.float64)
        for labels, n in ((one, n_one), (other, n_other))
    ]
    either = sizes[0][:, None] + sizes[1][None, :] - shared
    return np.asarray(shared / np.where(either > 0, either, 1.0))


def adjusted_rand(counts: Floats) -> float:
    """Hubert and Arabie's adjusted Rand index of a contingency table; ``nan`` where there is one label or no row.

    References
    ----------
    .. [1] Hubert and Arabie (1985), "Comparing Partitions", *Journal of Classification* 2.
    """
    n = counts.sum()
    if n < 2:
        return float("nan")
    pairs = float((counts * (counts - 1)).sum() / 2)
    rows, columns = (float((sums * (sums - 1)).sum() / 2) for sums in (counts.sum(axis=1), counts.sum(axis=0)))
    expected, most = rows * columns / (n * (n - 1) / 2), (rows + columns) / 2
    return (pairs - expected) / (most - expected) if most > expected else float("nan")


def best_pairing(agreement: Floats) -> list[tuple[int, int]]:
    """Pair rows with columns so that their agreement adds up to the most (the Hungarian algorithm)."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-agreement)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
