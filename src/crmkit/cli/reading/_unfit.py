"""Tables that cannot be used as they are: without rows, or with cells merged over several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._chunks import Table
from crmkit.cli.reading._naming import ABSENT

__all__ = ["check_columns_kept", "check_merged", "no_rows"]

_NO_ROWS: Final = Message(
    en="{file} has a header with the columns {columns} and no rows.", zh="{file} 只有表头 {columns}，没有数据行。"
)
_MERGED: Final = Message(
    en="{file} has cells that are merged over several rows in the columns {columns}; only the first of these rows "
    "would have the value. Unmerge them and fill the values down.",
    zh="{file} 的列 {columns} 中有跨行合并的单元格，只有首行有值。请取消合并，并向下填充。",
)


def check_columns_kept(table: Table, keep: Sequence[str], *, file: object) -> None:
    """Refuse columns to keep that are not there."""
    missing = [name for name in keep if name not in table.columns]
    if missing:
        raise FileError(ABSENT(file=file, missing=missing, columns=table.columns))


def check_merged(table: Table, used: Sequence[str], *, file: object) -> None:
    """Refuse merged cells in columns that are used."""
    if merged := [name for name in used if name in table.merged]:
        raise FileError(_MERGED(file=file, columns=merged))


def no_rows(table: Table, *, file: object) -> FileError:
    """Say that there is a header alone."""
    return FileError(_NO_ROWS(file=file, columns=table.columns))
