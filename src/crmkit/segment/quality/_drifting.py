"""How far segments and the columns they are made of have moved between two tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats import adjusted_rand, contingency, population_stability, quantile_edges, wilson_interval
from crmkit.segment._described import Described

__all__ = ["Agreed", "Drift", "agreed", "drift_of_column", "drift_of_segments"]


class Drift(NamedTuple):
    """The index of stability, what it is on average and in so many of 100 samples if nothing moved, and the rows."""

    psi: float
    by_chance: float
    most_by_chance: float
    n_before: int
    n_after: int


class Agreed(NamedTuple):
    """Of the customers who have a segment both times: how many, how many are in the same, its share, and their Rand."""

    n: int
    share: float
    lower: float
    upper: float
    adjusted_rand: float


def drift_of_segments(
    before: npt.NDArray[np.intp], after: npt.NDArray[np.intp], *, n_segments: int, level: float
) -> Drift:
    """Compare the sizes of segments; those without one, at -1, are one more."""
    one, other = (np.where(each < 0, n_segments, each) for each in (before, after))
    return _drift(one, other, n_segments + 1, level)


def drift_of_column(before: Described, after: Described, *, n_bins: int, level: float) -> Drift:
    """Count both in the bins of the first table; missing values are a bin, and labels that were not there another."""
    if before.kind == "label":
        levels = before.levels
        places = [levels.index(each) if each in levels else len(levels) for each in after.levels]
        of_after = np.array([*places, np.nan])[np.where(after.known, after.cells, len(places)).astype(np.intp)]
        codes, n_codes = [before.cells, of_after], len(levels) + 1
    else:
        edges = quantile_edges(before.cells, n_bins=n_bins)
        codes, n_codes = (
            [np.searchsorted(edges, side.cells).astype(np.float64) for side in (before, after)],
            len(edges) + 1,
        )
        codes = [np.where(side.known, code, np.nan) for side, code in zip((before, after), codes, strict=True)]
    one, other = (np.where(np.isnan(code), n_codes, code).astype(np.intp) for code in codes)
    return _drift(one, other, n_codes + 1, level)


def agreed(positions: list[pd.Series[Any]], *, n_segments: int, level: float) -> Agreed:
    """Compare the segments of the customers who are in both tables, given by id."""
    both = pd.concat(positions, axis=1, join="inner").to_numpy(dtype=np.intp)
    one, other = both[(both >= 0).all(axis=1)].T
    n = len(one)
    same = int((one == other).sum())
    lower, upper = wilson_interval(same, n, level=level)
    counts = contingency(one, other, n_one=n_segments, n_other=n_segments)
    return Agreed(n, same / n if n else np.nan, float(lower), float(upper), adjusted_rand(counts))


def _drift(before: npt.NDArray[np.intp], after: npt.NDArray[np.intp], n_codes: int, level: float) -> Drift:
    counts: list[Floats] = [np.bincount(side, minlength=n_codes).astype(np.float64) for side in (before, after)]
    found = population_stability(counts[0], counts[1], level=level)
    n_used = int((counts[0] + counts[1] > 0).sum())
    n, m = len(before), len(after)
    by_chance = (n_used - 1) * (1 / n + 1 / m) if n and m else np.nan
    return Drift(found.psi, by_chance, found.by_chance, n, m)
