"""Moves between labels, counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["move_counts"]

Positions = npt.NDArray[np.intp]


def move_counts(before: Positions, after: Positions, *, n_labels: int, weights: Floats | None = None) -> Floats:
    """Count the rows, or add up their weights, by label before and label after.

    Labels are positions from 0; -1 is no label, and counted in the last row or column.
    """
    counts = np.zeros((n_labels + 1, n_labels + 1))
    np.add.at(counts, (before, after), 1.0 if weights is None else weights)
    return counts
