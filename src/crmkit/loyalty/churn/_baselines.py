"""What a model of churn is judged beside: columns, and purchase models that were fitted to orders alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._messages import Message
from crmkit._stats import as_numbers, read_complete
from crmkit._time_units import DAYS
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._card import DAYS_SINCE_LAST
from crmkit.loyalty.churn._windows import MOST_DAYS

__all__ = ["baseline_columns", "read_baselines"]

_NONE: Final = Message(
    en="There is nothing to judge the model beside: {@X} has no column 'days_since_last', and {@baselines} names none.",
    zh="没有可供比较的基准：{@X} 中没有 'days_since_last' 列，{@baselines} 也未指定。",
)
_NOT_NAMED: Final = Message(
    en="{@baselines} must be a dict of names and columns or fitted purchase models, got {got!r}.",
    zh="{@baselines} 须为字典，名称对应列或已拟合的购买模型，得到 {got!r}。",
)
_NO_COLUMN: Final = Message(
    en="{@baselines} names the column {column!r}, which {@X} does not have.",
    zh="{@baselines} 所指的列 {column!r} 不在 {@X} 中。",
)
_OTHER_LENGTH: Final = Message(
    en="The baseline {name!r} has {got:,} {got:value|values}, and {@X} {n:,} {n:row|rows}.",
    zh="基准 {name!r} 有 {got:,} 个值，而 {@X} 有 {n:,} 行。",
)
_NO_HORIZON: Final = Message(
    en="{@horizon_days} is needed for the purchase model {name!r}: the days in which a customer must "
    "buy to have stayed.",
    zh="基准 {name!r} 是购买模型，须给出 {@horizon_days}：客户在多少天内购买才算留存。",
)
_MODEL: Final = "model"
_TAKEN: Final = Message(
    en="{@baselines} calls one of them {name!r}, as the model itself is called. Choose another name.",
    zh="{@baselines} 中有一项名为 {name!r}，与模型本身重名。请另取名称。",
)


def baseline_columns(baselines: Mapping[str, Any] | None) -> list[str]:
    """Name the columns that are baselines, and so no features."""
    if baselines is not None and not isinstance(baselines, Mapping):
        raise TypeError(_NOT_NAMED(got=baselines))
    return [each for each in (baselines or {}).values() if isinstance(each, str)]


def read_baselines(
    baselines: Mapping[str, Any] | None, table: pd.DataFrame, known: Any, *, horizon_days: int | None
) -> dict[str, Floats]:
    """Read the scores of the rows whose outcome is known; days since the last order first, if there."""
    named: dict[str, Any] = dict(baselines or {})
    if _MODEL in named:
        raise ValueError(_TAKEN(name=_MODEL))
    if DAYS_SINCE_LAST in table.columns and DAYS_SINCE_LAST not in named:
        named = {DAYS_SINCE_LAST: DAYS_SINCE_LAST, **named}
    if not named:
        raise SchemaError(_NONE())
    return {str(name): _scores(str(name), each, table, known, horizon_days) for name, each in named.items()}


def _scores(name: str, baseline: Any, table: pd.DataFrame, known: Any, horizon_days: int | None) -> Floats:
    if hasattr(baseline, "probability_inactive"):
        if horizon_days is None:
            raise ValueError(_NO_HORIZON(name=name))
        check_int(horizon_days, name="horizon_days", low=1, high=MOST_DAYS)
        unit = vars(baseline).get("options_", baseline).time_unit
        rows = table[known].reset_index(drop=True)
        return read_complete(baseline.probability_inactive(rows, horizon=horizon_days / DAYS[unit]), name=name)
    if isinstance(baseline, str):
        if baseline not in table.columns:
            raise SchemaError(_NO_COLUMN(column=baseline))
        return read_complete(as_numbers(table[baseline][known]), name=name)
    values = np.asarray(as_numbers(baseline))
    if values.shape[:1] != (len(table),):
        raise ValueError(_OTHER_LENGTH(name=name, got=values.size, n=len(table)))
    return read_complete(values[known], name=name)
