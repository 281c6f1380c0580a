"""Groups of customers beside other customers in one column: figures, effects, tests; a row of a table each."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import (
    Sample,
    compare_shares,
    dominance,
    group_samples,
    is_too_skewed,
    samples_of_others,
    standardised_difference,
    value_counts,
)
from crmkit.segment._described import Described
from crmkit.segment._whole_effects import counts_by_level, scaled

__all__ = ["FEWEST_EXPECTED", "FEWEST_RANKED", "FEWEST_VALUES", "Compared", "compared"]

FEWEST_VALUES: Final = 30
"""Below so many values on either side the test of a mean rests on too few."""
FEWEST_RANKED: Final = 10
"""Below so many on either side that of ranks does."""
FEWEST_EXPECTED: Final = 5
"""Where fewer are expected in a cell its share does (Cochran)."""


class Compared(NamedTuple):
    """A figure of all groups beside that of the other customers and that of all; each a column."""

    figure: str
    level: str | None
    n: Floats
    value: Floats
    other_value: Floats
    base_value: float
    effect: str
    effect_size: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    too_few: npt.NDArray[np.bool_]


def compared(column: Described, groups: npt.NDArray[np.intp], *, n_groups: int, level: float) -> list[Compared]:
    """Compare each group with all others: the mean and the median of numbers, the share of each level."""
    groups = np.where(column.known, groups, -1)
    if column.kind == "number":
        values, unit = scaled(column)
        return [
            _means(values, unit, groups, n_groups, level),
            _medians(values, unit, groups, n_groups, level),
        ]
    return _shares(column, counts_by_level(column, groups, n_groups=n_groups), level)


def _means(values: Floats, unit: float, groups: npt.NDArray[np.intp], n_groups: int, level: float) -> Compared:
    samples = group_samples(values, groups, n_groups=n_groups)
    others = samples_of_others(samples)
    found = standardised_difference(samples, others, level=level)
    n, other_n = np.asarray(samples.n), np.asarray(others.n)
    return Compared(
        "mean",
        None,
        n,
        np.asarray(samples.mean) * unit,
        np.asarray(others.mean) * unit,
        _whole_mean(samples) * unit,
        "cohens_d",
        found.d,
        found.lower,
        found.upper,
        found.p_value,
        (np.minimum(n, other_n) < FEWEST_VALUES) | is_too_skewed(found.contrast, level=level),
    )


def _medians(values: Floats, unit: float, groups: npt.NDArray[np.intp], n_groups: int, level: float) -> Compared:
    distinct, counts = value_counts(values, groups, n_groups=n_groups)
    together = np.sum(counts, axis=0)
    found = np.array([dominance(each, together - each, level=level) for each in counts]).reshape(-1, 4)
    delta, lower, upper, p_value = found.T
    n = np.array([each.sum() for each in counts])
    return Compared(
        "median",
        None,
        n,
        np.array([_median(distinct, each) for each in counts]) * unit,
        np.array([_median(distinct, together - each) for each in counts]) * unit,
        _median(distinct, together) * unit,
        "cliffs_delta",
        delta,
        lower,
        upper,
        p_value,
        np.minimum(n, together.sum() - n) < FEWEST_RANKED,
    )


def _shares(column: Described, counts: Floats, level: float) -> list[Compared]:
    n, of_level = counts.sum(axis=0), counts.sum(axis=1)
    whole = float(n.sum())
    found = []
    for at in [1] if column.kind == "flag" else range(len(column.levels)):
        has, rest = counts[at], of_level[at] - counts[at]
        comparison = compare_shares(has, n, rest, whole - n, level=level)
        expected = np.minimum(n, whole - n) * min(of_level[at], whole - of_level[at]) / max(whole, 1.0)
        found.append(
            Compared(
                "share",
                column.levels[at] if column.kind == "label" else None,
                n,
                _divided(has, n),
                _divided(rest, whole - n),
                float(of_level[at]) / whole if whole else np.nan,
                "share_difference",
                comparison.difference,
                comparison.lower,
                comparison.upper,
                # A level that all have, or none, tells nothing.
                np.where(0 < of_level[at] < whole, comparison.p_value, np.nan),
                expected < FEWEST_EXPECTED,
            )
        )
    return found


def _whole_mean(samples: Sample) -> float:
    n = np.asarray(samples.n, dtype=np.float64)
    return float(n @ np.nan_to_num(np.asarray(samples.mean))) / float(n.sum()) if n.sum() else np.nan


def _median(distinct: Floats, counts: Floats) -> float:
    """The middle value, or the mean of the two in the middle."""
    reached = np.cumsum(counts)
    n = reached[-1] if len(reached) else 0
    if not n:
        return np.nan
    low, high = (distinct[np.searchsorted(reached, place, side="right")] for place in ((n - 1) // 2, n // 2))
    return float(low / 2 + high / 2)


def _divided(above: Floats, below: Floats) -> Floats:
    return above / np.where(below > 0, below, np.nan)
