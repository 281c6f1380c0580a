"""Merged cells of a workbook: one value that stands for several rows, which only the first of them holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from zipfile import ZipFile

__all__ = ["merged_columns"]

_RANGE: Final = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OF_DOCUMENT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_READ: Final = 1 << 20
# Longer than any element that names a range.
_OVERLAP: Final = 200


def merged_columns(path: Path, sheets: Sequence[str], *, first_row: int) -> list[int]:
    """Positions of the columns of sheets in which cells from a row on, counted from 0, are merged with those below."""
    found: set[int] = set()
    with ZipFile(path) as book:
        for part in _parts(book, sheets):
            for first, top, last, bottom in _ranges(book, part):
                if bottom > top and bottom > first_row + 1:
                    found.update(range(_position(first), _position(last) + 1))
    return sorted(found)


def _ranges(book: ZipFile, part: str) -> set[tuple[bytes, int, bytes, int]]:
    ranges: set[tuple[bytes, int, bytes, int]] = set()
    kept = b""
    with book.open(part) as file:
        while read := file.read(_READ):
            kept += read
            ranges |= {(first, int(top), last, int(bottom)) for first, top, last, bottom in _RANGE.findall(kept)}
            kept = kept[-_OVERLAP:]
    return ranges


def _parts(book: ZipFile, sheets: Sequence[str]) -> list[str]:
    """The files within a workbook that hold sheets."""
    names = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    # The library that reads the cells has parsed both before.
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    listed = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
    found = [targets.get(sheet.get(_OF_DOCUMENT), "") for sheet in listed if sheet.get("name") in sheets]
    parts = [target.lstrip("/") if target.startswith("/") else f"xl/{target}" for target in found]
    return [part for part in parts if part in names]


def _position(letters: bytes) -> int:
    """The position of a column from 0: A is the first, AA the 27th."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
