"""Customers as Parquet, CSV or Excel, where no text can be taken for a formula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd

from crmkit._messages import Message
from crmkit._writing import replacing
from crmkit.cli.language import FileError, OptionError

__all__ = ["check_ending", "for_readers", "write_customers"]

_OTHER_ENDING: Final = Message(
    en="--output must end in .parquet, .csv or .xlsx, got {file}.",
    zh="--output 须以 .parquet、.csv 或 .xlsx 结尾，得到 {file}。",
)
_TOO_MANY: Final = Message(
    en="An Excel sheet holds at most {most:,} customers, but there are {n:,}. Write .csv or .parquet instead.",
    zh="一个 Excel 工作表最多容纳 {most:,} 位客户，现有 {n:,} 位。请改用 .csv 或 .parquet。",
)
# What spreadsheets take for the start of a formula, or skip before one, in narrow and wide forms.
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Rows of a sheet without the header.
_MOST_CUSTOMERS: Final = 1_048_575


def check_ending(output: Path) -> None:
    """Refuse another kind of file."""
    if output.suffix.lower() not in (".parquet", ".csv", ".xlsx"):
        raise OptionError(_OTHER_ENDING(file=output))


def for_readers(customers: pd.DataFrame, *, with_monetary_value: bool) -> pd.DataFrame:
    """Leave ``monetary_value`` out unless asked for: it lacks the first purchase, but is easily taken for the mean."""
    return customers if with_monetary_value else customers.drop(columns="monetary_value")


def write_customers(customers: pd.DataFrame, output: Path) -> None:
    """Write a table by the ending of the file."""
    ending = output.suffix.lower()
    with replacing(output) as file:
        if ending == ".parquet":
            customers.to_parquet(file, index=False)
        elif ending == ".csv":
            # With the byte order mark Excel reads UTF-8.
            _neutralised(customers).to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n")
        else:
            _write_workbook(customers, file)


def _neutralised(customers: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that would be a formula; numbers stay numbers."""
    texts = [name for name in customers.columns if _holds_text(customers[name])]
    return customers.assign(**{name: _with_apostrophes(customers[name]) for name in texts})


def _with_apostrophes(values: pd.Series[Any]) -> pd.Series[Any]:
    starts = values.fillna("").astype(str).str.startswith(_STARTS)
    return values.where(~starts, "'" + values.fillna("").astype(str))


def _holds_text(values: pd.Series[Any]) -> bool:
    return values.dtype == object or isinstance(values.dtype, pd.StringDtype)


def _write_workbook(customers: pd.DataFrame, file: BinaryIO) -> None:
    """Write a sheet row by row: a table of objects would take many times the memory."""
    import openpyxl
    from openpyxl.writer.excel import ExcelWriter

    if len(customers) > _MOST_CUSTOMERS:
        raise FileError(_TOO_MANY(most=_MOST_CUSTOMERS, n=len(customers)))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    # Both are closed if writing stops; otherwise they complain on standard error when they are collected.
    with closing(sheet):
        sheet.append(list(customers.columns))
        for row in _rows(customers):
            sheet.append([_cell(value, sheet) for value in row])
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


def _rows(customers: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    yield from customers.itertuples(index=False, name=None)


def _cell(value: Any, sheet: Any) -> Any:
    """A cell; text is marked as text, as openpyxl would turn text that begins with an equals sign into a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if pd.isna(value):
        return None
    if value == math.inf:
        # A workbook cannot hold an infinite number.
        return "∞"
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    cell.data_type = "s"
    # Excel's own mark of text, which survives an edit of the cell.
    cell.quotePrefix = value.startswith(_STARTS)
    return cell
