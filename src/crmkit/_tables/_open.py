"""Tables opened by their schema: the columns are there and hold what they should. Rows were checked at the door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_columns, check_turnover
from crmkit._frames import AnyFrame, in_memory, open_frame, type_of
from crmkit._messages import Column, Message
from crmkit._tables._schema import NUMBERS, Kind, Schema
from crmkit.errors import SchemaError

__all__ = ["check_kind", "open_columns", "open_table"]

_WRONG_KIND: Final = Message(en="{where} must hold {kind}, got {got}.", zh="{where}应为{kind}，得到 {got}。")
_WRONG_KIND_MADE_BY: Final = Message(
    en="{where} must hold {kind}, got {got}. {made_by} makes such columns.",
    zh="{where}应为{kind}，得到 {got}。可用 {made_by} 生成这样的列。",
)
_NUMBERS: Final = Message(en="numbers", zh="数字")
_KINDS: Final = {
    **dict.fromkeys(NUMBERS, _NUMBERS),
    "id": Message(en="whole numbers or text", zh="整数或文本"),
    "day": Message(en="local days without a time zone", zh="不带时区的本地日期"),
    "time": Message(en="local times without a time zone", zh="不带时区的本地时间"),
    "flag": Message(en="true or false", zh="真假值"),
}


def open_table(
    native: object, schema: Schema, *, name: str | None = None, columns: Sequence[str] = (), also: Iterable[str] = ()
) -> AnyFrame:
    """Open a table of any kind of frame; a lazy Polars frame is collected, an engine's rows stay where they are.

    Checked are ``columns``, by default all that such a table must have, and that those of ``also``, which are the
    caller's own, are there. Days become time stamps at midnight. ``name`` is what the caller calls the table.
    """
    name = schema.name if name is None else name
    needed = columns or schema.required
    rows = open_columns(native, [*needed, *also], name=name, made_by=schema.made_by)
    rows = _with_ids_that_may_lack(rows, schema, needed)
    types = rows.collect_schema()
    for column in needed:
        if schema[column].kind == "id" and schema[column].missing and types[column].is_float():
            # Whole numbers of which some are missing, once they have been through NumPy.
            continue
        check_kind(rows, column, schema[column].kind, where=Column(name, column), made_by=schema.made_by)
    rows = _in_one_type(rows, schema, needed)
    _check_sums(rows, [column for column in needed if schema[column].kind == "money"], name=name)
    return rows


def _with_ids_that_may_lack(rows: AnyFrame, schema: Schema, columns: Iterable[str]) -> AnyFrame:
    """Give ids that are missing throughout, whose type nobody can tell, that of text."""
    if not isinstance(rows, nw.DataFrame) or rows.is_empty():
        return rows
    may_lack = [name for name in columns if schema[name].kind == "id" and schema[name].missing]
    lacking = [name for name in may_lack if rows[name].null_count() == len(rows)]
    # Older versions write a missing literal out.
    nothing = {name: nw.when(~nw.col(name).is_null()).then(nw.lit("")) for name in lacking}
    return rows.with_columns(**nothing) if lacking else rows


def open_columns(native: object, columns: Iterable[str], *, name: str, made_by: str | None) -> AnyFrame:
    """Open a table that has no schema, and check that columns are there; collected if lazy, as by `open_table`."""
    rows = in_memory(open_frame(native, name=name))
    check_columns(rows.collect_schema(), columns, name=name, made_by=made_by)
    return rows


def check_kind(rows: AnyFrame, column: str, kind: Kind, *, where: object, made_by: str | None) -> None:
    """Raise unless a column is of a type that can hold what it should; ``made_by`` is None for the caller's own."""
    if isinstance(rows, nw.DataFrame) and rows.is_empty():
        # Without rows a frame may not know its types.
        return
    if not _holds(rows.collect_schema()[column], kind):
        said = {"where": where, "kind": _KINDS[kind](), "got": type_of(rows, column)}
        raise SchemaError(_WRONG_KIND(**said) if made_by is None else _WRONG_KIND_MADE_BY(**said, made_by=made_by))


def _holds(dtype: Any, kind: Kind) -> bool:
    naive = isinstance(dtype, nw.Datetime) and dtype.time_zone is None
    if kind in NUMBERS:
        return bool(dtype.is_numeric())
    if kind == "id":
        # pandas holds ids of several kinds as objects.
        return bool(dtype.is_integer()) or dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object)
    if kind == "flag":
        # pandas holds true and false among which some are missing as objects.
        return bool(dtype.is_numeric()) or dtype in (nw.Boolean, nw.Object)
    return kind == "label" or naive or (kind == "day" and dtype == nw.Date)


def _in_one_type(rows: AnyFrame, schema: Schema, columns: Iterable[str]) -> AnyFrame:
    """Turn dates into time stamps; and PyArrow's several types of text, which it does not join, into one."""
    types = rows.collect_schema()
    days = [name for name in columns if schema[name].kind == "day" and types[name] == nw.Date]
    texts = [name for name in columns if schema[name].kind == "id" and types[name] == nw.String]
    if not rows.implementation.is_pyarrow():
        texts = []
    casts = [nw.col(name).cast(nw.Datetime("us")) for name in days] + [nw.col(name).cast(nw.String) for name in texts]
    return rows.with_columns(*casts) if casts else rows


def _check_sums(rows: AnyFrame, columns: Iterable[str], *, name: str) -> None:
    """Raise if money in memory cannot be added up."""
    if not isinstance(rows, nw.DataFrame):
        return
    for column in columns:
        with np.errstate(over="ignore"):
            turnover = np.nansum(np.abs(rows[column].to_numpy().astype(np.float64)))
        check_turnover(float(turnover), where=Column(name, column))
