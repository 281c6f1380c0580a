"""How far each feature has moved: bins of the first table, in which the second is counted."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats import Stability, population_stability, quantile_edges

__all__ = ["Moved", "moved"]

_LEVEL: Final = 0.95


class Moved(NamedTuple):
    """What happened to a feature: its mean (numbers), the share missing, and the index of stability."""

    is_number: bool
    means: tuple[float, float]
    missing: tuple[float, float]
    stability: Stability


def moved(before: pd.Series[Any], after: pd.Series[Any], *, n_bins: int) -> Moved:
    """Compare a feature, numbers as floats or labels as text, in two tables; missing values are a bin of their own."""
    is_number = before.dtype != object
    if is_number:
        edges = quantile_edges(before.to_numpy(), n_bins=n_bins)
        codes = [np.searchsorted(edges, side.to_numpy()) for side in (before, after)]
        n_codes = len(edges) + 1
        means = _mean(before), _mean(after)
    else:
        levels = pd.Index(before.dropna().unique())
        # A level that was not there before is one more bin, whatever its name.
        codes = [np.where(found < 0, len(levels), found) for found in map(levels.get_indexer, (before, after))]
        n_codes, means = len(levels) + 1, (np.nan, np.nan)
    counts = [
        np.bincount(np.where(side.isna(), n_codes, code), minlength=n_codes + 1).astype(np.float64)
        for side, code in zip((before, after), codes, strict=True)
    ]
    missing = float(before.isna().mean()), float(after.isna().mean())
    return Moved(is_number, means, missing, population_stability(counts[0], counts[1], level=_LEVEL))


def _mean(values: pd.Series[Any]) -> float:
    known: Floats = values.dropna().to_numpy()
    return float(known.mean()) if len(known) else float("nan")
