"""Ids that refer to other rows of the same table, and rows that are to be numbered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import AnyFrame, pandas_series, type_of
from crmkit._messages import Message, Parameter, Setting
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["codes_of", "numbered", "with_references"]

_NO_ORDER: Final = Message(
    en="{ids} numbers the rows, and an engine's rows have no order. Add a column of ids first.",
    zh="{ids} 按行编号，而引擎中的行没有顺序。请先添加编号列。",
)
_TWO_KINDS: Final = Message(
    en="{where} holds {kind}, unlike {ids}, which holds {other}. Convert both to text.",
    zh="{where}的类型为 {kind}，与{ids}的类型 {other} 不同，请都转换为文本。",
)


def numbered(rows: Rows, column: str, *, name: str) -> Rows:
    """Give every row of a table in memory an id of its own, by its position; ``name`` is the parameter left out."""
    if not isinstance(rows.frame, nw.DataFrame):
        raise TypeError(_NO_ORDER(ids=Setting(name, None)))
    backend = rows.frame.implementation
    numbers: Any = np.arange(len(rows.frame), dtype=np.int64)
    if backend.is_pandas():
        native = rows.frame.to_native()
        frame: Any = nw.from_native(native.assign(**{column: pd.Series(numbers, index=native.index)}))
    else:
        frame = rows.frame.with_columns(nw.new_series(column, numbers, backend=backend))
    return replace(rows, frame=frame, where={**rows.where, column: Parameter(name)})


def with_references(rows: Rows, *, reference: str, ids: str) -> AnyFrame:
    """Give a column of ids that other rows bear the type of these; missing throughout where it was not named."""
    frame = rows.frame
    nobody = nw.when(nw.col(ids).is_null()).then(nw.col(ids)).alias(reference)
    if reference not in rows.sources:
        return frame.with_columns(nobody)
    types = frame.collect_schema()
    if types[reference] == types[ids]:
        return frame
    if isinstance(frame, nw.DataFrame) and frame[reference].is_null().all():
        return frame.with_columns(nobody)
    raise SchemaError(
        _TWO_KINDS(
            where=rows.where[reference], kind=type_of(frame, reference), ids=rows.where[ids], other=type_of(frame, ids)
        )
    )


def codes_of(series: nw.Series[Any]) -> tuple[npt.NDArray[np.int64], int]:
    """Number values, below 0 where missing, and say how many there are."""
    codes, distinct = pd.factorize(pandas_series(series))
    return codes.astype(np.int64), len(distinct)
