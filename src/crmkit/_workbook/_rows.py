"""The rows of a sheet as XML, some thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from crmkit._workbook._cells import cell_maker, without_long_numbers
from crmkit._workbook._kinds import Kind
from crmkit._workbook._sheet import Sheet

__all__ = ["Rows", "rows_of"]

_CHUNK: Final = 5_000
_Maker: TypeAlias = Callable[[Any, str], str]


class Rows(NamedTuple):
    """The XML of the rows of a sheet."""

    chunks: Iterator[bytes]
    n_chunks: int


def rows_of(worksheet: Any, sheet: Sheet) -> Rows:
    """The rows below the heading, then the notes. Their styles are registered at once, and written before the rows."""
    makers = [_makers(worksheet, heading.kind) for heading in sheet.headings]
    return Rows(_stream(sheet, makers, cell_maker(worksheet, "text")), -(-len(sheet.table) // _CHUNK))


def _stream(sheet: Sheet, makers: Sequence[Callable[[int], _Maker]], make_note: _Maker) -> Iterator[bytes]:
    from openpyxl.utils import get_column_letter

    columns = [without_long_numbers(sheet.table[heading.column]) for heading in sheet.headings]
    letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
    n_rows = len(sheet.table)
    for start in range(0, n_rows, _CHUNK):
        stop = min(start + _CHUNK, n_rows)
        cells = [
            _column(make, letter, column.iloc[start:stop].tolist(), start)
            for make, letter, column in zip(makers, letters, columns, strict=True)
        ]
        rows = zip(range(start + 2, stop + 2), zip(*cells, strict=True), strict=True)
        yield "".join(f'<row r="{number}">{"".join(row)}</row>' for number, row in rows).encode("utf-8")
    for number, note in enumerate(sheet.notes, start=n_rows + 3):
        yield f'<row r="{number}">{make_note(note, f"A{number}")}</row>'.encode()


def _column(make: Callable[[int], _Maker], letter: str, values: list[Any], start: int) -> list[str]:
    return [make(place)(value, f"{letter}{place + 2}") for place, value in enumerate(values, start=start)]


def _makers(worksheet: Any, kind: Kind | Sequence[Kind]) -> Callable[[int], _Maker]:
    """What makes the cell of a row."""
    if isinstance(kind, str):
        make = cell_maker(worksheet, kind)
        return lambda place: make  # noqa: ARG005
    made = {each: cell_maker(worksheet, each) for each in set(kind)}
    return lambda place: made[kind[place]]
