"""A table in memory joined to the rows of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._frames._kinds import FrameT, from_pandas

__all__ = ["looked_up"]


def looked_up(frame: FrameT, table: pd.DataFrame, *, on: Sequence[str]) -> FrameT:
    """Give each row of an engine the columns of the table's row that is equal in ``on``; missing where none is."""
    native: Any = frame
    made = [name for name in table.columns if name not in on]
    if nw.from_native(native).implementation.is_duckdb():
        rows, looked = f"rows_{uuid4().hex}", table  # noqa: F841  (DuckDB finds the variable by its name)
        keys = ", ".join(map(_quoted, on))
        columns = ", ".join(f"looked.{_quoted(name)}" for name in made)
        sql = f"SELECT {rows}.*, {columns} FROM {rows} LEFT JOIN looked USING ({keys})"  # noqa: S608
        return cast("FrameT", native.query(rows, sql))
    joined = native.join(from_pandas(table, like=native), on=list(on), how="left")
    return cast("FrameT", joined.select(*native.columns, *made))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
