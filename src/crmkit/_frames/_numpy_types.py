"""Pandas columns in the types of NumPy, whatever types they came in."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import pandas as pd

__all__ = ["AnyFrame", "with_numpy_types"]

AnyFrame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]


def with_numpy_types(frame: AnyFrame, *, columns: Sequence[str]) -> AnyFrame:
    """Give pandas columns of numbers and times NumPy's types, except whole numbers of which some are missing."""
    if not frame.implementation.is_pandas():
        return frame
    native: pd.DataFrame = frame.to_native()
    schema = frame.collect_schema()
    kinds = {name: _numpy_type(schema[name]) for name in columns}
    changed = {
        name: kind
        for name, kind in kinds.items()
        if kind is not None and native[name].dtype != kind and (kind != "int64" or not native[name].isna().any())
    }
    return nw.from_native(native.astype(changed)) if changed else frame


def _numpy_type(dtype: Any) -> str | None:
    if dtype.is_integer():
        return "int64"
    if dtype.is_float():
        return "float64"
    return "datetime64[us]" if dtype == nw.Datetime and dtype.time_zone is None else None
