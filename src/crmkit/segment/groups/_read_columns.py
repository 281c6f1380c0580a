"""Columns that groups are made of: named by the caller or found in the table, and read as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_columns, some
from crmkit._frames import AnyFrame, is_engine, listed_names, open_frame
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import CUSTOMERS, float_columns
from crmkit.errors import SchemaError
from crmkit.segment.groups._sensitive import sensitive_kind

__all__ = [
    "Found",
    "check_column_names",
    "check_there",
    "column_types",
    "found_columns",
    "is_prospect",
    "kind_of",
    "numbers_in",
    "opened",
]

_ID: Final = "customer_id"
_ORDERS: Final = "n_orders"

_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first, or a sample of it.",
    zh="{name} 须为内存中的表。请先读入内存，或读入其中一个样本。",
)
_NO_COLUMNS: Final = Message(
    en="{@columns} must name at least one column, each only once, got {got}.",
    zh="{@columns} 须至少包含一列，且互不重复，得到 {got}。",
)
_NONE_LEFT: Final = Message(
    en="{name} has no column to make groups of: {left_out}. Name columns in {@columns}.",
    zh="{name} 中没有可用于分群的列：{left_out}。请用 {@columns} 指定列。",
)
_SENSITIVE_ONES: Final = Message(
    en="sensitive ones such as {columns} are taken only if they are named",
    zh="敏感列（如 {columns}）须明确指定才会使用",
)
_NO_OTHERS: Final = Message(en="it has {columns}", zh="现有 {columns}")
_INFINITE: Final = Message(
    en="{where} is infinite in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行为无穷大，最先见于行 {rows}。请修正或删除这些行。",
)
_ORDERS_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. It tells who has ordered; fill it in.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。须由它判断客户是否下过单，请补全。",
)


class Found(NamedTuple):
    """The columns that a table offers, and the sensitive ones that were passed over."""

    columns: list[str]
    passed_over: list[str]


def check_column_names(columns: Any) -> list[str] | None:
    """Read the option that names columns; None leaves the choice to the table."""
    if columns is None:
        return None
    names = listed_names(columns, name="columns")
    if not names or len(set(names)) < len(names):
        raise ValueError(_NO_COLUMNS(got=list(columns)))
    return names


def opened(table: Any, *, name: str) -> AnyFrame:
    """Open a table in memory that has rows."""
    frame = open_frame(table, name=name)
    if is_engine(frame):
        raise TypeError(_ON_ENGINE(name=Parameter(name)))
    return frame


def column_types(frame: AnyFrame) -> Mapping[str, Any]:
    """The types of the columns by name."""
    return frame.collect_schema()


def found_columns(frame: AnyFrame, *, of: Collection[str], name: str) -> Found:
    """Find the columns of some kinds ("number", "flag", "label") beside the id and sensitive ones."""
    types = column_types(frame)
    fitting = [column for column, dtype in types.items() if column != _ID and kind_of(dtype) in of]
    sensitive = [column for column in fitting if sensitive_kind(column) is not None]
    columns = [column for column in fitting if column not in sensitive]
    if not columns:
        left_out = _SENSITIVE_ONES(columns=sensitive) if sensitive else _NO_OTHERS(columns=list(types))
        raise SchemaError(_NONE_LEFT(name=Parameter(name), left_out=left_out))
    return Found(columns, sensitive)


def numbers_in(table: Any, columns: Sequence[str], *, name: str) -> dict[str, Floats]:
    """Read columns of numbers or flags as floats, missing ones as ``nan``; infinite ones are refused."""
    opened(table, name=name)
    values = float_columns(table, CUSTOMERS, (), name=name, also=columns)
    for column, floats in values.items():
        at = np.flatnonzero(np.isinf(floats))
        if at.size:
            raise SchemaError(_INFINITE(where=Column(name, column), n=at.size, rows=some(at.tolist())))
    return values


def is_prospect(table: Any, *, name: str) -> Any:
    """Who has not ordered, where a table says how often customers did; None where it does not."""
    frame = opened(table, name=name)
    if _ORDERS not in column_types(frame):
        return None
    orders = numbers_in(table, [_ORDERS], name=name)[_ORDERS]
    at = np.flatnonzero(np.isnan(orders))
    if at.size:
        raise SchemaError(_ORDERS_MISSING(where=Column(name, _ORDERS), n=at.size, rows=some(at.tolist())))
    return orders == 0


def check_there(frame: AnyFrame, columns: Sequence[str], *, name: str) -> None:
    """Raise unless all columns are there."""
    check_columns(column_types(frame), columns, name=name, made_by="customer_features")


def kind_of(dtype: Any) -> str:
    """Whether a column holds flags, numbers, labels or something else."""
    if dtype.is_boolean():
        return "flag"
    if dtype.is_numeric():
        return "number"
    return "other" if dtype.is_temporal() or dtype.is_nested() else "label"
