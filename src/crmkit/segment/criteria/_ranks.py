"""Ranks from 1, the best."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["ranks_of"]

# Values that differ by less than this share of the largest are equal up to rounding.
_ROUNDING: Final = 1e-9


def ranks_of(values: Floats) -> Any:
    """Rank values, the largest first; equal ones share the better rank, and missing ones have none."""
    known = ~np.isnan(values)
    ranks = np.ones(len(values), dtype=np.int64)
    order = np.argsort(-values[known], kind="stable")
    best_first = values[known][order]
    largest = np.abs(best_first).max() if len(best_first) else 0.0
    falls = np.flatnonzero(np.diff(best_first) < -_ROUNDING * largest) + 1
    starts = np.zeros(len(best_first), dtype=np.int64)
    starts[falls] = falls
    held = np.empty(len(best_first), dtype=np.int64)
    held[order] = np.maximum.accumulate(starts) + 1
    ranks[known] = held
    return pd.arrays.IntegerArray(ranks, ~known)
