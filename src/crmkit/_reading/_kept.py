"""Columns that a door carries along beside those of its table."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Final

from crmkit._frames import as_name
from crmkit._messages import Call, Message, Parameter
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["columns_kept"]

_TEXT: Final = Message(
    en="{@keep} must be a sequence of column names, got the text {keep!r}. Pass [{keep!r}].",
    zh="{@keep} 应为列名的序列，得到文本 {keep!r}。请写作 [{keep!r}]。",
)
_NO_COLUMN: Final = Message(
    en="{table} has no column {missing} to keep; its columns are {columns}.",
    zh="{table} 没有要保留的列 {missing}，现有的列为 {columns}。",
)
_TAKEN: Final = Message(
    en="{@keep} names {clash}, but {made_by} makes columns of these names. Rename them first.",
    zh="{@keep} 中的 {clash} 与 {made_by} 生成的列同名，请先改名。",
)
_TWICE: Final = Message(
    en="{@keep} must name each column once, got {keep}.", zh="{@keep} 中每列只能出现一次，得到 {keep}。"
)


def columns_kept(keep: Sequence[Hashable], rows: Rows, *, taken: Collection[str], made_by: str) -> list[str]:
    """Name the columns to carry along, each once and none of them with a name that the table made has itself."""
    if isinstance(keep, str):
        raise TypeError(_TEXT(keep=keep))
    names = [as_name(label) for label in keep]
    missing = [label for label, name in zip(keep, names, strict=True) if name not in rows.given]
    if missing:
        raise SchemaError(_NO_COLUMN(table=Parameter(rows.table), missing=missing, columns=list(rows.given)))
    clash = [name for name in names if name in taken]
    if clash:
        raise SchemaError(_TAKEN(clash=clash, made_by=Call(made_by)))
    if len(set(names)) < len(names):
        raise ValueError(_TWICE(keep=list(keep)))
    return names
