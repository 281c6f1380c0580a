"""Scales from the values of a criterion to points from 0 to 100, frozen once made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_ascending
from crmkit._messages import Column, Message
from crmkit._stats import PercentileScale, percentile_scale
from crmkit._tables import refuse_rows

__all__ = ["Scale", "Scales", "check_scales", "check_within", "points_of", "scale_of", "scale_table", "scales_in"]

Scale: TypeAlias = Literal["as_is", "min_max", "percentile"] | Sequence[float]
Scales: TypeAlias = Scale | Mapping[str, Scale]

_NAMED: Final = ("as_is", "min_max", "percentile")
_MOST: Final = 100.0

_NO_SCALE: Final = Message(
    en="{@scales} must be one of {options}, a pair of numbers such as [0, 5], or map criteria to such, got {got!r}.",
    zh="{@scales} 须为 {options} 之一，或 [0, 5] 之类的一对数，或为各准则分别给出，得到 {got!r}。",
)
_NO_CRITERIA: Final = Message(
    en="{@scales} must give a scale for each of {names}, got {got}.",
    zh="{@scales} 须为 {names} 各给一个量表，得到 {got}。",
)
_OFF_SCALE: Final = Message(
    en="{where} lies outside 0 to 100 in {n:,} {n:row|rows}, first at rows {rows}, and {@scales='as_is'} takes it for "
    "points. Give the ends of its scale, such as {@scales=[0, 5]}, or take 'min_max' or 'percentile'.",
    zh="{where}有 {n:,} 行不在 0 至 100 之间，最先见于行 {rows}，而 {@scales='as_is'} 将其视为得分。请给出量表的两端，"
    "如 {@scales=[0, 5]}，或改用 'min_max'、'percentile'。",
)


def check_scales(scales: Any, criteria: Sequence[str]) -> None:
    """Raise unless each criterion has a scale."""
    if isinstance(scales, Mapping) and set(scales) != set(criteria):
        raise ValueError(_NO_CRITERIA(names=list(criteria), got=list(scales)))
    for scale in scales.values() if isinstance(scales, Mapping) else [scales]:
        if isinstance(scale, str) and scale in _NAMED:
            continue
        if isinstance(scale, str) or not isinstance(scale, Sequence):
            raise ValueError(_NO_SCALE(options=list(_NAMED), got=scale))
        check_ascending(scale, n_numbers=2, name="scales")


def scale_of(scales: Any, criterion: str) -> Any:
    """The scale of one criterion."""
    return scales[criterion] if isinstance(scales, Mapping) else scales


def check_within(values: Mapping[str, Floats], scales: Any, *, name: str) -> None:
    """Raise if values that count as points are none."""
    for criterion, column in values.items():
        if scale_of(scales, criterion) == "as_is":
            refuse_rows((column < 0) | (column > _MOST), _OFF_SCALE, where=Column(name, criterion))


def scale_table(values: Mapping[str, Floats], scales: Any, *, falling: Sequence[str]) -> pd.DataFrame:
    """Make the scales of all criteria from values that are known; those of ``falling`` give the lowest most points."""
    tables = []
    for criterion, column in values.items():
        scale = _made(column[~np.isnan(column)], scale_of(scales, criterion))
        points = _MOST * scale.percentiles
        turned = _MOST - points if criterion in falling else points
        tables.append(pd.DataFrame({"criterion": criterion, "value": scale.points, "points": turned}))
    return pd.concat(tables, ignore_index=True)


def scales_in(table: pd.DataFrame) -> dict[str, PercentileScale]:
    """Read the scales back from their table; their percentiles are points."""
    return {
        str(criterion): PercentileScale(rows["value"].to_numpy(), rows["points"].to_numpy())
        for criterion, rows in table.groupby("criterion", sort=False)
    }


def points_of(values: Mapping[str, Floats], table: pd.DataFrame) -> dict[str, Floats]:
    """Place the values of each criterion on its scale."""
    scales = scales_in(table)
    return {criterion: scales[criterion](column) for criterion, column in values.items()}


def _made(known: Floats, scale: Any) -> PercentileScale:
    if scale == "percentile":
        return percentile_scale(known)
    low, high = (
        (0.0, _MOST) if scale == "as_is" else (known.min(), known.max()) if scale == "min_max" else map(float, scale)
    )
    if low == high:
        # A criterion that was the same for everybody says nothing for or against anybody.
        return PercentileScale(np.array([low]), np.array([0.5]))
    return PercentileScale(np.array([low, high]), np.array([0.0, 1.0]))
