"""Any DataFrame in, the same kind out: the only module that knows all kinds.

Held in memory are pandas, Polars (eager and lazy) and PyArrow; engines are DuckDB relations and PySpark. A lazy Polars
frame is collected at the door and given back lazy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypeVar, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames._labels import with_given_labels, with_names, with_native_bytes
from crmkit._frames._numpy_types import AnyFrame, with_numpy_types
from crmkit._frames._plain_types import with_plain_types
from crmkit._messages import Message, Parameter
from crmkit.errors import SchemaError

__all__ = [
    "AnyFrame",
    "FrameT",
    "collected",
    "from_pandas",
    "from_pandas_beside",
    "give_back",
    "give_table",
    "in_memory",
    "is_engine",
    "join_frames",
    "midnight",
    "open_as_given",
    "open_frame",
    "pandas_series",
    "same_kind",
    "to_pandas",
]

FrameT = TypeVar("FrameT", bound=IntoFrame)

_ENGINES = (nw.Implementation.DUCKDB, nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT)
_MEMORY = (nw.Implementation.PANDAS, nw.Implementation.POLARS, nw.Implementation.PYARROW)

_NOT_A_FRAME: Final = Message(
    en="{name} must be a pandas, Polars or PyArrow table, a DuckDB relation or a PySpark DataFrame, got {kind}.",
    zh="{name} 须为 pandas、Polars 或 PyArrow 的表，DuckDB 的 relation，或 PySpark 的 DataFrame，得到 {kind}。",
)
_TWO_KINDS: Final = Message(
    en="{name} is {kind} and {other} is {other_kind}. Give both as the same kind of frame.",
    zh="{name} 是 {kind} 的表，而 {other} 是 {other_kind} 的表。请统一为一种。",
)
_DOUBLED: Final = Message(
    en="{name} has the column names {twice} more than once. Rename or drop the copies.",
    zh="{name} 中的列名 {twice} 重复出现。请改名或删除多余的列。",
)


def open_frame(native: object, *, name: str) -> AnyFrame:
    """Wrap a frame of any kind, its columns named by text and of types that can be read; a lazy one stays lazy."""
    return with_plain_types(open_as_given(native, name=name))


def open_as_given(native: object, *, name: str) -> AnyFrame:
    """Open a frame like `open_frame`, but leave the types of its columns."""
    _refuse_duplicate_columns(native, name=name)
    try:
        frame = nw.from_native(with_native_bytes(with_names(cast("Any", native))))
    except TypeError as error:
        raise TypeError(_NOT_A_FRAME(name=Parameter(name), kind=type(native).__name__)) from error
    if frame.implementation not in _ENGINES + _MEMORY:
        raise TypeError(_NOT_A_FRAME(name=Parameter(name), kind=type(native).__name__))
    return cast("AnyFrame", frame)


def is_engine(frame: AnyFrame) -> bool:
    """Whether the frame's rows stay in an engine."""
    return frame.implementation in _ENGINES


def midnight(day: datetime, *, of: AnyFrame) -> Any:
    """A day as dates of a frame are compared with it: Spark would shift a time by its session's zone."""
    return day.date() if is_engine(of) else day


def in_memory(frame: AnyFrame) -> AnyFrame:
    """Collect a lazy Polars frame; leave the rows of an engine where they are."""
    return frame if isinstance(frame, nw.DataFrame) or is_engine(frame) else frame.collect()


def collected(frame: AnyFrame) -> nw.DataFrame[Any]:
    """Bring the rows into memory: for in-memory kinds as they are, for engines as Arrow."""
    if isinstance(frame, nw.DataFrame):
        return frame
    return frame.collect("pyarrow") if is_engine(frame) else frame.collect()


def give_back(result: AnyFrame, *, like: FrameT) -> FrameT:
    """Unwrap a result, its columns labelled as they were given; where a lazy Polars frame came in, one goes out."""
    opened = nw.from_native(cast("Any", like))
    if isinstance(opened, nw.LazyFrame) and isinstance(result, nw.DataFrame):
        return cast("FrameT", result.lazy().to_native())
    return cast("FrameT", with_given_labels(result.to_native(), like=like))


def give_table(table: AnyFrame, *, like: FrameT, sort_by: Sequence[str] = ()) -> FrameT:
    """Give back a computed table: in memory sorted by the columns named, on pandas with a new index."""
    if not isinstance(table, nw.DataFrame):
        return give_back(table, like=like)
    table = table.sort(*sort_by) if sort_by else table
    if table.implementation.is_pandas():
        table = nw.from_native(table.to_native().reset_index(drop=True))
        table = with_numpy_types(table, columns=table.columns)
    return give_back(table, like=like)


def to_pandas(frame: AnyFrame) -> pd.DataFrame:
    """Bring a small table into pandas, with pandas' own column types and a fresh index."""
    table = collected(frame)
    if table.implementation.is_pandas():
        return cast("pd.DataFrame", with_numpy_types(table, columns=table.columns).to_native().reset_index(drop=True))
    return pd.DataFrame({name: pandas_series(table[name]).array for name in table.columns})


def from_pandas(table: pd.DataFrame, *, like: FrameT) -> FrameT:
    """Turn a small pandas table into the caller's kind of frame, in the caller's engine."""
    opened = nw.from_native(cast("Any", like))
    if opened.implementation.is_pandas():
        return cast("FrameT", table)
    if opened.implementation.is_duckdb():
        return cast("FrameT", _to_duckdb(table, cast("Any", like)))
    if is_engine(opened):
        return cast("FrameT", _to_spark(table, cast("Any", like).sparkSession))
    columns = {name: _nullable(table[name]) for name in table.columns}
    made = nw.from_dict(columns, backend=opened.implementation)
    # Whole numbers that are all missing have no type by themselves.
    whole = [name for name in table.columns if isinstance(table[name].dtype, pd.Int64Dtype)]
    made = made.with_columns(nw.col(*whole).cast(nw.Int64)) if whole else made
    floats = [name for name, dtype in made.collect_schema().items() if dtype.is_float()]
    return give_back(made.with_columns(nw.col(*floats).fill_nan(None)) if floats else made, like=like)


def from_pandas_beside(table: pd.DataFrame, *, column: object) -> Any:
    """Turn a small pandas table into the kind of frame that goes with a column: pandas' for lists and arrays."""
    series = nw.from_native(cast("Any", column), series_only=True, pass_through=True)
    if not isinstance(series, nw.Series):
        return table
    return from_pandas(table, like=series.alias("column").to_frame().to_native())


def pandas_series(series: nw.Series[Any]) -> pd.Series[Any]:
    """One column as pandas holds it, without going through floats where whole numbers are missing."""
    if series.implementation.is_pandas():
        return cast("pd.Series[Any]", series.to_native())
    if series.dtype.is_integer():
        series = series.cast(nw.Int64)
        missing = series.is_null().to_numpy()
        values = series.fill_null(0).to_numpy()
        return pd.Series(pd.arrays.IntegerArray(values, missing) if missing.any() else values)
    if series.dtype.is_numeric():
        return pd.Series(series.cast(nw.Float64).to_numpy())
    if series.dtype.is_boolean():
        missing = series.is_null().to_numpy()
        answers = series.fill_null(False).to_numpy()
        return pd.Series(pd.arrays.BooleanArray(answers, missing) if missing.any() else answers)
    if series.dtype.is_temporal():
        return pd.Series(series.cast(nw.Datetime("us")).to_numpy())
    return pd.Series(series.to_numpy().astype(object))


def join_frames(
    left: AnyFrame, right: AnyFrame, *, on: str | list[str], how: Literal["inner", "left", "anti"]
) -> AnyFrame:
    """Join two frames of one kind."""
    return left.join(cast("Any", right), on=on, how=how)


def same_kind(frame: AnyFrame, other: AnyFrame, *, names: tuple[str, str]) -> None:
    """Raise unless two frames are of one kind and can be joined."""
    if frame.implementation.name != other.implementation.name:
        kind, other_kind = frame.implementation.name.lower(), other.implementation.name.lower()
        name, other_name = map(Parameter, names)
        raise TypeError(_TWO_KINDS(name=name, kind=kind, other=other_name, other_kind=other_kind))


def _refuse_duplicate_columns(native: object, *, name: str) -> None:
    # Polars has collect_schema and cannot hold two columns of one name; PyArrow says column_names.
    names = [] if hasattr(native, "collect_schema") else getattr(native, "columns", [])
    columns = getattr(native, "column_names", list(names))
    counts = Counter(columns)
    twice = sorted(str(column) for column, n in counts.items() if n > 1)
    if twice:
        raise SchemaError(_DOUBLED(name=Parameter(name), twice=twice))


def _nullable(column: pd.Series[Any]) -> Any:
    """Values that Polars and PyArrow read with missing values in their places."""
    lacks = isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and column.isna().any()
    if not lacks and (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
        return column.to_numpy()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.to_numpy().astype("datetime64[us]")
    return [None if pd.isna(value) else value for value in column]


def _to_duckdb(table: pd.DataFrame, relation: Any) -> Any:
    """Hand a small table to the connection of a relation, as literals: a closed connection reads nothing else."""
    kinds = {"i": "BIGINT", "f": "DOUBLE", "M": "TIMESTAMP", "b": "BOOLEAN"}
    types = {name: kinds.get(_letter(table[name]), "VARCHAR") for name in table.columns}
    rows = [[_literal(value) for value in row] for row in table.itertuples(index=False, name=None)]
    values = ", ".join(f"({', '.join(row)})" for row in rows) or f"({', '.join(['NULL'] * len(types))})"
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in types}
    names = ", ".join(quoted.values())
    columns = ", ".join(f"{quoted[name]}::{kind} AS {quoted[name]}" for name, kind in types.items())
    made = relation.query("crmkit_asked", f"SELECT {columns} FROM (VALUES {values}) AS t({names})")  # noqa: S608
    return made if rows else made.limit(0)


def _letter(column: pd.Series[Any]) -> str:
    """NumPy's letter for the type of a column; also of true and false among missing values."""
    given = column.dropna()
    flags = column.dtype == object and len(given) > 0 and all(isinstance(value, (bool, np.bool_)) for value in given)
    return "b" if flags else column.dtype.kind


def _literal(value: Any) -> str:
    if pd.isna(value):
        return "NULL"
    if isinstance(value, (bool, np.bool_, float, int, np.number)):
        # Infinity has no name of its own in SQL.
        return f"'{value}'::DOUBLE" if np.isinf(value) else repr(_plain(value))
    return "'" + str(value).replace("'", "''") + "'"


def _to_spark(table: pd.DataFrame, session: Any) -> Any:
    kinds = {"i": "bigint", "f": "double", "M": "timestamp_ntz", "b": "boolean"}
    quoted = {name: "`" + name.replace("`", "``") + "`" for name in table.columns}
    schema = ", ".join(f"{quoted[name]} {kinds.get(_letter(table[name]), 'string')}" for name in quoted)
    rows = [
        tuple(None if pd.isna(value) else _plain(value) for value in row)
        for row in table.itertuples(index=False, name=None)
    ]
    return session.createDataFrame(rows, schema)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value
