"""One table as every kind of frame, and any frame back as rows that can be compared."""

from datetime import datetime
from functools import cache

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

IN_MEMORY = ("pandas-numpy", "pandas-nullable", "pandas-pyarrow", "polars", "polars-lazy", "pyarrow")
EVERY_KIND = (*IN_MEMORY, "duckdb", pytest.param("spark", marks=pytest.mark.spark))

_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype()}
_SPARK_TYPES = (
    ("bigint", pa.types.is_integer),
    ("double", pa.types.is_floating),
    ("timestamp_ntz", pa.types.is_timestamp),
    ("boolean", pa.types.is_boolean),
    ("string", pa.types.is_string),
    ("string", pa.types.is_large_string),
    ("string", pa.types.is_null),
)


@cache
def duckdb_connection():
    """Open a connection for all tests of a process; relations of older DuckDB do not keep theirs open."""
    return duckdb.connect(config={"threads": 1})


class Builder:
    """Builds tables of one kind, those of an engine in one connection."""

    def __init__(self, kind, *, spark=None):
        self.kind = kind
        self.is_engine = kind in ("duckdb", "spark")
        self._spark = spark

    def __call__(self, table):
        """Build a pandas or PyArrow table as this kind; only PyArrow tells NaN from null."""
        # What pandas wrote into the schema would overrule the types of columns put in since.
        arrow = (table if isinstance(table, pa.Table) else to_arrow(table)).replace_schema_metadata(None)
        return {
            "pandas-numpy": lambda: arrow.to_pandas(),
            "pandas-nullable": lambda: arrow.to_pandas(types_mapper=_NULLABLE.get),
            "pandas-pyarrow": lambda: arrow.to_pandas(types_mapper=pd.ArrowDtype),
            "polars": lambda: pl.from_arrow(arrow),
            "polars-lazy": lambda: pl.from_arrow(arrow).lazy(),
            "pyarrow": lambda: arrow,
            "duckdb": lambda: duckdb_connection().from_arrow(arrow),
            "spark": lambda: self._to_spark(arrow),
        }[self.kind]()

    def _to_spark(self, arrow):
        schema = ", ".join(f"`{field.name}` {_spark_type(field.type)}" for field in arrow.schema)
        rows = list(zip(*(column.to_pylist() for column in arrow.columns), strict=True))
        return self._spark.createDataFrame(rows, schema)


def _spark_type(kind):
    return next(name for name, holds in _SPARK_TYPES if holds(kind))


def to_arrow(native):
    """Bring a frame of any kind into PyArrow."""
    if isinstance(native, pd.DataFrame):
        arrow = pa.Table.from_pandas(native.reset_index(drop=True), preserve_index=False)
    elif isinstance(native, (pl.DataFrame, pl.LazyFrame)):
        arrow = native.lazy().collect().to_arrow()
    elif isinstance(native, pa.Table):
        arrow = native
    elif isinstance(native, duckdb.DuckDBPyRelation):
        arrow = native.to_arrow_table()
    else:
        arrow = native.toArrow()
    microseconds = [
        field.with_type(pa.timestamp("us")) if pa.types.is_temporal(field.type) and not _zone(field.type) else field
        for field in arrow.schema
    ]
    return arrow.cast(pa.schema(microseconds))


def _zone(kind):
    return getattr(kind, "tz", None)


def as_pandas(native, *, in_order=False):
    """A frame of any kind as pandas in one set of types; unless in order, sorted with text and whole numbers first."""
    arrow = to_arrow(native)
    table = pd.DataFrame({name: _plain(arrow[name]) for name in arrow.column_names})
    keys = sorted(table.columns, key=lambda name: table[name].dtype == "float64")
    return table if in_order else table.sort_values(keys, ignore_index=True)


def _plain(column):
    if pa.types.is_integer(column.type):
        return pd.array(column.to_pylist(), dtype="Int64")
    if pa.types.is_floating(column.type):
        return column.to_pandas().astype("float64")
    if pa.types.is_timestamp(column.type):
        return pd.Series(column.to_pylist(), dtype=f"datetime64[us{', UTC' if _zone(column.type) else ''}]")
    return pd.Series(column.to_pylist(), dtype=object)


def rows(native, *, columns=None):
    """The rows of a frame in the order given, as tuples; dates as text, missing as None."""
    arrow = to_arrow(native)
    if columns is not None:
        arrow = arrow.select(list(columns))
    return [tuple(map(_readable, row)) for row in zip(*(c.to_pylist() for c in arrow.columns), strict=True)]


def _readable(value):
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return None if value != value else value


def assert_same_rows(got, expected, *, in_order=False):
    """Hold two frames of any kind equal: the same columns, the same rows, floats but for rounding."""
    got, expected = as_pandas(got, in_order=in_order), as_pandas(expected, in_order=in_order)
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9, atol=1e-9)


def count_nan(native):
    """How many values are NaN rather than missing; pandas does not tell them apart."""
    if isinstance(native, pd.DataFrame):
        return 0
    arrow = to_arrow(native)
    floats = [arrow[name] for name in arrow.column_names if pa.types.is_floating(arrow[name].type)]
    return sum(value is not None and value != value for column in floats for value in column.to_pylist())
