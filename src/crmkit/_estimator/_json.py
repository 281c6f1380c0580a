"""Values of an estimator as JSON: plain ones, tables, tuples, infinite floats and other estimators."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import is_string_dtype

from crmkit._messages import Message

__all__ = ["JsonError", "check_keys", "plain", "read", "refused", "written"]

_TABLE = "__table__"
_ESTIMATOR = "__estimator__"
_FOREIGN = "__skops__"
_TUPLE = "__tuple__"
_FLOAT = "__float__"
_TEXT = pd.Series(["text"]).dtype
# What a column of a table holds, by its type as written; None is a gap.
_GAP = type(None)
_COLUMNS: dict[str, tuple[type, ...]] = {
    "text": (str, _GAP),
    "int64": (int,),
    "Int64": (int, _GAP),
    "float64": (int, float, _GAP),
    "bool": (bool,),
}

_NO_COLUMN: Final = Message(
    en="JSON cannot hold a column of {kind}, got {name!r}.", zh="JSON 无法保存类型为 {kind} 的列：{name!r}。"
)
_NO_VALUE: Final = Message(
    en="JSON cannot hold a {kind}, got {value!r}.", zh="JSON 无法保存 {kind} 类型的值：{value!r}。"
)


class JsonError(ValueError):
    """JSON that no fitted estimator wrote; it is caught where JSON is read, so its text need not be translated."""


def written(value: Any, *, record_of: Callable[[Any], Any], foreign_of: Callable[[Any], str | None]) -> Any:
    """Return what JSON holds for a value.

    ``record_of`` gives the record of one of our estimators and ``foreign_of`` the text of another library's, None for
    other values.
    """
    if (record := record_of(value)) is not None:
        return {_ESTIMATOR: record}
    if (text := foreign_of(value)) is not None:
        return {_FOREIGN: text}
    if isinstance(value, pd.DataFrame):
        return _written_table(value)
    if isinstance(value, tuple):
        return {_TUPLE: [written(part, record_of=record_of, foreign_of=foreign_of) for part in value]}
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: repr(float(value))}
    return value


def read(value: Any, *, restored: Callable[[dict[str, Any]], Any], foreign: Callable[[Any], Any]) -> Any:
    """Return the value that JSON holds; ``restored`` makes our estimator of its record, ``foreign`` one of its text."""
    if isinstance(value, dict) and _ESTIMATOR in value:
        check_keys(value, {_ESTIMATOR})
        return restored(value[_ESTIMATOR])
    if isinstance(value, dict) and _FOREIGN in value:
        check_keys(value, {_FOREIGN})
        return foreign(value[_FOREIGN])
    if isinstance(value, dict) and _TUPLE in value:
        check_keys(value, {_TUPLE})
        return tuple(read(part, restored=restored, foreign=foreign) for part in value[_TUPLE])
    if isinstance(value, dict) and _FLOAT in value:
        check_keys(value, {_FLOAT})
        return float(value[_FLOAT])
    return _table(value) if isinstance(value, dict) and _TABLE in value else value


def plain(value: Any) -> Any:
    """Return plain Python values for NumPy's, which JSON cannot hold."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(_NO_VALUE(kind=type(value).__name__, value=value))


def refused(constant: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise JsonError(f"{constant} is not a number in JSON")


def check_keys(record: Any, keys: set[str]) -> None:
    """Raise unless a record has exactly these keys."""
    if not isinstance(record, dict) or set(record) != keys:
        raise JsonError(f"{sorted(keys)} are written, nothing else")


def _written_table(table: pd.DataFrame) -> dict[str, Any]:
    columns = {name: table[name].astype(object).where(table[name].notna(), None).tolist() for name in table.columns}
    # Text has one type before pandas 3.0 and another since.
    types = {str(name): "text" if is_string_dtype(dtype) else str(dtype) for name, dtype in table.dtypes.items()}
    for name, kind in types.items():
        if kind not in _COLUMNS:
            raise TypeError(_NO_COLUMN(kind=kind, name=name))
        if kind == "text" and not all(isinstance(value, _COLUMNS[kind]) for value in columns[name]):
            held = {type(value).__name__ for value in columns[name] if value is not None}
            raise TypeError(_NO_COLUMN(kind=", ".join(sorted(held)), name=name))
    index = {} if table.index.name is None else {"index": {table.index.name: table.index.tolist()}}
    return {_TABLE: columns, "types": types, **index}


def _table(value: dict[str, Any]) -> pd.DataFrame:
    check_keys(value, {_TABLE, "types"} | ({"index"} & set(value)))
    columns, types = value[_TABLE], value["types"]
    if columns.keys() != types.keys() or len({len(column) for column in columns.values()}) > 1:
        raise JsonError("each column of a table has a type, and as many values as the others")
    table = pd.DataFrame({name: _column(column, types[name]) for name, column in columns.items()})
    for name, labels in value.get("index", {}).items():
        table.index = pd.Index(labels, name=name)
    return table


def _column(values: list[Any], kind: str) -> pd.Series[Any]:
    """Make a column of a table if all values are of its kind; infinite ones are never written."""
    if not all(type(value) in _COLUMNS[kind] and value not in (math.inf, -math.inf) for value in values):
        raise JsonError(f"a column of {kind} holds something else")
    dtype: Any = _TEXT if kind == "text" else kind
    return pd.Series(values, dtype=object).astype(dtype)
