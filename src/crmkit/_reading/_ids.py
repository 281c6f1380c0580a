"""Ids: whole numbers or text, missing where there is none."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, type_of, with_values
from crmkit._messages import Message
from crmkit.errors import SchemaError

__all__ = ["clean_ids"]

_WRONG_KIND: Final = Message(
    en="{where} holds {kind}; ids are whole numbers or text. Cast the column to one of them.",
    zh="{where}的类型为 {kind}；编号须为整数或文本，请先转换该列。",
)
_NOT_WHOLE: Final = Message(
    en="{where} holds {n:,} {n:id that is not a whole number|ids that are not whole numbers}, such as {ids}. Read the "
    "column as text or as whole numbers.",
    zh="{where}有 {n:,} 个编号不是整数，例如 {ids}。请将该列存为文本或整数。",
)
_BEYOND_64_BITS: Final = Message(
    en="{where} holds ids that are not whole numbers of 64 bits. Read the column as text.",
    zh="{where}含有超出 64 位的整数编号，请将该列存为文本。",
)
_SEVERAL_KINDS: Final = Message(
    en="{where} holds ids of the kinds {kinds}; ids are whole numbers or text, all of one kind. Convert them to one.",
    zh="{where}含有类型为 {kinds} 的编号；编号须为整数或文本，请统一为一种。",
)


def clean_ids(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Replace a column of ids by whole numbers or text without spaces around it; an empty text is not an id.

    A float column of whole numbers, as missing ids make it, becomes whole numbers; categories become
    what they stand for, and a column without any id becomes text.
    """
    frame = _without_objects(frame, column, where=where)
    dtype = frame.collect_schema()[column]
    ids = nw.col(column)
    if dtype.is_integer():
        _refuse_beyond_64_bits(frame, column, where=where)
        return frame.with_columns(ids.cast(nw.Int64))
    if dtype in (nw.Categorical, nw.Enum, nw.String):
        # PyArrow has several types of text; cast, they are one.
        text = ids if dtype == nw.String and not frame.implementation.is_pyarrow() else ids.cast(nw.String)
        trimmed = text.str.strip_chars()
        return frame.with_columns(nw.when(trimmed != "").then(trimmed).alias(column))
    if dtype.is_float() and isinstance(frame, nw.DataFrame):
        return _from_floats(frame, column, where=where)
    kind = type_of(frame, column)
    if kind.lower().startswith("null"):
        return frame.with_columns(ids.cast(nw.String))
    raise SchemaError(_WRONG_KIND(where=where, kind=kind))


def _from_floats(frame: nw.DataFrame[Any], column: str, *, where: object) -> nw.DataFrame[Any]:
    values = frame[column].cast(nw.Float64).to_numpy()
    with np.errstate(invalid="ignore"):
        most = 2**24 if frame.schema[column] == nw.Float32 else 2**53
    broken = values[~np.isnan(values) & ((np.floor(values) != values) | (np.abs(values) > most))]
    if broken.size:
        raise SchemaError(_NOT_WHOLE(where=where, n=broken.size, ids=some(broken.tolist())))
    ids = nw.col(column)
    if frame.implementation.is_pandas():
        return with_values(frame, column, pd.array(values, dtype="Int64"))
    return frame.with_columns(ids.fill_nan(None).cast(nw.Int64))


def _refuse_beyond_64_bits(frame: AnyFrame, column: str, *, where: object) -> None:
    """Refuse what would not fit; an engine raises its own error when the query runs."""
    if not isinstance(frame, nw.DataFrame) or frame.schema[column] not in (nw.UInt64, nw.Int128, nw.UInt128):
        return
    largest = frame[column].max()
    if largest is not None and largest > np.iinfo(np.int64).max:
        raise SchemaError(_BEYOND_64_BITS(where=where))


def _without_objects(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Give a pandas column of objects or categories the type of what it holds."""
    if not frame.implementation.is_pandas() or not isinstance(frame, nw.DataFrame):
        return frame
    given = frame[column].to_native()
    if given.dtype != object and not isinstance(given.dtype, pd.CategoricalDtype):
        return frame
    values = given.astype(object)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "string":
        return with_values(frame, column, values.where(values.notna(), None).array)
    if kind in ("integer", "floating", "mixed-integer-float", "empty"):
        return with_values(frame, column, _numbers(values, where=where))
    kinds = sorted({type(value).__name__ for value in values[values.notna()]})
    raise SchemaError(_SEVERAL_KINDS(where=where, kinds=kinds))


def _numbers(values: pd.Series[Any], *, where: object) -> Any:
    try:
        return pd.array(values.where(values.notna(), None).tolist(), dtype="Int64")
    except (TypeError, ValueError, OverflowError) as error:
        raise SchemaError(_BEYOND_64_BITS(where=where)) from error
