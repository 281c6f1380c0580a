"""Columns of a table read as floats, and the rows that a schema does not allow found among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_columns, some
from crmkit._frames import AnyFrame, collected, open_as_given, pandas_series, with_plain_types
from crmkit._messages import Column, Message
from crmkit._tables._open import check_kind
from crmkit._tables._schema import Field, Schema
from crmkit.errors import SchemaError

__all__ = ["check_values", "float_columns"]


# What pandas finds that objects are.
_NUMBERS: Final = ("boolean", "integer", "floating", "mixed-integer-float")

_NO_NUMBERS: Final = Message(
    en="{where} must hold numbers, got {got}. Convert numbers that are text, and code categories as 0 and 1.",
    zh="{where}应为数字，得到 {got}。以文本存放的数字请先转换，类别请编码为 0 和 1。",
)
_NO_FLAGS: Final = Message(en="{where} must hold true or false, got {got}.", zh="{where}应为真假值，得到 {got}。")
_AT: Final = Message(
    en="{problem} in {n:,} {n:row|rows}, first at rows {rows}. {made_by} makes such columns.",
    zh="{problem}，共 {n:,} 行，最先见于行 {rows}。可用 {made_by} 生成这样的列。",
)
_MISSING: Final = Message(en="{where} is missing", zh="{where}有缺失")
_INFINITE: Final = Message(en="{where} is infinite", zh="{where}为无穷大")
_NOT_WHOLE: Final = Message(en="{where} is not a whole number", zh="{where}不是整数")
_NO_FLAG: Final = Message(en="{where} is neither true nor false", zh="{where}不是真假值")
_BELOW: Final = Message(en="{where} is below {low:,g}", zh="{where}小于 {low:,g}")
_ABOVE: Final = Message(en="{where} is above {high:,g}", zh="{where}大于 {high:,g}")


def float_columns(
    native: object,
    schema: Schema,
    columns: Sequence[str],
    *,
    name: str | None = None,
    also: Sequence[str] = (),
    where_given: Sequence[str] = (),
) -> dict[str, Floats]:
    """Read columns as floats, missing values as ``nan``; the rows of an engine are brought into memory.

    ``also`` are columns of the caller's own that hold numbers or flags, such as covariates. ``where_given`` are read if
    they are there.
    """
    name = schema.name if name is None else name
    given = open_as_given(native, name=name)
    names = given.collect_schema().names()
    read = list(dict.fromkeys([*columns, *also, *(column for column in where_given if column in names)]))
    # What makes the table makes no columns of the caller's own.
    lacks_its_own = any(column in schema for column in read if column not in names)
    check_columns(names, read, name=name, made_by=schema.made_by if lacks_its_own else None)
    rows = collected(with_plain_types(given, columns=read).select(*read))
    return {column: _floats(rows, column, schema=schema, name=name, own=column in also) for column in read}


def check_values(
    values: Mapping[str, Floats],
    schema: Schema,
    *,
    name: str | None = None,
    among: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Raise unless the values of all rows, or of those ``among``, lie in the ranges of a schema and keep its rules.

    For tables that a caller may bring without a door. Missing values are allowed where the schema says when there are
    some.
    """
    name = schema.name if name is None else name
    own = [field for field in schema.fields if field.name in values]
    problems = [problem for field in own for problem in _faults(field, values[field.name], Column(name, field.name))]
    problems += [
        (rule.says(**{column: Column(name, column) for column in rule.columns}), rule.broken(values))
        for rule in schema.rules
        if all(column in values for column in rule.columns)
    ]
    for problem, wrong in problems:
        at = np.flatnonzero(wrong if among is None else wrong & among)
        if at.size:
            raise SchemaError(_AT(problem=problem, n=at.size, rows=some(at.tolist()), made_by=schema.made_by))


def _floats(rows: nw.DataFrame[Any], column: str, *, schema: Schema, name: str, own: bool) -> Floats:
    where = Column(name, column)
    if own or column not in schema:
        if (untyped := _untyped(rows, column)) is not None:
            return untyped
        _check_number(rows, column, where=where)
    else:
        check_kind(rows, column, schema[column].kind, where=where, made_by=schema.made_by)
    try:
        return pandas_series(rows[column]).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(_NO_FLAGS(where=where, got=some(rows[column].to_list()))) from error


def _untyped(rows: nw.DataFrame[Any], column: str) -> Floats | None:
    """What a column holds that has no kind of its own: nothing at all, or numbers or flags as objects.

    pandas makes objects of flags of which some are missing.
    """
    if rows.schema[column] not in (nw.Object, nw.String, nw.Unknown) or not len(rows):
        return None
    values = pandas_series(rows[column])
    if values.isna().all():
        return np.full(len(values), np.nan)
    if rows.schema[column] != nw.Object or pd.api.types.infer_dtype(values, skipna=True) not in _NUMBERS:
        return None
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _check_number(rows: AnyFrame, column: str, *, where: object) -> None:
    dtype = rows.collect_schema()[column]
    if not (dtype.is_numeric() or dtype.is_boolean()):
        raise SchemaError(_NO_NUMBERS(where=where, got=dtype))


def _faults(field: Field, values: Floats, where: object) -> list[tuple[Any, npt.NDArray[np.bool_]]]:
    """What can be wrong with a column of floats, and where it is; comparisons with what is missing are false."""
    faults: list[tuple[Any, npt.NDArray[np.bool_]]] = []
    if not field.missing:
        faults.append((_MISSING(where=where), np.isnan(values)))
    if field.kind == "flag":
        return [*faults, (_NO_FLAG(where=where), ~np.isnan(values) & (values != 0) & (values != 1))]
    faults.append((_INFINITE(where=where), np.isinf(values)))
    if field.lowest is not None:
        faults.append((_BELOW(where=where, low=field.lowest), values < field.lowest))
    if field.highest is not None:
        faults.append((_ABOVE(where=where, high=field.highest), values > field.highest))
    if field.whole:
        faults.append((_NOT_WHOLE(where=where), np.isfinite(values) & (values != np.floor(values))))
    return faults
