"""Medoids: the customers to whom all others are nearest, found by swapping until nothing gets better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.segment.groups._gower import MixedPoints, gower_distances, joined, taken

__all__ = ["MOST_AT_ONCE", "candidates", "distances_to", "medoid_path", "medoids_of", "silhouette"]

MOST_AT_ONCE: Final = 2000
"""Up to so many rows all distances are compared; of more, samples are."""
_SAMPLE: Final = 1000
_N_SAMPLES: Final = 5
_JUDGED_ON: Final = 20_000
_BLOCK: Final = 20_000
_ROUNDING: Final = 1e-12

Rows = npt.NDArray[np.intp]


def medoids_of(points: MixedPoints, *, n_clusters: int, rng: np.random.Generator) -> Rows:
    """Find so many medoids: of few rows among all, of many in samples, of which the best for all is kept (CLARA).

    References
    ----------
    .. [1] Kaufman and Rousseeuw (1990), *Finding Groups in Data*, Wiley, ch. 2 and 3.
    .. [2] Schubert and Rousseeuw (2021), "Fast and Eager k-Medoids Clustering", *Information Systems* 101.
    """
    n = len(points.numbers)
    if n <= MOST_AT_ONCE:
        return medoid_path(gower_distances(points, points), [n_clusters], allowed=candidates(points, n_clusters))[0]
    judged = taken(points, np.sort(rng.choice(n, size=min(n, _JUDGED_ON), replace=False)))
    best, least = np.empty(0, dtype=np.intp), np.inf
    for _ in range(_N_SAMPLES):
        drawn = np.union1d(rng.choice(n, size=_SAMPLE, replace=False), best).astype(np.intp)
        sample = taken(points, drawn)
        allowed = candidates(sample, n_clusters)
        found = drawn[medoid_path(gower_distances(sample, sample), [n_clusters], allowed=allowed)[0]]
        cost = float(gower_distances(judged, taken(points, found)).min(axis=1).sum())
        if cost < least - _ROUNDING:
            best, least = found, cost
    return best


def candidates(points: MixedPoints, n_clusters: int) -> npt.NDArray[np.bool_]:
    """Who may be a medoid: those of whom no less is known than of the median row, if enough differ, else all.

    Who lacks a column is not told apart by it, and would seem nearer to all than anybody else.
    """
    known = points.known_share
    allowed = known >= np.median(known)
    enough = len(np.unique(joined(taken(points, np.flatnonzero(allowed))), axis=0)) >= n_clusters
    return allowed if enough else np.ones(len(known), dtype=bool)


def medoid_path(
    distances: Floats, numbers: Sequence[int], *, allowed: npt.NDArray[np.bool_] | None = None
) -> list[Rows]:
    """Find medoids for ascending numbers of them, each from those for the number before, among the rows allowed."""
    barred = np.zeros(len(distances), dtype=bool) if allowed is None else ~allowed
    medoids = np.array([_first_least(np.where(barred, np.inf, distances.sum(axis=0)))], dtype=np.intp)
    found = []
    for number in numbers:
        while len(medoids) < number:
            nearest = distances[:, medoids].min(axis=1)
            gains = np.maximum(nearest[:, None] - distances, 0).sum(axis=0)
            gains[medoids] = gains[barred] = -1.0
            medoids = np.append(medoids, _first_least(-gains))
        medoids = _swapped(distances, medoids, barred)
        found.append(medoids)
    return found


def distances_to(points: MixedPoints, medoids: MixedPoints) -> Floats:
    """Distances of all rows from medoids, block by block."""
    blocks = [
        np.arange(first, min(first + _BLOCK, len(points.numbers))) for first in range(0, len(points.numbers), _BLOCK)
    ]
    parts = [gower_distances(taken(points, rows), medoids) for rows in blocks]
    return np.concatenate(parts) if parts else np.empty((0, len(medoids.numbers)))


def silhouette(distances: Floats, labels: Rows, n_clusters: int) -> float:
    """The mean silhouette; a row alone in its cluster has 0."""
    flags = np.eye(n_clusters)[labels]
    sizes = flags.sum(axis=0)
    sums = distances @ flags
    own = sizes[labels]
    inside = sums[np.arange(len(labels)), labels] / np.maximum(own - 1, 1)
    means = np.where(flags > 0, np.inf, sums / np.maximum(sizes, 1))
    means[:, sizes == 0] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(inside, outside)
    told = np.where(
        (own > 1) & (larger > 0) & np.isfinite(larger), (outside - inside) / np.where(larger > 0, larger, 1), 0.0
    )
    return float(told.mean())


def _first_least(sums: Floats) -> int:
    """The first of the least sums of as many distances as there are rows, equal but for what processors round."""
    return int(np.argmax(sums <= sums.min() + _ROUNDING * len(sums)))


def _swapped(distances: Floats, medoids: Rows, barred: npt.NDArray[np.bool_]) -> Rows:
    """Swap a medoid with another row as long as that brings all nearer; the best swap first."""
    n, medoids = len(distances), medoids.copy()
    if len(medoids) == 1:
        return medoids
    while True:
        of_medoids = distances[:, medoids]
        order = np.argsort(of_medoids, axis=1, kind="stable")
        rows = np.arange(n)
        nearest, first, second = order[:, 0], of_medoids[rows, order[:, 0]], of_medoids[rows, order[:, 1]]
        flags = np.eye(len(medoids))[nearest]
        # What all lose without a medoid, what a new one brings, and what it saves those who lose theirs.
        losses = flags.T @ (second - first)
        gains = np.minimum(distances - first[:, None], 0).sum(axis=0)
        saved = flags.T @ (np.clip(distances, first[:, None], second[:, None]) - second[:, None])
        changes = losses[:, None] + gains[None, :] + saved
        changes[:, medoids] = changes[:, barred] = np.inf
        out, into = np.unravel_index(_first_least(changes.ravel()), changes.shape)
        if not changes[out, into] < -_ROUNDING * n:
            return medoids
        medoids[out] = into
