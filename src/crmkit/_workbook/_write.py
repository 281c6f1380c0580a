"""A workbook as a file. openpyxl writes all but the rows, which are many, and streamed into their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from crmkit._extras import check_extra
from crmkit._messages import Message
from crmkit._workbook._charts import add_drawings
from crmkit._workbook._rows import Rows, rows_of
from crmkit._workbook._sheet import Sheet
from crmkit._workbook._style import heading_cells, set_up, shade
from crmkit._writing import replacing

__all__ = ["MOST_ROWS", "write_workbook"]

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet without the heading."""

_TOO_MANY: Final = Message(
    en="An Excel sheet holds at most {most:,} rows, but {title!r} has {n:,}. Write .csv or .parquet instead.",
    zh="一个 Excel 工作表最多容纳 {most:,} 行，而“{title}”有 {n:,} 行。请改用 .csv 或 .parquet。",
)
_NOT_EXCEL: Final = Message(
    en="A workbook for Excel must end in .xlsx, got {path!r}.",
    zh="Excel 工作簿的文件名须以 .xlsx 结尾，得到 {path!r}。",
)
_LONGEST_TITLE: Final = 31
# Excel's own, whatever the language.
_TAKEN: Final = "history"
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_END_OF_ROWS: Final = b"</sheetData>"
# A part of the file that `replacing` opened, not a file of its own.
_INTO: Final = "w"
# Half of what a part may have without the extension for large ones.
_LARGE: Final = 2**30
_MOST_IN_MEMORY: Final = 16 * 2**20


def write_workbook(sheets: Sequence[Sheet], path: str | Path) -> None:
    """Write sheets in their order, completely or not at all."""
    if Path(path).suffix.lower() != ".xlsx":
        raise ValueError(_NOT_EXCEL(path=str(path)))
    check_extra("report", "openpyxl")
    for sheet in sheets:
        if len(sheet.table) > MOST_ROWS:
            raise ValueError(_TOO_MANY(most=MOST_ROWS, title=sheet.title, n=len(sheet.table)))
    with SpooledTemporaryFile(_MOST_IN_MEMORY) as without_rows, replacing(path) as file:
        rows = _without_rows(sheets, without_rows)
        _with_rows(without_rows, rows, file)


def _without_rows(sheets: Sequence[Sheet], file: Any) -> dict[str, Rows]:
    """Write the workbook with its headings alone; give the rows by the file of their sheet."""
    import openpyxl
    from openpyxl.writer.excel import ExcelWriter

    book = openpyxl.Workbook(write_only=True)
    rows = {}
    titles = _titles([sheet.title for sheet in sheets])
    for number, (sheet, title) in enumerate(zip(sheets, titles, strict=True), start=1):
        worksheet = book.create_sheet(title)
        # It is closed if writing stops; otherwise it complains on standard error when it is collected.
        with closing(worksheet):
            set_up(worksheet, sheet.table, sheet.headings, has_filter=sheet.has_filter and len(sheet.table) > 0)
            worksheet.append(heading_cells(worksheet, sheet.headings))
            shade(worksheet, sheet.headings, sheet.shaded, len(sheet.table))
            add_drawings(worksheet, sheet)
        rows[f"xl/worksheets/sheet{number}.xml"] = rows_of(worksheet, sheet)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return rows


def _with_rows(source: Any, rows: Mapping[str, Rows], file: BinaryIO) -> None:
    """Copy a workbook, and put the rows of each sheet into their place."""
    source.seek(0)
    with ZipFile(source) as given, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in given.namelist():
            content = given.read(name)
            if name not in rows:
                archive.writestr(name, content)
                continue
            before, end, after = content.partition(_END_OF_ROWS)
            chunks = rows[name].chunks
            first = next(chunks, b"")
            # Excel repairs a file with the extension for large parts, so it is used for those alone.
            is_large = len(first) * rows[name].n_chunks > _LARGE
            with archive.open(name, _INTO, force_zip64=is_large) as sheet:
                sheet.write(before + first)
                for chunk in chunks:
                    sheet.write(chunk)
                sheet.write(end + after)


def _titles(wanted: Sequence[str]) -> list[str]:
    """Names that Excel allows, each once whatever its case."""
    found: list[str] = []
    for title in wanted:
        cleaned = _FORBIDDEN.sub(" ", title).strip().strip("'")[:_LONGEST_TITLE] or "-"
        name, number = cleaned, 2
        while name.casefold() in {_TAKEN, *(other.casefold() for other in found)}:
            end = f" ({number})"
            name, number = f"{cleaned[: _LONGEST_TITLE - len(end)]}{end}", number + 1
        found.append(name)
    return found
