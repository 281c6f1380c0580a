"""The components of a loyalty index: read from the customers, and the frozen scales on which they are percentiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Column, Message
from crmkit._stats import PercentileScale, percentile_scale, survival_scale
from crmkit._tables import finite_columns
from crmkit.errors import SchemaError

__all__ = ["ended_flags", "scale_table", "scales_of"]

_NOT_KNOWN: Final = Message(
    en="{where} is missing for everybody. Leave the component out.", zh="{where}全部缺失，请去掉该分量。"
)
_NO_FLAG: Final = Message(
    en="{where} must be true or false for everybody whose {component!r} is known, got {got}.",
    zh="凡 {component!r} 已知的客户，{where}须为真或假，得到 {got}。",
)
_NEGATIVE: Final = Message(
    en="{where} is a duration, and must not be below 0, got {got}.", zh="{where}是时长，不得小于 0，得到 {got}。"
)
_NONE_ENDED: Final = Message(
    en="{where} says that nobody has left, so no curve of survival is known. Leave {@ended} out for plain percentiles.",
    zh="{where}显示没有人离开，无法估计生存曲线。去掉 {@ended} 即按普通百分位计算。",
)


def ended_flags(table: Any, ended: Mapping[str, str], values: Mapping[str, Floats], *, name: str) -> dict[str, Floats]:
    """Read, for each duration, the flag that says whether it is over."""
    flags = finite_columns(table, list(ended.values()), name=name)
    found = {}
    for component, column in ended.items():
        known, over = ~np.isnan(values[component]), flags[column]
        wrong = known & ~np.isin(over, (0.0, 1.0))
        if wrong.any():
            got = some(over[wrong].tolist())
            raise SchemaError(_NO_FLAG(where=Column(name, column), component=component, got=got))
        below = values[component] < 0
        if below.any():
            got = some(values[component][below].tolist())
            raise SchemaError(_NEGATIVE(where=Column(name, component), got=got))
        if not over[known].any():
            raise SchemaError(_NONE_ENDED(where=Column(name, column)))
        found[component] = over
    return found


def scale_table(
    values: Mapping[str, Floats], flags: Mapping[str, Floats], *, falling: Sequence[str], name: str
) -> pd.DataFrame:
    """Make the scales of all components; those of ``falling`` give the lowest value the highest percentile."""
    tables = []
    for component, column in values.items():
        known = ~np.isnan(column)
        if not known.any():
            raise SchemaError(_NOT_KNOWN(where=Column(name, component)))
        if component in flags:
            scale = survival_scale(column[known], flags[component][known] == 1)
        else:
            scale = percentile_scale(column[known])
        percentiles = 1 - scale.percentiles if component in falling else scale.percentiles
        tables.append(pd.DataFrame({"component": component, "value": scale.points, "percentile": percentiles}))
    return pd.concat(tables, ignore_index=True)


def scales_of(table: pd.DataFrame) -> dict[str, PercentileScale]:
    """Read the scales back from their table."""
    return {
        str(component): PercentileScale(rows["value"].to_numpy(), rows["percentile"].to_numpy())
        for component, rows in table.groupby("component", sort=False)
    }
