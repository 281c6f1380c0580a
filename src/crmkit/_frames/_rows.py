"""Results row by row, in the kind of frame of the rows they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames._kinds import FrameT, give_back, is_engine, open_as_given
from crmkit._messages import Message

__all__ = ["Coded", "column_like", "rows_like"]

_ENGINE: Final = Message(
    en="A value for each row needs a table in memory, got {kind}: an engine's rows have no order. Collect it first.",
    zh="逐行的结果只能用于内存中的表，得到 {kind}：引擎中的行没有顺序，请先读入内存。",
)


class Coded(NamedTuple):
    """A text per row, given by its position among few."""

    texts: Sequence[str]
    codes: npt.NDArray[np.intp]


def rows_like(columns: Mapping[str, Any], *, like: FrameT) -> FrameT:
    """Make a table of arrays, one value per row of ``like``; on pandas it has the index of ``like``.

    The arrays are NumPy's (objects are text, NaN is missing), `Coded`, or pandas' nullable whole numbers and
    categoricals.
    """
    return give_back(_made(columns, like=like), like=like)


def column_like(values: Any, *, name: str, like: Any) -> Any:
    """Make a Series (on PyArrow a chunked array) of an array, one value per row of ``like``."""
    return _made({name: values}, like=like)[name].to_native()


def _made(columns: Mapping[str, Any], *, like: Any) -> nw.DataFrame[Any]:
    rows = open_as_given(like, name="rows")
    if is_engine(rows):
        raise TypeError(_ENGINE(kind=type(like).__name__))
    backend = rows.implementation
    if backend.is_pandas():
        made = {name: _pandas_array(values) for name, values in columns.items()}
        return nw.from_native(pd.DataFrame(made, index=like.index))
    first, *others = (_column(name, values, backend) for name, values in columns.items())
    return first.to_frame().with_columns(*others)


def _pandas_array(values: Any) -> Any:
    return pd.Series(list(values.texts)).array.take(values.codes) if isinstance(values, Coded) else values


def _column(name: str, values: Any, backend: Any) -> nw.Series[Any]:
    if isinstance(values, Coded):
        return _taken(name, values, nw.String(), backend)
    if isinstance(values, pd.Categorical):
        # Arrow has no ordered categories of its own: text there.
        texts = list(values.categories)
        kind = nw.Enum(texts) if backend.is_polars() else nw.String()
        # A missing value has the code -1: here it gets one more entry, the last.
        codes = np.where(values.codes < 0, len(texts), values.codes).astype(np.intp)
        return _taken(name, Coded([*texts, None], codes), kind, backend)  # type: ignore[list-item]
    if isinstance(values, np.ndarray) and values.dtype.kind != "f":
        return nw.new_series(name, values, nw.String if values.dtype == object else None, backend=backend)
    if isinstance(values, np.ndarray):
        return _without_nan(name, values, backend)
    if not values.isna().any():
        return nw.new_series(name, values.to_numpy(dtype=np.int64), backend=backend)
    return _without_nan(name, values.to_numpy(dtype=float, na_value=np.nan), backend).cast(nw.Int64)


def _taken(name: str, values: Coded, kind: Any, backend: Any) -> nw.Series[Any]:
    """Make the few texts a column, and take the rows from it."""
    return nw.new_series(name, list(values.texts), kind, backend=backend)[values.codes]


def _without_nan(name: str, floats: Any, backend: Any) -> nw.Series[Any]:
    return nw.new_series(name, floats, nw.Float64, backend=backend).to_frame().select(nw.col(name).fill_nan(None))[name]
