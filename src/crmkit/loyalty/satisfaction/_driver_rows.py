"""The outcome and its drivers, read from answers: complete rows alone, each with its weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._arrays import Floats
from crmkit._frames import AnyFrame, as_name, collected
from crmkit._messages import Column, Message
from crmkit._stats import as_floats
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["MADE_BY", "DriverRows", "read_driver_rows", "read_weights", "weight_column"]

MADE_BY: Final = "as_answers"
_WEIGHT: Final = "weight"
_LARGEST: Final = 1e100
_FEWEST: Final = 2

_NO_LIST: Final = Message(
    en="{@drivers} must be a list of two or more different columns, got {value!r}.",
    zh="{@drivers} 须为至少两个互不相同的列名的列表，得到 {value!r}。",
)
_USED_TWICE: Final = Message(
    en="{column!r} is named twice, as {@outcome} and one of {@drivers}. A column has one use.",
    zh="{column!r} 在 {@outcome} 与 {@drivers} 中重复使用，每列只能有一种用途。",
)
_TOO_FEW: Final = Message(
    en="{n:,} {n:row|rows} of {@answers} have the outcome and all drivers, of {given:,}; {k} drivers take at least "
    "{least}. Leave out drivers that few have answered.",
    zh="{@answers} 的 {given:,} 行中，结果与全部驱动因素都有回答的只有 {n:,} 行；"
    "{k} 个因素至少需要 {least} 行。请去掉回答较少的因素。",
)
_ALL_ALIKE: Final = Message(
    en="{where} is the same in all complete rows, so that nothing can be told of it. Leave it out.",
    zh="{where}在全部完整行中都相同，无法分析。请去掉该列。",
)
_TOO_LARGE: Final = Message(
    en="{where} has values beyond {limit:g}. Correct them.", zh="{where}含有超过 {limit:g} 的值，请更正。"
)
_WEIGHTS: Final = Message(
    en="{where} must be above 0 in every row, got {value!r}. Leave out rows without a weight, or mend their weight.",
    zh="{where}每行都须大于 0，得到 {value!r}。请去掉没有权重的行，或更正权重。",
)


class DriverRows(NamedTuple):
    """The complete rows: ``drivers`` of shape (n_rows, n_drivers); ``weights`` have mean 1."""

    names: list[str]
    outcome: Floats
    drivers: Floats
    weights: Floats
    n_left_out: int


def read_driver_rows(answers: Any, *, outcome: str, drivers: Sequence[str]) -> DriverRows:
    """Open a table of answers and leave the rows in which the outcome and all drivers are known."""
    if isinstance(drivers, (str, bytes)) or not isinstance(drivers, Sequence):
        raise TypeError(_NO_LIST(value=drivers))
    names = [as_name(name) for name in drivers]
    if len(names) < _FEWEST or len(set(names)) < len(names):
        raise ValueError(_NO_LIST(value=drivers))
    used = [as_name(outcome), *names]
    if used[0] in names:
        raise ValueError(_USED_TWICE(column=used[0]))
    frame = open_columns(answers, used, name="answers", made_by=MADE_BY)
    rows = collected(frame.select(*used, *weight_column(frame, besides=used)))
    for name in used:
        check_kind(rows, name, "number", where=Column("answers", name), made_by=MADE_BY)
    values, weights = (
        np.column_stack([as_floats(rows[name].to_native(), name=name) for name in used]),
        read_weights(rows),
    )
    for place, name in enumerate(used):
        if (np.abs(values[:, place]) > _LARGEST).any():
            raise SchemaError(_TOO_LARGE(where=Column("answers", name), limit=_LARGEST))
    complete = ~np.isnan(values).any(axis=1)
    least = len(names) + 2
    if complete.sum() < least:
        raise SchemaError(_TOO_FEW(n=int(complete.sum()), given=len(values), k=len(names), least=least))
    values, weights = values[complete], weights[complete]
    for place, name in enumerate(used):
        if values[:, place].min() == values[:, place].max():
            raise SchemaError(_ALL_ALIKE(where=Column("answers", name)))
    return DriverRows(names, values[:, 0], values[:, 1:], weights / weights.mean(), int((~complete).sum()))


def weight_column(frame: AnyFrame, *, besides: Sequence[str]) -> list[str]:
    """The column of weights, where there is one that is not read as something else."""
    return [_WEIGHT] if _WEIGHT in frame.collect_schema() and _WEIGHT not in besides else []


def read_weights(rows: nw.DataFrame[Any]) -> Floats:
    """Read the weights of respondents; all count alike where there is no column of weights."""
    if _WEIGHT not in rows.columns:
        return np.ones(len(rows))
    where = Column("answers", _WEIGHT)
    check_kind(rows, _WEIGHT, "number", where=where, made_by=MADE_BY)
    weights = as_floats(rows[_WEIGHT].to_native(), name=_WEIGHT)
    wrong = ~((weights > 0) & np.isfinite(weights))
    if wrong.any():
        raise SchemaError(_WEIGHTS(where=where, value=float(weights[wrong][0])))
    return weights
