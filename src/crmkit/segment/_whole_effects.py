"""How much of a column segments explain as a whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import association, explained_means, explained_ranks, group_samples, value_counts
from crmkit.segment._described import Described

__all__ = ["WholeEffect", "counts_by_level", "scaled", "whole_effects"]


class WholeEffect(NamedTuple):
    """What was compared, the name of the measure of effect, its value and the p-value of none."""

    figure: str
    effect: str
    value: float
    p_value: float


def whole_effects(column: Described, groups: npt.NDArray[np.intp], *, n_groups: int) -> list[WholeEffect]:
    """Measure how much segments explain: of means and of ranks for numbers, Cramér's V for flags and labels."""
    groups = np.where(column.known, groups, -1)
    if column.kind != "number":
        found = association(counts_by_level(column, groups, n_groups=n_groups))
        return [WholeEffect("share", "cramers_v", *found)]
    values, _ = scaled(column)
    of_means = explained_means(group_samples(values, groups, n_groups=n_groups))
    _, counts = value_counts(values, groups, n_groups=n_groups)
    of_ranks = explained_ranks(counts)
    return [
        WholeEffect("mean", "epsilon_squared", *of_means),
        WholeEffect("median", "rank_epsilon_squared", *of_ranks),
    ]


def scaled(column: Described) -> tuple[Floats, float]:
    """Numbers in a unit in which no square overflows, 0 for missing ones, and the unit."""
    values = np.where(column.known, column.cells, 0.0)
    unit = float(np.abs(values).max(initial=0.0))
    return (values / unit, unit) if unit > 0 else (values, 1.0)


def counts_by_level(column: Described, groups: npt.NDArray[np.intp], *, n_groups: int) -> Floats:
    """Count the rows of each level (of a flag: false and true) in each group; those of group -1 are left out."""
    n_levels = len(column.levels) if column.kind == "label" else 2
    given = groups >= 0
    cells = column.cells[given].astype(np.intp) * n_groups + groups[given]
    return np.bincount(cells, minlength=n_levels * n_groups).reshape(n_levels, n_groups).astype(np.float64)
