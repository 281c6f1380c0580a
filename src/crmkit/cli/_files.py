"""Order logs from files: CSV, Parquet, Excel."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import pandas as pd

__all__ = ["FileError", "read_file"]

_SNIFFED: Final = 65_536
_SEPARATORS: Final = ",;\t|"


class FileError(Exception):
    """A file cannot be read as a table; the message says why and what to do."""


def read_file(path: Path, *, encoding: str, ids: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table; everything in a CSV file stays text, for the door to read, and so do ``ids`` of a workbook.

    ``encoding`` is that of a CSV file. Raises `FileError`.
    """
    if not path.exists():
        raise FileError(f"{path} does not exist.")
    if path.is_dir():
        raise FileError(f"{path} is a folder. Name a file in it.")
    if path.stat().st_size == 0:
        raise FileError(f"{path} is empty.")
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise FileError(f"{path} ends in {path.suffix!r}; files that can be read end in {sorted(_ENDINGS)}.")
    table = _ENDINGS[ending](path, encoding, ids)
    if table.empty:
        raise FileError(f"{path} has a header with the columns {list(table.columns)} and no rows.")
    return table


def _csv(path: Path, encoding: str, ids: Sequence[str]) -> pd.DataFrame:  # noqa: ARG001
    try:
        with path.open(encoding=encoding, newline="") as file:
            start = file.read(_SNIFFED)
        if "\0" in start:
            raise FileError(f"{path} holds NUL bytes: it is no text, or UTF-16. Try --encoding utf-16.")
        separator = _separator(start)
        _check_header(next(csv.reader(start.splitlines(), delimiter=separator), []), path)
        with warnings.catch_warnings():
            # Without an index column pandas cuts longer rows to the header, and warns if that loses anything.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path, sep=separator, encoding=encoding, dtype=str, keep_default_na=False, index_col=False,
                skipinitialspace=True,
            )  # fmt: skip
    except LookupError as error:
        raise FileError(
            f"--encoding {encoding!r} is no known encoding. Try utf-8, gb18030, utf-16 or latin-1."
        ) from error
    except UnicodeError as error:
        raise FileError(
            f"{path} is not in the encoding {encoding} ({error}). Files saved by Chinese Excel are often gb18030: "
            "try --encoding gb18030, utf-16 or latin-1."
        ) from error
    except pd.errors.ParserWarning as error:
        raise FileError(f"{path} has rows with more fields than its header has columns. Mend them first.") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FileError(f"{path} is no table of separated values: {error}") from error


def _separator(start: str) -> str:
    """The separator of the header line; a comma where there is one column only."""
    header = next(iter(start.splitlines()), "")
    try:
        return csv.Sniffer().sniff(header, delimiters=_SEPARATORS).delimiter
    except csv.Error:
        return ","


def _check_header(names: Sequence[object], path: Path) -> None:
    twice = sorted({str(name) for name in names if name not in ("", None) and list(names).count(name) > 1})
    if twice:
        raise FileError(f"{path} has the columns {twice} more than once. Rename or delete the copies.")


def _parquet(path: Path, encoding: str, ids: Sequence[str]) -> pd.DataFrame:  # noqa: ARG001
    try:
        return pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise FileError(f"{path} is no Parquet file that can be read: {error}") from error


def _excel(path: Path, encoding: str, ids: Sequence[str]) -> pd.DataFrame:  # noqa: ARG001
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            _check_header(pd.read_excel(book, header=None, nrows=1).to_numpy().ravel().tolist(), path)
            return pd.read_excel(book, dtype=dict.fromkeys(ids, str), keep_default_na=False, na_values=[""])
    except (ValueError, KeyError, BadZipFile, OSError) as error:
        raise FileError(f"{path} is no Excel workbook that can be read: {error}") from error


_ENDINGS: Final[dict[str, Callable[[Path, str, Sequence[str]], pd.DataFrame]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".parquet": _parquet,
    ".xlsx": _excel,
}
