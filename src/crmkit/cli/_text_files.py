"""CSV and other separated text: everything stays text, for the door to read."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crmkit.cli._chunks import Chunk, Reading, Table, check_header
from crmkit.cli._problems import FileError

__all__ = ["open_text"]

_SNIFFED: Final = 65_536
_SEPARATORS: Final = ",;\t|"
_NAMED_SEPARATORS: Final = {"tab": "\t", "\\t": "\t"}


@contextmanager
def open_text(path: Path, reading: Reading) -> Iterator[Table]:
    """Open separated text."""
    with _told(path, reading):
        with path.open(encoding=reading.encoding, newline="") as file:
            start = file.read(_SNIFFED)
        if "\0" in start:
            raise FileError("nul", file=path)
        separator = _separator(start, given=reading.separator)
        check_header(next(csv.reader(start.splitlines(), delimiter=separator), []), file=str(path))
        options: dict[str, Any] = {
            "sep": separator,
            "encoding": reading.encoding,
            "dtype": str,
            "keep_default_na": False,
            "index_col": False,
            "skipinitialspace": True,
        }
        columns = list(pd.read_csv(path, nrows=0, **options).columns)
    with path.open("rb") as raw:

        def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
            with _told(path, reading):
                reader = pd.read_csv(raw, chunksize=most, **options)
            while (rows := _next(reader, path, reading)) is not None:
                yield Chunk(rows, raw.tell())

        yield Table(columns, path.stat().st_size, chunks)


def _next(reader: Iterator[pd.DataFrame], path: Path, reading: Reading) -> pd.DataFrame | None:
    with _told(path, reading), warnings.catch_warnings():
        # Without an index column pandas cuts longer rows to the header, and warns if that loses anything.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return next(reader, None)


def _separator(start: str, *, given: str | None) -> str:
    """The separator of the header line; a comma where there is one column only."""
    if given is not None:
        return _NAMED_SEPARATORS.get(given, given)
    header = next(iter(start.splitlines()), "")
    try:
        return csv.Sniffer().sniff(header, delimiters=_SEPARATORS).delimiter
    except csv.Error:
        return ","


@contextmanager
def _told(path: Path, reading: Reading) -> Iterator[None]:
    """Say of what readers raise what it means for the user."""
    try:
        yield
    except LookupError as error:
        raise FileError("no_encoding", encoding=repr(reading.encoding)) from error
    except UnicodeError as error:
        raise FileError("encoding", file=path, encoding=reading.encoding, error=error) from error
    except pd.errors.ParserWarning as error:
        raise FileError("too_many_fields", file=path) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FileError("no_text_table", file=path, error=error) from error
