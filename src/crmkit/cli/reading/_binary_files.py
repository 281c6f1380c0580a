"""Parquet and Excel: typed columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._broken import told
from crmkit.cli.reading._chunks import Chunk, Reading, Source, Table, check_header, numbered

__all__ = ["open_parquet", "open_workbook"]

_NO_PARQUET: Final = Message(
    en="{file} is not a readable Parquet file: {error}", zh="{file} 不是可读取的 Parquet 文件：{error}"
)
_NO_WORKBOOK: Final = Message(
    en="{file} is not a readable Excel workbook: {error}", zh="{file} 不是可读取的 Excel 工作簿：{error}"
)
_NO_SHEET: Final = Message(
    en="{file} has no sheet {sheet!r}; its sheets are {sheets}. Name one of them, or its number, with --sheet.",
    zh="{file} 中没有工作表 {sheet!r}，现有：{sheets}。请用 --sheet 指定其名称或序号。",
)
_FIRST_SHEET: Final = Message(
    en="{file} has {n} sheets; the first, {sheet!r}, is read (--sheet names another).",
    zh="{file} 有 {n} 个工作表，读取第一个 {sheet!r}（可用 --sheet 另行指定）。",
)
# What pandas writes for the index; not a column of the data.
_INDEX: Final = re.compile(r"__index_level_\d+__")
# Whole numbers stay whole where some are missing.
_INTEGERS: Final[dict[Any, Any]] = {
    getattr(pa, name.lower())(): pd.api.types.pandas_dtype(name)
    for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
}


@contextmanager
def open_parquet(source: Source, reading: Reading) -> Iterator[Table]:  # noqa: ARG001
    """Open a Parquet file."""
    with told(_NO_PARQUET, file=source.name):
        file = pq.ParquetFile(source.path)
    with file:
        with told(_NO_PARQUET, file=source.name):
            columns = [name for name in file.schema_arrow.names if not _INDEX.fullmatch(name)]
        check_header(columns, file=source.name)

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            done = 0
            with told(_NO_PARQUET, file=source.name):
                batches = file.iter_batches(batch_size=most, columns=columns)
            while (table := _next_table(batches, source, most=most)) is not None:
                done += table.num_rows
                with told(_NO_PARQUET, file=source.name):
                    rows = table.to_pandas(ignore_metadata=True, types_mapper=_INTEGERS.get)
                yield Chunk(rows, done, table)

        yield Table(columns, file.metadata.num_rows, chunks)


@contextmanager
def open_workbook(source: Source, reading: Reading) -> Iterator[Table]:
    """Open a sheet of a workbook; it fits in memory, as a sheet has at most 1,048,576 rows."""
    # If it is missing, pandas raises another error than the one caught in `main`.
    import openpyxl  # noqa: F401

    with told(_NO_WORKBOOK, file=source.name):
        book = pd.ExcelFile(source.path, engine="openpyxl")
    with book:
        sheets = [str(name) for name in book.sheet_names]
        options: dict[str, Any] = {"sheet_name": _sheet(reading.sheet, sheets, source), "skiprows": reading.skip_rows}
        if not reading.header:
            options["header"] = None
        with told(_NO_WORKBOOK, file=source.name):
            first = pd.read_excel(book, nrows=1, **{**options, "header": None}).to_numpy().ravel().tolist()
            labels = list(pd.read_excel(book, nrows=0 if reading.header else 1, **options).columns)
        if reading.header:
            check_header(first, file=source.name)
        columns = [str(name) for name in labels] if reading.header else numbered(len(labels))

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            texts = {label: str for label, name in zip(labels, columns, strict=True) if name in ids}
            with told(_NO_WORKBOOK, file=source.name):
                rows = pd.read_excel(book, dtype=texts, keep_default_na=False, na_values=[""], **options)
            rows.columns = pd.Index(columns)
            yield Chunk(rows, 1)

        several = len(sheets) > 1 and reading.sheet is None
        remarks = (_FIRST_SHEET(file=source.name, n=len(sheets), sheet=sheets[0]),) if several else ()
        yield Table(columns, 1, chunks, remarks)


def _sheet(named: str | None, sheets: Sequence[str], source: Source) -> str:
    """The sheet of that name, or at that position from 1; the first where none is named."""
    if named is None:
        # A damaged workbook may have none.
        named = "1"
    if named in sheets:
        return named
    if named.isdecimal() and 1 <= int(named) <= len(sheets):
        return sheets[int(named) - 1]
    raise FileError(_NO_SHEET(file=source.name, sheet=named, sheets=list(sheets)))


def _next_table(batches: Iterator[Any], source: Source, *, most: int) -> Any:
    """Join batches up to so many rows: some readers end a batch at each row group."""
    held: list[Any] = []
    with told(_NO_PARQUET, file=source.name):
        while sum(batch.num_rows for batch in held) < most and (batch := next(batches, None)) is not None:
            held.append(batch)
        if not held:
            return None
        table = pa.Table.from_batches(held)
        # The reader takes bytes that are no text for text.
        table.validate(full=True)
        return _without_dictionaries(table)


def _without_dictionaries(table: Any) -> Any:
    """Give categorical columns the type of their categories, the same in every chunk."""
    for position, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            values = table.column(position).cast(field.type.value_type)
            table = table.set_column(position, field.name, values)
    return table
