"""Results row by row, in the kind of the rows they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames._kinds import FrameT, collected, give_back, in_memory, open_frame

__all__ = ["column_like", "rows_like"]


def rows_like(columns: Mapping[str, Any], *, like: FrameT) -> FrameT:
    """Make a table of arrays, one value per row of ``like``; on pandas it has the index of ``like``.

    The arrays are NumPy's (objects being text, NaN missing), or pandas' nullable whole numbers and categoricals.
    """
    return give_back(_made(columns, like=like), like=like)


def column_like(values: Any, *, name: str, like: Any) -> Any:
    """Make a Series (on PyArrow a chunked array) of an array, one value per row of ``like``."""
    return _made({name: values}, like=like)[name].to_native()


def _made(columns: Mapping[str, Any], *, like: Any) -> nw.DataFrame[Any]:
    rows = collected(in_memory(open_frame(like, name="rows")))
    if rows.implementation.is_pandas():
        return nw.from_native(pd.DataFrame(dict(columns), index=rows.to_native().index))
    series = [_column(name, values, rows.implementation) for name, values in columns.items()]
    return rows.select(rows.columns[0]).with_columns(*series).select(*columns)


def _column(name: str, values: Any, backend: Any) -> nw.Series[Any]:
    if isinstance(values, pd.Categorical):
        # Arrow has no ordered categories of its own: text there.
        kind = nw.Enum(list(values.categories)) if backend.is_polars() else nw.String()
        return nw.new_series(name, np.asarray(values, dtype=object), kind, backend=backend)
    if isinstance(values, np.ndarray) and values.dtype.kind != "f":
        return nw.new_series(name, values, nw.String if values.dtype == object else None, backend=backend)
    floats = np.asarray(values.to_numpy(dtype=float, na_value=np.nan) if hasattr(values, "to_numpy") else values)
    made = nw.new_series(name, floats, nw.Float64, backend=backend).to_frame().select(nw.col(name).fill_nan(None))[name]
    return made if isinstance(values, np.ndarray) else made.cast(nw.Int64)
