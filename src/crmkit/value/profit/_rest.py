"""Costs given to customers in the frame of their drivers, with the rows that are nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._frames import AnyFrame, from_pandas, join_frames, looked_up

__all__ = ["beside", "with_rest"]


def beside(rows: AnyFrame, table: pd.DataFrame, *, on: str) -> AnyFrame:
    """Put the columns of a small table beside rows, by a column of text that both have."""
    native = rows.to_native()
    if not isinstance(rows, nw.DataFrame):
        return cast("AnyFrame", nw.from_native(looked_up(native, table, on=[on])))
    small: AnyFrame = nw.from_native(cast("Any", from_pandas(table, like=native)))
    return join_frames(_plain_text(rows, on), _plain_text(small, on), on=on, how="left")


def with_rest(rows: AnyFrame, rest: pd.DataFrame, *, key: str, sort_by: Sequence[str]) -> AnyFrame:
    """Append rows without a key, in memory sorted; pandas holds whole numbers of which some are missing as Int64."""
    names = [*rows.collect_schema().names()]
    native: Any = rows.to_native()
    if isinstance(native, pd.DataFrame):
        ids = native[key].astype("Int64") if rows.collect_schema()[key].is_integer() else native[key]
        lacking = pd.Series([None] * len(rest), index=rest.index, dtype=ids.dtype)
        native = native.assign(**{key: ids})
        if len(rest):
            native = pd.concat([native, rest.assign(**{key: lacking})[names]], ignore_index=True)
        native = native.sort_values(list(sort_by), ignore_index=True, kind="stable")
        return cast("AnyFrame", nw.from_native(native))
    if len(rest):
        kind = rows.collect_schema()[key]
        small: AnyFrame = nw.from_native(cast("Any", from_pandas(rest.drop(columns=key, errors="ignore"), like=native)))
        small = small.with_columns(nw.lit(None).cast(kind).alias(key)).select(*names)
        texts = [name for name, dtype in rows.collect_schema().items() if dtype == nw.String]
        if rows.implementation.is_pyarrow() and texts:
            rows, small = (each.with_columns(nw.col(*texts).cast(nw.String)) for each in (rows, small))
        parts: list[Any] = [rows, small]
        rows = nw.concat(parts, how="vertical")
    return rows.sort(*sort_by, nulls_last=True) if isinstance(rows, nw.DataFrame) else rows


def _plain_text(rows: AnyFrame, column: str) -> AnyFrame:
    """Turn PyArrow's several types of text, which it does not join, into one."""
    return rows.with_columns(nw.col(column).cast(nw.String)) if rows.implementation.is_pyarrow() else rows
