"""SQLite databases: the rows of a query, or of the only table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final

import pandas as pd

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._chunks import Chunk, Reading, Source, Table, check_header

__all__ = ["open_database"]

_NOT_READ: Final = Message(
    en="{file} cannot be read as an SQLite database: {error}", zh="无法将 {file} 作为 SQLite 数据库读取：{error}"
)
_NO_QUERY: Final = Message(
    en="{file} is a database with the tables {tables}. Say what to read, for example --sql 'SELECT * FROM orders'.",
    zh="{file} 是数据库，含有表 {tables}。请指明读取的内容，例如 --sql 'SELECT * FROM orders'。",
)
_NO_ROWS: Final = Message(
    en="--sql must be a query that returns rows, such as 'SELECT * FROM orders'.",
    zh="--sql 须为返回行的查询，例如 'SELECT * FROM orders'。",
)


@contextmanager
def open_database(source: Source, reading: Reading) -> Iterator[Table]:
    """Open a database to read only, and run the query."""
    with _told(source):
        connection = sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro", uri=True)
    with closing(connection):
        with _told(source):
            cursor = connection.execute(reading.sql or _only_table(connection, source))
        if cursor.description is None:
            raise FileError(_NO_ROWS())
        columns = [str(column[0]) for column in cursor.description]
        check_header(columns, file=source.name)

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:
            while rows := _next(cursor, source, most=most):
                table = pd.DataFrame(rows, columns=columns, dtype=object)
                texts = {name: table[name].map(_as_text) for name in ids}
                yield Chunk(table.infer_objects().assign(**texts), 1)

        yield Table(columns, 1, chunks)


def _next(cursor: sqlite3.Cursor, source: Source, *, most: int) -> list[tuple[object, ...]]:
    with _told(source):
        return cursor.fetchmany(most)


def _only_table(connection: sqlite3.Connection, source: Source) -> str:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
    tables = [name for (name,) in found if not name.startswith("sqlite_")]
    if len(tables) != 1:
        raise FileError(_NO_QUERY(file=source.name, tables=tables))
    quoted = tables[0].replace('"', '""')
    return f'SELECT * FROM "{quoted}"'  # noqa: S608


def _as_text(value: object) -> object:
    """An id as text, so that 7 and "7" are one; what is missing stays so."""
    return str(value) if isinstance(value, int) else value


@contextmanager
def _told(source: Source) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise FileError(_NOT_READ(file=source.name, error=error)) from error
