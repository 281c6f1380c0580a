"""What all comparisons of a table share: the columns, and p-values that count how many comparisons were made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._stats import ADJUSTMENTS, Adjustment, Comparison, adjusted_p_values

__all__ = ["FEWEST_CHANGES", "FEWEST_VALUES", "Asked", "Measured", "asked", "judged"]

FEWEST_CHANGES: Final = 10
"""Below so many customers who differ, the interval of a rate rests on too few."""
FEWEST_VALUES: Final = 30
"""Below so many customers with a value other than 0, that of a mean or a ratio does."""


class Asked(NamedTuple):
    """How sure to be, what a test should be able to see, and how the number of comparisons is dealt with."""

    level: float
    power: float
    adjust: Adjustment


class Measured(NamedTuple):
    """A measure in every pair of groups, or in one pair of periods, each a column.

    ``detectable`` gives the smallest difference that a test at a given level would find.
    """

    name: str
    kind: str
    n: Floats
    value: Floats
    other_n: Floats
    other_value: Floats
    comparison: Comparison
    detectable: Callable[[float], Floats]
    too_few: npt.NDArray[np.bool_]


def asked(*, level: float, power: float, adjust: str) -> Asked:
    """Check how sure to be and how to adjust."""
    check_fraction(level, name="level")
    check_fraction(power, name="power")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    return Asked(level, power, adjust)  # type: ignore[arg-type]


def judged(measures: Sequence[Measured], wanted: Asked, *, change: str) -> dict[str, npt.NDArray[np.generic]]:
    """Give the columns that judge, pair by pair and in each measure by measure; ``change`` names the difference."""

    def laid_out(columns: Sequence[npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        return np.array([np.atleast_1d(column) for column in columns]).T.ravel()

    p_values = laid_out([each.comparison.p_value for each in measures]).astype(float)
    adjusted = adjusted_p_values(p_values, adjust=wanted.adjust)
    alpha = 1 - wanted.level
    n_tests = int((~np.isnan(p_values)).sum())
    # The strictest step of either adjustment: what is seen there is seen whatever else is found.
    strict = alpha if wanted.adjust == "none" else alpha / max(n_tests, 1)
    return {
        change: laid_out([each.comparison.difference for each in measures]),
        "lower": laid_out([each.comparison.lower for each in measures]),
        "upper": laid_out([each.comparison.upper for each in measures]),
        f"relative_{change}": laid_out([each.comparison.relative for each in measures]),
        "relative_lower": laid_out([each.comparison.relative_lower for each in measures]),
        "relative_upper": laid_out([each.comparison.relative_upper for each in measures]),
        "p_value": p_values,
        "adjusted_p_value": adjusted,
        "is_significant": adjusted < alpha,
        f"detectable_{change}": laid_out([each.detectable(strict) for each in measures]),
        "too_few": laid_out([each.too_few for each in measures]),
    }
