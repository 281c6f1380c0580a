"""CSV and other separated text: everything stays text, for the door to read."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from crmkit._messages import Joined, Message, Said
from crmkit.cli.language import FileError
from crmkit.cli.reading._broken import told
from crmkit.cli.reading._chunks import LOOKED_AT, Chunk, Reading, Source, Table, check_header, numbered

__all__ = ["open_text"]

_NUL: Final = Message(
    en="{file} holds NUL bytes: it is not text, or it is UTF-16. Try --encoding utf-16.",
    zh="{file} 含有 NUL 字节：不是文本，或为 UTF-16 编码。请试 --encoding utf-16。",
)
_UNKNOWN_ENCODING: Final = Message(
    en="--encoding {encoding!r} is not a known encoding. Try utf-8, gb18030, utf-16 or latin-1.",
    zh="--encoding {encoding!r} 不是已知的编码。请试 utf-8、gb18030、utf-16 或 latin-1。",
)
_OTHER_ENCODING: Final = Message(
    en="{file} is not in the encoding {encoding} ({error}); try {tries}.",
    zh="{file} 不是 {encoding} 编码（{error}）。请试 {tries}。",
)
_TRY: Final = Message(
    en="--encoding {encoding}, with which a line reads {line!r}", zh="--encoding {encoding}（其中一行读作 {line!r}）"
)
_TOO_MANY_FIELDS: Final = Message(
    en="{file} has rows with more fields than its header has columns. Correct them first; if its amounts have decimal "
    "commas, its columns need another separator.",
    zh="{file} 中有些行的字段数多于表头的列数，请先修正；若金额用小数逗号，各列须改用其他分隔符。",
)
_NO_TABLE: Final = Message(
    en="{file} is not a table of separated values: {error}", zh="{file} 不是分隔符文本表格：{error}"
)
_SNIFFED: Final = 65_536
_SEPARATORS: Final = ",;\t|"
# The line by which Excel is told the separator.
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# A column for what follows a separator at the end of a row.
_BEYOND: Final = "__crmkit_beyond"
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DEFAULT: Final = "utf-8-sig"
# Of shops in China, Japan, Russia and Western Europe; the last reads any file.
_ENCODINGS: Final = ("utf-8", "gb18030", "cp932", "cp1251", "cp1252", "latin-1")
_LINE_SHOWN: Final = 60
_NAMED_SEPARATORS: Final = {"tab": "\t", "\\t": "\t"}


@contextmanager
def open_text(source: Source, reading: Reading) -> Iterator[Table]:
    """Open separated text; what begins with the mark of UTF-16 is read as such."""
    if reading.encoding == _DEFAULT:
        with source.path.open("rb") as raw:
            reading = replace(reading, encoding="utf-16") if raw.read(2) in _UTF_16 else reading
    with _told(source, reading):
        with source.path.open(encoding=reading.encoding, newline="") as file:
            # To the end of the line: a header that is cut would name other columns.
            start = file.read(_SNIFFED) + file.readline()
        if "\0" in start:
            raise FileError(_NUL(file=source.name))
        skipped, named = _preamble(start, reading)
        separator = _separator(start, skipped, given=reading.separator or named)
        n_before, first = _first_row(start, skipped, separator)
        options: dict[str, Any] = {
            "sep": separator,
            "encoding": reading.encoding,
            "dtype": str,
            "keep_default_na": False,
            "index_col": False,
            "skipinitialspace": True,
        }
        if reading.header:
            check_header(first, file=source.name)
            columns = list(pd.read_csv(source.path, nrows=0, skiprows=skipped, **options).columns)
        else:
            columns = numbered(len(first))
        options |= {"header": None, "names": [*columns, _BEYOND], "skiprows": n_before + reading.header}
    with source.path.open("rb") as raw:

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            with _told(source, reading):
                reader = pd.read_csv(raw, chunksize=most, **options)
            while (rows := _next(reader, source, reading)) is not None:
                yield Chunk(_without_end(rows, source), raw.tell())

        yield Table(columns, source.path.stat().st_size, chunks, below=_below(start, n_before + 1), is_text=True)


def _next(reader: Iterator[pd.DataFrame], source: Source, reading: Reading) -> pd.DataFrame | None:
    with _told(source, reading), warnings.catch_warnings():
        # Without an index column pandas cuts longer rows to the header, and warns if that loses anything.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return next(reader, None)


def _without_end(rows: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Leave out what comes after a separator at the end of a row, which must be nothing."""
    if rows[_BEYOND].fillna("").ne("").any():
        raise FileError(_TOO_MANY_FIELDS(file=source.name))
    return rows.drop(columns=_BEYOND)


def _preamble(start: str, reading: Reading) -> tuple[int, str | None]:
    """Count the lines before the table; the separator if a line names it, as Excel wants it."""
    lines = start.splitlines()[reading.skip_rows :]
    named = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    return reading.skip_rows + (named is not None), None if named is None else named[1]


def _first_row(start: str, skipped: int, separator: str) -> tuple[int, list[str]]:
    """Find the first row that is not blank, and how many rows come before it."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    for position, row in enumerate(reader):
        if position >= skipped and (len(row) > 1 or "".join(row).strip()):
            return position, row
    return skipped, []


def _below(start: str, n_before: int) -> list[tuple[int, list[str]]]:
    """The rows under the header, each with what separates its own fields."""
    lines = enumerate(start.splitlines()[n_before : n_before + LOOKED_AT], start=n_before)
    return [
        (n, next(csv.reader([line], delimiter=_separator(line, 0, given=None)))) for n, line in lines if line.strip()
    ]


def _separator(start: str, skipped: int, *, given: str | None) -> str:
    """The separator of the header line; a comma where there is one column only."""
    if given is not None:
        return _NAMED_SEPARATORS.get(given, given)
    header = next((line for line in start.splitlines()[skipped:] if line.strip()), "")
    try:
        return csv.Sniffer().sniff(header, delimiters=_SEPARATORS).delimiter
    except csv.Error:
        return ","


@contextmanager
def _told(source: Source, reading: Reading) -> Iterator[None]:
    """Turn errors of the readers into messages for the user."""
    _check_encoding(reading)
    with told(_NO_TABLE, file=source.name), _told_of_texts(source, reading):
        yield


def _check_encoding(reading: Reading) -> None:
    try:
        "".encode(reading.encoding)
    except (LookupError, ValueError) as error:
        raise FileError(_UNKNOWN_ENCODING(encoding=reading.encoding)) from error


@contextmanager
def _told_of_texts(source: Source, reading: Reading) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        tries = Joined(_tries(source, reading), en=", or ", zh="，或 ")
        message = _OTHER_ENCODING(file=source.name, encoding=reading.encoding, error=error, tries=tries)
        raise FileError(message) from error
    except pd.errors.ParserWarning as error:
        raise FileError(_TOO_MANY_FIELDS(file=source.name)) from error


def _tries(source: Source, reading: Reading) -> list[Said]:
    """The encodings in which the first line can be read that the one given cannot read."""
    with source.path.open("rb") as raw:
        line = next((line for line in raw if _decoded(line, reading.encoding) is None), b"")
    found = {encoding: text for encoding in _ENCODINGS if (text := _decoded(line, encoding)) is not None}
    if len(found) > 1:
        # It fits always, and says nothing.
        del found["latin-1"]
    return [_TRY(encoding=encoding, line=text.strip()[:_LINE_SHOWN]) for encoding, text in found.items()]


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeError:
        return None
