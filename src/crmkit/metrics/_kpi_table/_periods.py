"""KPIs of a period beside those of the one before, and beside their targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._calendars import Calendar
from crmkit._checks import check_number
from crmkit._kpi import Definition, Kpi, attainment
from crmkit._messages import Message

__all__ = ["beside_targets", "beside_the_one_before", "changes", "check_targets"]

_NO_MAPPING: Final = Message(
    en="{@targets} must map codes of KPIs to numbers, or to pairs of numbers for bands, got {targets!r}.",
    zh="{@targets} 须为指标代码到目标值（区间为一对数）的映射，得到 {targets!r}。",
)
_NOT_SHOWN: Final = Message(
    en="{@targets} has {code!r}, which the table does not show. It shows {shown}.",
    zh="{@targets} 中的 {code!r} 不在表中。表中有 {shown}。",
)
_BAND: Final = Message(
    en="The target of {code!r} must be a pair, the lowest and the highest good value, got {target!r}.",
    zh="{code!r} 的目标须为一对数，即合格区间的下限与上限，得到 {target!r}。",
)
_NO_BAND: Final = Message(
    en="The target of {code!r} must be one number, got {target!r}. Only KPIs whose direction is a band or depends on "
    "the context have two.",
    zh="{code!r} 的目标须为一个数，得到 {target!r}。只有方向为区间或视情况而定的指标才有上下限。",
)


def beside_the_one_before(
    table: pd.DataFrame,
    definitions: Sequence[Definition],
    numbers: Sequence[int],
    periods: Calendar,
    *,
    last_day: datetime,
) -> pd.DataFrame:
    """Add the value of the period before and the change.

    The table has one row per cell and KPI, cell by cell, and the periods of a group follow one another.
    """
    starts, ends = periods.first_days(numbers), periods.last_days(numbers)
    days = day_numbers(np.minimum(ends, np.datetime64(last_day))) - day_numbers(starts) + 1
    place = table["cell"].to_numpy() % len(numbers)
    value, before = table["value"].to_numpy(), np.full(len(table), np.nan)
    later = np.flatnonzero(place > 0)
    before[later] = value[later - len(definitions)]
    per_day = np.array([each.record.adds_up_over_time for each in definitions])[table["definition"]]
    lengths = days[place] / days[np.maximum(place - 1, 0)]
    return table.assign(
        **changes(value, before, per_day=per_day, lengths=lengths),
        n_days=days[place],
        is_complete=(ends <= np.datetime64(last_day))[place],
        period=starts[place],
    )


def changes(
    value: Floats, before: Floats, *, per_day: npt.NDArray[np.bool_], lengths: Floats
) -> dict[str, npt.NDArray[Any]]:
    """The columns that compare a value with that of the period before, whose length is divided by ``lengths``."""
    scaled = before * np.where(per_day, lengths, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(scaled > 0, value / scaled - 1, np.nan)
    return {
        "previous": before,
        "change": value - scaled,
        "relative_change": relative,
        "compared": np.where(per_day & (lengths != 1), "per day", "as is"),
    }


def check_targets(targets: Any, shown: Mapping[str, Kpi]) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest good value by code; one of them is missing where only the other is given."""
    if not isinstance(targets, Mapping):
        raise TypeError(_NO_MAPPING(targets=targets))
    found = {}
    for code, target in targets.items():
        if code not in shown:
            raise ValueError(_NOT_SHOWN(code=code, shown=list(shown)))
        direction = shown[code].direction
        if isinstance(target, Sequence) and not isinstance(target, str):
            if direction in ("higher", "lower"):
                raise ValueError(_NO_BAND(code=code, target=target))
            for end in target:
                check_number(end, name="targets")
            if len(target) != 2 or target[0] > target[1]:
                raise ValueError(_BAND(code=code, target=target))
            found[code] = float(target[0]), float(target[1])
            continue
        check_number(target, name="targets")
        if direction in ("band", "context"):
            raise ValueError(_BAND(code=code, target=target))
        found[code] = (float(target), np.nan) if direction == "higher" else (np.nan, float(target))
    return found


def beside_targets(table: pd.DataFrame, targets: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Add the targets and how far each was attained."""
    ends = np.array([targets.get(code, (np.nan, np.nan)) for code in table["kpi"]], dtype=float).reshape(-1, 2)
    low, high = ends.T
    return table.assign(target_low=low, target_high=high, attainment=attainment(table["value"].to_numpy(), low, high))
