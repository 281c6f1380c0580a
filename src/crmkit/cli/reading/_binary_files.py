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
from crmkit.cli.reading._chunks import LOOKED_AT, Chunk, Reading, Source, Table, check_header, numbered
from crmkit.cli.reading._merged_cells import merged_columns

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
    en="{file} has the sheets {sheets}; the first is read (--sheet names another).",
    zh="{file} 有工作表 {sheets}，读取第一个（可用 --sheet 另行指定）。",
)
_SHEETS_ALIKE: Final = Message(
    en="{file} has the same columns on the sheets {sheets}. Name one of them, or its number, with --sheet, or pass "
    "--sheet all to read them together.",
    zh="{file} 中工作表 {sheets} 的列相同。请用 --sheet 指定其中一个的名称或序号，或用 --sheet all 一并读取。",
)
_NONE_ALIKE: Final = Message(
    en="{file} has no two sheets with the same columns. Name one of {sheets}, or its number, with --sheet.",
    zh="{file} 中没有列相同的工作表。请用 --sheet 指定 {sheets} 之一的名称或序号。",
)
_TOGETHER: Final = Message(en="{file}: the sheets {sheets} are read together.", zh="{file}：一并读取工作表 {sheets}。")
_ALL: Final = "all"
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
                    rows = table.to_pandas(ignore_metadata=True, types_mapper=_INTEGERS.get, date_as_object=False)
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
        sheets, remarks = _sheets(book, reading, source)
        options: dict[str, Any] = {"skiprows": reading.skip_rows}
        if not reading.header:
            options["header"] = None
        with told(_NO_WORKBOOK, file=source.name):
            top = _top(book, sheets[0], skip_rows=reading.skip_rows, most=LOOKED_AT)
            labels = list(pd.read_excel(book, sheet_name=sheets[0], nrows=int(not reading.header), **options).columns)
            merged = merged_columns(source.path, sheets, first_row=reading.skip_rows + reading.header)
        if reading.header:
            check_header(top[0] if top else [], file=source.name)
        columns = [str(name) for name in labels] if reading.header else numbered(len(labels))

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            texts = {label: str for label, name in zip(labels, columns, strict=True) if name in ids}
            reads: dict[str, Any] = {"dtype": texts, "keep_default_na": False, "na_values": [""], **options}
            with told(_NO_WORKBOOK, file=source.name):
                parts = [pd.read_excel(book, sheet_name=sheet, **reads) for sheet in sheets]
            filled = [part for part in parts if len(part)] or parts[:1]
            rows = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
            rows.columns = pd.Index(columns)
            yield Chunk(rows, 1)

        below = [(reading.skip_rows + n, row) for n, row in enumerate(top) if n]
        names = tuple(columns[position] for position in merged if position < len(columns))
        yield Table(columns, 1, chunks, remarks, below, names)


def _sheets(book: Any, reading: Reading, source: Source) -> tuple[list[str], tuple[str, ...]]:
    """The sheets to read, and what to say of them."""
    sheets = [str(name) for name in book.sheet_names]
    named = reading.sheet
    if named in sheets:
        return [named], ()
    if named is not None and named.isdecimal() and 1 <= int(named) <= len(sheets):
        return [sheets[int(named) - 1]], ()
    if named not in (None, _ALL):
        raise FileError(_NO_SHEET(file=source.name, sheet=named, sheets=sheets))
    if len(sheets) < 2:
        # A damaged workbook may have none.
        if not sheets:
            raise FileError(_NO_SHEET(file=source.name, sheet=named or "1", sheets=sheets))
        return sheets, ()
    with told(_NO_WORKBOOK, file=source.name):
        headers = {sheet: _top(book, sheet, skip_rows=reading.skip_rows, most=1) for sheet in sheets}
    like = {sheet: [other for other in sheets if headers[other] == headers[sheet] != []] for sheet in sheets}
    alike = max(like.values(), key=len)
    if named == _ALL:
        if len(alike) < 2:
            raise FileError(_NONE_ALIKE(file=source.name, sheets=sheets))
        return alike, (_TOGETHER(file=source.name, sheets=alike),)
    if len(alike) > 1:
        raise FileError(_SHEETS_ALIKE(file=source.name, sheets=alike))
    return sheets[:1], (_FIRST_SHEET(file=source.name, sheets=sheets),)


def _top(book: Any, sheet: str, *, skip_rows: int, most: int) -> list[list[str]]:
    """The first rows of a sheet as text, the header among them."""
    rows = pd.read_excel(book, sheet_name=sheet, skiprows=skip_rows, nrows=most, header=None, dtype=str)
    return [["" if pd.isna(cell) else str(cell) for cell in row] for row in rows.to_numpy().tolist()]


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
