"""The customers most like each customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import robust_scale
from crmkit.errors import SchemaError

__all__ = ["peers_of", "scaled_features"]

# Distances that differ by no more than this share are equal.
_ROUNDING: Final = 1e-9
_AT_ONCE: Final = 50_000
_MOST_PEERS: Final = 10_000

_TOO_MANY: Final = Message(
    en="By {@peer_features} some customers have {n:,} peers at the same distance, and are hardly told apart. Add a "
    "feature, or give these as the segment, {@by}.",
    zh="按 {@peer_features}，部分客户有 {n:,} 位距离相同的同类客户，几乎无法区分。"
    "请增加特征，或把它们作为分组用 {@by} 给出。",
)


def scaled_features(features: Floats) -> Floats:
    """Centre and scale features (customers, features) robustly; one in which all are alike counts for nothing."""
    found = robust_scale(features.T)
    spread = np.where(np.isnan(found.scale), np.ptp(features, axis=0), found.scale)
    return (features - found.middle) / np.where(spread > 0, spread, 1.0)


def peers_of(points: Floats, *, n_peers: int) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Give customers, and beside each the positions of its peers: as many for all of one batch, never itself.

    Those at the same distance as the last peer are peers too.
    """
    from scipy.spatial import cKDTree

    n = len(points)
    asked = min(n_peers, n - 1)
    if asked < 1:
        yield np.arange(n), np.empty((n, 0), dtype=np.intp)
        return
    tree: Any = cKDTree(points)
    for start in range(0, n, _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, n))
        # Itself, the peers, and the one after them, if there is one.
        distances, found = tree.query(points[rows], k=min(asked + 2, n))
        reach = distances[:, asked] * (1 + _ROUNDING)
        tied = distances[:, -1] <= reach if asked + 2 <= n else np.zeros(len(rows), dtype=bool)
        others = found[:, : asked + 1]
        own = others == rows[:, None]
        # It may not be among so many that are at distance 0.
        clear = ~tied & own.any(axis=1)
        yield rows[clear], others[clear][~own[clear]].reshape(-1, asked)
        yield from _with_ties(tree, points, rows[~clear], reach[~clear])


def _with_ties(tree: Any, points: Floats, rows: Any, reach: Floats) -> Iterator[tuple[Any, Any]]:
    if not len(rows):
        return
    counts = tree.query_ball_point(points[rows], reach, return_length=True)
    if (most := int(counts.max()) - 1) > _MOST_PEERS:
        raise SchemaError(_TOO_MANY(n=most))
    for row, radius in zip(rows, reach, strict=True):
        near = np.sort(np.asarray(tree.query_ball_point(points[row], radius), dtype=np.intp))
        yield np.array([row]), near[near != row][None, :]
