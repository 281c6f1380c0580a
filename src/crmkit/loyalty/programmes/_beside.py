"""Tables of a caller's own, of one row per period: their numbers read, and columns put beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_turnover, some
from crmkit._frames import (
    FrameT,
    as_name,
    collected,
    from_pandas,
    give_back,
    is_engine,
    open_as_given,
    pandas_series,
    to_pandas,
    with_values,
)
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["columns_beside", "number_columns"]

_NO_ROWS: Final = Message(en="{table} has no rows.", zh="{table} 没有任何行。")
_WRONG: Final = Message(en="{where} is missing or infinite at rows {rows}.", zh="{where}在行 {rows} 缺失或无穷大。")
_BELOW: Final = Message(en="{where} is below 0 at rows {rows}.", zh="{where}在行 {rows} 小于 0。")
_TAKEN: Final = Message(
    en="{table} has columns {names}, which are made here. Rename them first.",
    zh="{table} 含有列 {names}，与此处生成的列同名，请先改名。",
)


def number_columns(
    native: object,
    columns: Sequence[str],
    *,
    table: str,
    made_by: str,
    makes: Sequence[str],
    not_below_0: Sequence[str],
) -> tuple[nw.DataFrame[Any], dict[str, Floats]]:
    """Open a table in which columns hold finite numbers, some of them none below 0, and that has none of those made."""
    rows = open_columns(native, map(as_name, columns), name=table, made_by=made_by)
    if taken := [name for name in rows.collect_schema().names() if name in makes]:
        raise SchemaError(_TAKEN(table=Parameter(table), names=taken))
    given = collected(rows)
    if given.is_empty():
        raise SchemaError(_NO_ROWS(table=Parameter(table)))
    found = {}
    for column in columns:
        where = Column(table, column)
        check_kind(given, as_name(column), "number", where=where, made_by=made_by)
        values = pandas_series(given[as_name(column)]).to_numpy(dtype=np.float64, na_value=np.nan)
        faults = [(_WRONG, ~np.isfinite(values)), (_BELOW, values < 0 if column in not_below_0 else np.isinf(values))]
        for says, wrong in faults:
            if wrong.any():
                raise SchemaError(says(where=where, rows=some(np.flatnonzero(wrong).tolist())))
        with np.errstate(over="ignore"):
            check_turnover(float(np.abs(values).sum()), where=where)
        found[column] = values
    return given, found


def columns_beside(given: nw.DataFrame[Any], made: Mapping[str, Any], *, like: FrameT) -> FrameT:
    """Put columns of numbers, and texts that are alike in all rows, beside those given."""
    frame = given
    for name, values in made.items():
        frame = (
            frame.with_columns(nw.lit(values).alias(name))
            if isinstance(values, str)
            else with_values(frame, name, values)
        )
    if is_engine(open_as_given(like, name="rows")):
        return from_pandas(to_pandas(frame), like=like)
    floats = [name for name, values in made.items() if not isinstance(values, str)]
    return give_back(frame.with_columns(nw.col(*floats).fill_nan(None)), like=like)
