"""Results row by row, in the kind of the rows they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames._kinds import FrameT, collected, give_back, in_memory, open_frame

__all__ = ["rows_like"]


def rows_like(columns: Mapping[str, Any], *, like: FrameT) -> FrameT:
    """Make a table of arrays, one value per row of ``like``; on pandas it has the index of ``like``.

    Missing values are NaN in NumPy floats, and NA in pandas arrays.
    """
    rows = collected(in_memory(open_frame(like, name="rows")))
    if rows.implementation.is_pandas():
        made = nw.from_native(pd.DataFrame(dict(columns), index=rows.to_native().index))
        return give_back(made, like=like)
    series = [_nullable(name, values, rows.implementation) for name, values in columns.items()]
    return give_back(rows.select(rows.columns[0]).with_columns(*series).select(*columns), like=like)


def _nullable(name: str, values: Any, backend: Any) -> nw.Series[Any]:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        floats = nw.new_series(name, values, nw.Float64, backend=backend)
        return floats.to_frame().select(nw.col(name).fill_nan(None))[name]
    return nw.new_series(name, [None if pd.isna(value) else value for value in values], backend=backend)
