"""The scores of roles: percentiles on frozen scales, which is the best, and which others are nearly as high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats import PercentileScale, percentile_scale

__all__ = ["Judged", "judged", "scale_table", "scales_of"]

# Scores that differ by less are equal: the last bits of a sum make no difference.
_DIGITS: Final = 9


class Judged(NamedTuple):
    """By row: the scores (a column per role), the best role, its lead over the next, and the roles nearly as high.

    The best role is -1 where no score is known, and the lead missing where only one is.
    """

    scores: Floats
    best: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    margin: Floats
    near: npt.NDArray[np.bool_]


def scale_table(values: Mapping[str, Floats], *, columns: Mapping[str, str]) -> pd.DataFrame:
    """Make the scales of all roles from the values of reference, of which some are known for each."""
    scales = {role: percentile_scale(column[~np.isnan(column)]) for role, column in values.items()}
    tables = [
        pd.DataFrame({"role": role, "column": columns[role], "value": scale.points, "percentile": scale.percentiles})
        for role, scale in scales.items()
    ]
    return pd.concat(tables, ignore_index=True)


def scales_of(table: pd.DataFrame) -> dict[str, PercentileScale]:
    """Read the scales back from their table."""
    return {
        str(role): PercentileScale(rows["value"].to_numpy(), rows["percentile"].to_numpy())
        for role, rows in table.groupby("role", sort=False)
    }


def judged(values: Mapping[str, Floats], scales: Mapping[str, PercentileScale], *, near_tie: float) -> Judged:
    """Score rows; of equal scores the first role counts."""
    scores = np.column_stack([np.round(scales[role](column), _DIGITS) for role, column in values.items()])
    ranked = np.where(np.isnan(scores), -np.inf, scores)
    rows = np.arange(len(scores))
    best = ranked.argmax(axis=1)
    highest = ranked[rows, best]
    others = ranked.copy()
    others[rows, best] = -np.inf
    second = others.argmax(axis=1)
    next_highest = others[rows, second]
    margin = np.full(len(scores), np.nan)
    both = np.isfinite(next_highest)
    margin[both] = np.round(highest[both] - next_highest[both], _DIGITS)
    near = others >= np.where(np.isfinite(highest), np.round(highest - near_tie, _DIGITS), np.inf)[:, None]
    return Judged(scores, np.where(np.isfinite(highest), best, -1), np.where(both, second, -1), margin, near)
