"""Columns in types that every step can read; a type that only one kind of frame has becomes what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames._numpy_types import AnyFrame

__all__ = ["type_of", "with_plain_types"]


def with_plain_types(frame: AnyFrame, *, columns: Collection[str] | None = None) -> AnyFrame:
    """Decode dictionaries, and turn types that Narwhals does not know into those it does; values stay what they are.

    All columns are changed, or those named.
    """
    chosen = frame.collect_schema().names() if columns is None else columns
    if frame.implementation.is_pyarrow():
        return _changed(frame, _plain_arrow, columns=chosen)
    if frame.implementation.is_pandas():
        return _changed(frame, _plain_pandas, columns=chosen)
    if frame.implementation.is_duckdb():
        return _plain_duckdb(frame, columns=chosen)
    return frame


def type_of(frame: AnyFrame, column: str) -> str:
    """Name the type of a column; where Narwhals does not know it, as its own library does."""
    dtype = frame.collect_schema()[column]
    if dtype != nw.Unknown:
        return str(dtype)
    native: Any = frame.to_native()
    if frame.implementation.is_duckdb():
        return str(dict(zip(native.columns, native.types, strict=True))[column])
    if isinstance(frame, nw.DataFrame):
        values = native[column]
        return str(getattr(values, "dtype", None) or values.type)
    return str(dict(native.dtypes)[column]) if isinstance(native.dtypes, list) else str(native.collect_schema()[column])


def _changed(frame: AnyFrame, plain: Callable[[Any], Any], *, columns: Collection[str]) -> AnyFrame:
    """Replace the columns for which a plain one is given."""
    native: Any = frame.to_native()
    kinds = native.dtypes if isinstance(native, pd.DataFrame) else native.schema.types
    changed: dict[str, Any] = {}
    for name, kind in zip(frame.collect_schema().names(), kinds, strict=True):
        made = plain(native[name]) if name in columns and not _is_plain(kind) else None
        if made is not None:
            changed[name] = made
    if not changed:
        return frame
    if isinstance(native, pd.DataFrame):
        return cast("AnyFrame", nw.from_native(native.assign(**changed)))
    for name, values in changed.items():
        native = native.set_column(native.column_names.index(name), name, values)
    return cast("AnyFrame", nw.from_native(native))


def _is_plain(kind: Any) -> bool:
    """Whether a pandas type is one of NumPy's that needs no look at the values; they are most."""
    return isinstance(kind, np.dtype) and kind.kind in "iufbmM"


def _plain_arrow(values: Any) -> Any:
    """A PyArrow column in a type that Narwhals reads right; None where it already is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_dictionary(kind):
        # Narwhals takes the code of a missing value for that of the last entry.
        decoded = values.cast(kind.value_type)
        made = _plain_arrow(decoded)
        return decoded if made is None else made
    if pa.types.is_run_end_encoded(kind):
        decoded = pc.run_end_decode(values)
        made = _plain_arrow(decoded)
        return decoded if made is None else made
    if pa.types.is_date64(kind):
        return values.cast(pa.date32())
    if pa.types.is_decimal(kind):
        return values.cast(pa.float64())
    if isinstance(kind, pa.BaseExtensionType) and kind.extension_name == "arrow.uuid":
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return None


def _plain_pandas(values: pd.Series[Any]) -> Any:
    """A pandas column in a type that Narwhals reads right; None where it already is."""
    kind = values.dtype
    if isinstance(kind, pd.ArrowDtype):
        import pyarrow as pa

        made = _plain_arrow(pa.chunked_array(values.array.__arrow_array__()))
        return None if made is None else pd.Series(made, index=values.index, dtype=pd.ArrowDtype(made.type))
    if isinstance(kind, pd.PeriodDtype) and kind.name == "period[D]":
        return values.dt.to_timestamp()
    if isinstance(kind, pd.SparseDtype):
        return values.astype(kind.subtype)
    if isinstance(kind, pd.api.extensions.ExtensionDtype):
        return None
    return _of_objects(values) if pd.api.types.is_object_dtype(kind) else None


def _of_objects(values: pd.Series[Any]) -> Any:
    """Decimals as floats, UUIDs as text, truth values of which some are missing as such; None for all other objects."""
    present = values.notna().to_numpy()
    first = values.iloc[int(present.argmax())] if present.any() else None
    # Most columns of objects are text, which shows in their first value.
    if not isinstance(first, (Decimal, UUID, bool, np.bool_)) or any(
        type(value) is not type(first) for value in values[present]
    ):
        return None
    if isinstance(first, (bool, np.bool_)):
        return values.astype("boolean")
    made = values.map(float if isinstance(first, Decimal) else str, na_action="ignore")
    return made.astype("float64") if isinstance(first, Decimal) else made


def _plain_duckdb(frame: AnyFrame, *, columns: Collection[str]) -> AnyFrame:
    """Make text of DuckDB's UUIDs, which Narwhals does not know."""
    relation: Any = frame.to_native()
    typed = zip(relation.columns, relation.types, strict=True)
    names = [name for name, kind in typed if str(kind) == "UUID" and name in columns]
    if not names:
        return frame
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in quoted)
    return cast("AnyFrame", nw.from_native(relation.project(f"* REPLACE ({texts})")))
