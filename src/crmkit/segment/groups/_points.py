"""Rows put in an order of their own, so that nothing depends on the order in which they came, and samples of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["InOrder", "in_order", "sampled"]


class InOrder(NamedTuple):
    """Where each row stands once they are sorted, and how many different ones there are."""

    order: npt.NDArray[np.intp]
    n_distinct: int


def in_order(points: Floats, *further: Floats) -> InOrder:
    """Sort rows by their columns, and equal ones by ``further``; count those that differ in their columns."""
    keys = [*further[::-1], *points.T[::-1]]
    order = np.lexsort(keys) if keys else np.arange(len(points))
    ordered = points[order]
    changes = (ordered[1:] != ordered[:-1]).any(axis=1)
    return InOrder(order, int(changes.sum()) + min(len(points), 1))


def sampled(points: Floats, *, most: int, rng: np.random.Generator) -> Floats:
    """Give all rows, or so many of them drawn at random; they stay in order."""
    if len(points) <= most:
        return points
    return np.asarray(points[np.sort(rng.choice(len(points), size=most, replace=False))])
