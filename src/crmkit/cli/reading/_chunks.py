"""A table in a file as it is read: its columns, and its rows chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import pandas as pd
import pyarrow as pa

from crmkit._messages import Message
from crmkit.cli.language import FileError

__all__ = ["LOOKED_AT", "Chunk", "Reading", "Source", "Table", "check_header", "numbered"]

LOOKED_AT: Final = 20
"""Rows under a header that may be the real one."""

_COLUMNS_TWICE: Final = Message(
    en="{file} has the columns {columns} more than once. Rename or delete the copies.",
    zh="{file} 中的列 {columns} 重复出现，请改名或删除多余的列。",
)
_RESERVED: Final = Message(
    en="{file} has columns called {columns}; names that begin with __crmkit_ are used by crmkit itself. Rename them "
    "first.",
    zh="{file} 中有名为 {columns} 的列；以 __crmkit_ 开头的名称由 crmkit 内部使用，请先改名。",
)


@dataclass(frozen=True)
class Reading:
    """How a file is written; the separator is detected where it is None, and the first sheet is read."""

    encoding: str
    separator: str | None
    sheet: str | None = None
    skip_rows: int = 0
    header: bool = True
    sql: str | None = None

    def of_another_file(self) -> Self:
        """Read a file beside it: in the same encoding, but with its own first line and sheet."""
        return replace(self, sheet=None, skip_rows=0, header=True, sql=None)


class Source(NamedTuple):
    """A file to read, and what messages call it."""

    path: Path
    name: object


@dataclass(frozen=True)
class Chunk:
    """Some rows, also as Arrow if they came so; ``done`` of the table's ``size`` is read with them."""

    rows: pd.DataFrame
    done: int
    arrow: Any = None

    def to_arrow(self) -> Any:
        """Give the rows as an Arrow table."""
        return pa.Table.from_pandas(self.rows, preserve_index=False) if self.arrow is None else self.arrow


@dataclass(frozen=True)
class Table:
    """An open file; ``chunks`` takes the columns of ids, which stay text, and the most rows of a chunk.

    ``remarks`` are what the user should know of the way it was read; ``below`` are the rows under the header, each with
    the number of lines above it; in the columns ``merged`` a cell of a workbook stands for several rows; ``is_text``
    says that a separator makes the columns.
    """

    columns: list[str]
    size: int
    chunks: Callable[[Sequence[str], int], Iterator[Chunk]]
    remarks: tuple[str, ...] = ()
    below: Sequence[tuple[int, Sequence[str]]] = ()
    merged: tuple[str, ...] = ()
    is_text: bool = False


def numbered(n_columns: int) -> list[str]:
    """Name columns that have no header by their position."""
    return [str(position) for position in range(1, n_columns + 1)]


def check_header(names: Sequence[object], *, file: object) -> None:
    """Refuse a header that names a column twice, as it is unclear which is meant, or has one of crmkit's own names."""
    counts = Counter(name for name in names if name not in ("", None))
    twice = sorted(str(name) for name, n in counts.items() if n > 1)
    if twice:
        raise FileError(_COLUMNS_TWICE(file=file, columns=twice))
    if reserved := [str(name) for name in counts if str(name).startswith("__crmkit_")]:
        raise FileError(_RESERVED(file=file, columns=reserved))
