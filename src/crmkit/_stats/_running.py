"""Sums within groups of neighbouring rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["sums_before"]


def sums_before(values: Floats, groups: npt.NDArray[np.integer[Any]]) -> Floats:
    """The sum of what stands before each value in its group, the rows of a group being neighbours.

    Nothing of other groups comes in: a sum over all rows, from which those before a group are taken off, would leave
    the rounding errors of the largest in the smallest.
    """
    before = np.zeros(len(values))
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1])[: len(groups)])
    sizes = np.diff(np.append(starts, len(groups)))
    place = 1
    while (long := sizes > place).any():
        starts, sizes = starts[long], sizes[long]
        at = starts + place
        before[at] = before[at - 1] + values[at - 1]
        place += 1
    return before
