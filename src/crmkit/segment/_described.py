"""Columns that describe customers: numbers, flags and labels, read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype, is_timedelta64_dtype

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, column_name, is_engine, listed_names, to_pandas
from crmkit._grouping import check_labels, in_order
from crmkit._labelling import labels_in
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import check_each_once, open_columns
from crmkit.errors import SchemaError
from crmkit.segment._texts import made_by_predict

__all__ = ["MOST_LEVELS", "Described", "Kind", "described", "opened", "placed", "to_describe"]

Kind: TypeAlias = Literal["number", "flag", "label"]

MOST_LEVELS: Final = 100
"""A column with more levels describes nobody in particular."""
_ID: Final = "customer_id"

_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first.", zh="{name} 须为内存中的表，请先取回内存。"
)
_NO_ROWS: Final = Message(en="{name} has no rows.", zh="{name} 没有任何行。")
_DAYS: Final = Message(
    en="{where} holds days. Give the days since then, or leave the column out.",
    zh="{where}为日期。请改为距该日的天数，或去掉此列。",
)
_INFINITE: Final = Message(
    en="{where} is infinite in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行为无穷大，最先见于行 {rows}。请修正或删除这些行。",
)
_LEVELS: Final = Message(
    en="{where} has {n:,} different labels, more than {most}, such as {labels}. Group them, or leave the column out.",
    zh="{where}有 {n:,} 个不同的标签，超过 {most} 个，例如 {labels}。请先归并，或去掉此列。",
)
_BY_TOO: Final = Message(
    en="{name} names {column!r}, which holds the segments. Leave it out.",
    zh="{name} 含有分群所在的列 {column!r}，请去掉。",
)
_TWICE: Final = Message(en="{name} names {column!r} twice.", zh="{name} 中 {column!r} 重复出现。")
_NO_SEGMENTS: Final = Message(
    en="{where} is missing in all rows: nobody has a segment.", zh="{where}全部缺失：没有客户属于任何群。"
)


class Described(NamedTuple):
    """A column: numbers (flags are 0 and 1), missing ones ``nan``; of labels the place of each, among its levels."""

    name: str
    kind: Kind
    cells: Floats
    levels: list[str]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """The rows with a value."""
        return ~np.isnan(self.cells)


def opened(customers: Any, columns: Sequence[str], *, name: str = "customers") -> AnyFrame:
    """Open a table in memory with rows, each customer's once, and check that columns are there."""
    rows = open_columns(customers, columns, name=name, made_by=made_by_predict())
    if is_engine(rows):
        raise TypeError(_ON_ENGINE(name=Parameter(name)))
    rows = collected(rows)
    if not len(rows):
        raise SchemaError(_NO_ROWS(name=Parameter(name)))
    check_each_once(rows, name=name)
    return rows


def placed(rows: AnyFrame, by: str, *, name: str = "customers") -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    """The segments of a column of labels, and the position of each row's, -1 where it is missing."""
    check_labels(rows, [by], table=name)
    labels, (positions,) = labels_in(collected(rows.select(by))[by])
    if not (positions >= 0).any():
        raise SchemaError(_NO_SEGMENTS(where=Column(name, by)))
    return labels, positions


def to_describe(rows: AnyFrame, columns: Any, *, by: Sequence[str], name: str = "columns") -> list[str]:
    """The columns asked for, or all but the ids, the segments and days."""
    if columns is None:
        kinds = rows.collect_schema()
        return [each for each, kind in kinds.items() if each not in (*by, _ID) and not kind.is_temporal()]
    names = [column_name(columns, name=name)] if isinstance(columns, str) else listed_names(columns, name=name)
    for at, each in enumerate(names):
        if each in by:
            raise ValueError(_BY_TOO(name=Parameter(name), column=each))
        if each in names[:at]:
            raise ValueError(_TWICE(name=Parameter(name), column=each))
    return names


def described(rows: AnyFrame, names: Sequence[str], *, table: str = "customers") -> list[Described]:
    """Read columns that describe customers."""
    check_labels(rows, names, table=table)
    read = to_pandas(rows.select(*names)) if names else pd.DataFrame()
    return [_column(read[name], name, where=Column(table, name)) for name in names]


def _column(values: pd.Series[Any], name: str, *, where: Column) -> Described:
    if is_datetime64_any_dtype(values) or is_timedelta64_dtype(values):
        raise SchemaError(_DAYS(where=where))
    if is_bool_dtype(values) or (values.dtype == object and infer_dtype(values, skipna=True) == "boolean"):
        return Described(name, "flag", _floats(values), [])
    if is_numeric_dtype(values) or values.isna().all():
        numbers = _floats(values)
        if (at := np.flatnonzero(np.isinf(numbers))).size:
            raise SchemaError(_INFINITE(where=where, n=at.size, rows=some(at.tolist())))
        return Described(name, "number", numbers, [])
    if values.dtype == object and infer_dtype(values, skipna=True) in ("decimal", "integer", "mixed-integer-float"):
        return _column(_as_numbers(values), name, where=where)
    codes, found = pd.factorize(values)
    levels = in_order(pd.Series(found, dtype=object))
    if isinstance(values.dtype, pd.CategoricalDtype):
        present = set(found)
        levels = [level for level in values.cat.categories if level in present]
    if len(levels) > MOST_LEVELS:
        raise SchemaError(_LEVELS(where=where, n=len(levels), most=MOST_LEVELS, labels=some(levels)))
    place = {level: at for at, level in enumerate(levels)}
    of_code = np.array([*(place[level] for level in found), np.nan], dtype=np.float64)
    return Described(name, "label", of_code[codes], [str(level) for level in levels])


def _floats(values: pd.Series[Any]) -> Floats:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _as_numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series([np.nan if pd.isna(value) else float(value) for value in values], dtype=np.float64)
