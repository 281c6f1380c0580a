"""Distinct values, where those that differ by the rounding of a sum count as one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["distinct_values"]

# Values that differ relatively by no more than this differ by the rounding of a sum.
_ROUNDING = 1e-9
# So do values that differ by no more than this share of the largest: what remains where money was paid back.
_CANCELLED = 1e-14


def distinct_values(values: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Find the distinct values, ascending, each the lowest of those that count as one, and how often each occurs."""
    found, counts = np.unique(values, return_counts=True)
    larger = np.maximum(np.abs(found[1:]), np.abs(found[:-1]))
    close = np.maximum(_ROUNDING * larger, _CANCELLED * np.abs(found[[0, -1]]).max())
    starts = np.flatnonzero(np.append(True, np.diff(found) > close))
    return found[starts], np.add.reduceat(counts, starts)
