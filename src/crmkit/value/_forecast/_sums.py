"""Totals of groups of customers, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.value._forecast._combination import HALF, Combination, Test, logarithm, reach

__all__ = ["Codes", "Sums", "log_errors", "summed", "totals_of"]

Codes: TypeAlias = npt.NDArray[np.intp]


class Sums(NamedTuple):
    """Totals and their ends, one per group."""

    value: Floats
    lower: Floats
    upper: Floats

    def times(self, factor: float) -> Sums:
        """The same of so many times the customers."""
        return Sums(self.value * factor, self.lower * factor, self.upper * factor)


def totals_of(each: Floats, codes: Codes, n_groups: int) -> Floats:
    """Add up the customers of each group; those with code -1 belong to none."""
    members = codes >= 0
    return np.bincount(codes[members], weights=each[members], minlength=n_groups).astype(np.float64)


def log_errors(made: Combination, tests: Sequence[Test], codes: Sequence[Codes], n_groups: int) -> list[Floats]:
    """Logarithm of what came over what this combination forecasts, of each group in each test."""
    return [
        np.asarray(
            logarithm(totals_of(test.came, group, n_groups), test.unit)
            - logarithm(totals_of(made.each(test.expected, unit=test.unit), group, n_groups), test.unit)
        )
        for test, group in zip(tests, codes, strict=True)
    ]


def summed(
    made: Combination,
    each: Floats,
    codes: Codes,
    n_groups: int,
    *,
    unit: float,
    level: float,
    errors: Sequence[Floats] = (),
) -> Sums:
    """Add up a forecast by group.

    Each group has the error of the whole, and more of the customers' own chance the smaller it is. ``errors`` are those
    of the groups themselves in earlier tests: they move money between groups, but do not change the sum of all, and
    tell how far each group was off.
    """
    totals = totals_of(each, codes, n_groups)
    biases = made.shrunk_biases(errors, n_groups)
    # A group that took back more than it bought brings nothing; the others then bring as much less.
    corrected = np.maximum(totals, 0.0) * np.exp(biases)
    if corrected.sum() > 0:
        corrected *= max(totals.sum(), 0.0) / corrected.sum()
    totals = corrected
    whole = made.chance(totals.sum(), unit=unit)
    variance = np.maximum(made.spread(whole) - whole, 0.0) + made.chance(totals, unit=unit)
    freedom = made.freedom
    if errors:
        squares = np.average(np.square(np.array(errors) - biases), axis=0, weights=made.shares)
        variance = (freedom * variance + made.n_tests * squares) / (freedom + made.n_tests)
        freedom = freedom + made.n_tests
    half = reach(variance, freedom, level=level)
    shifted = totals + HALF * unit
    lower = np.maximum(shifted * np.exp(-half) - HALF * unit, 0.0)
    return Sums(totals, lower, shifted * np.exp(half) - HALF * unit)
