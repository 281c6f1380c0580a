"""Parquet and Excel: typed columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._chunks import Chunk, Reading, Table, check_header

__all__ = ["open_parquet", "open_workbook"]

_NO_PARQUET: Final = Message(
    en="{file} is not a readable Parquet file: {error}", zh="{file} 不是可读取的 Parquet 文件：{error}"
)
_NO_WORKBOOK: Final = Message(
    en="{file} is not a readable Excel workbook: {error}", zh="{file} 不是可读取的 Excel 工作簿：{error}"
)
# What pandas writes for the index; not a column of the data.
_INDEX: Final = re.compile(r"__index_level_\d+__")
# Whole numbers stay whole where some are missing.
_INTEGERS: Final[dict[Any, Any]] = {
    getattr(pa, name.lower())(): pd.api.types.pandas_dtype(name)
    for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
}


@contextmanager
def open_parquet(path: Path, reading: Reading) -> Iterator[Table]:  # noqa: ARG001
    """Open a Parquet file."""
    with _told(_NO_PARQUET, path):
        file = pq.ParquetFile(path)
    with file:
        columns = [name for name in file.schema_arrow.names if not _INDEX.fullmatch(name)]
        check_header(columns, file=str(path))

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            done = 0
            batches = file.iter_batches(batch_size=most, columns=columns)
            while (table := _next_table(batches, path, most=most)) is not None:
                done += table.num_rows
                rows = table.to_pandas(ignore_metadata=True, types_mapper=_INTEGERS.get)
                yield Chunk(rows, done, table)

        yield Table(columns, file.metadata.num_rows, chunks)


@contextmanager
def open_workbook(path: Path, reading: Reading) -> Iterator[Table]:  # noqa: ARG001
    """Open the first sheet of a workbook; it fits in memory, as a sheet has at most 1,048,576 rows."""
    # If it is missing, pandas raises another error than the one caught in `main`.
    import openpyxl  # noqa: F401

    with _told(_NO_WORKBOOK, path):
        book = pd.ExcelFile(path, engine="openpyxl")
    with book:
        with _told(_NO_WORKBOOK, path):
            check_header(pd.read_excel(book, header=None, nrows=1).to_numpy().ravel().tolist(), file=str(path))
            columns = [str(name) for name in pd.read_excel(book, nrows=0).columns]

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            with _told(_NO_WORKBOOK, path):
                rows = pd.read_excel(book, dtype=dict.fromkeys(ids, str), keep_default_na=False, na_values=[""])
            rows.columns = pd.Index(columns)
            yield Chunk(rows, 1)

        yield Table(columns, 1, chunks)


def _next_table(batches: Iterator[Any], path: Path, *, most: int) -> Any:
    """Join batches up to so many rows: some readers end a batch at each row group."""
    held: list[Any] = []
    with _told(_NO_PARQUET, path):
        while sum(batch.num_rows for batch in held) < most and (batch := next(batches, None)) is not None:
            held.append(batch)
        return _without_dictionaries(pa.Table.from_batches(held)) if held else None


def _without_dictionaries(table: Any) -> Any:
    """Give categorical columns the type of their categories, the same in every chunk."""
    for position, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            values = table.column(position).cast(field.type.value_type)
            table = table.set_column(position, field.name, values)
    return table


@contextmanager
def _told(problem: Message, path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, BadZipFile, OSError) as error:
        raise FileError(problem(file=path, error=error)) from error
