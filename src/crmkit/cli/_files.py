"""Tables in files of every kind, opened by their ending."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from crmkit.cli._binary_files import open_parquet, open_workbook
from crmkit.cli._chunks import Reading, Table
from crmkit.cli._problems import FileError
from crmkit.cli._text_files import open_text

__all__ = ["open_table"]

_ENDINGS: Final[dict[str, Callable[[Path, Reading], AbstractContextManager[Table]]]] = {
    ".csv": open_text,
    ".parquet": open_parquet,
    ".tsv": open_text,
    ".txt": open_text,
    ".xlsx": open_workbook,
}


def open_table(path: Path, reading: Reading) -> AbstractContextManager[Table]:
    """Open a table, or raise `FileError`."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileError("no_file", file=path) from error
    except OSError as error:
        raise FileError("not_read", file=path, error=error) from error
    if stat.S_ISDIR(found.st_mode):
        raise FileError("folder", file=path)
    if found.st_size == 0:
        raise FileError("empty", file=path)
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise FileError("ending", file=path, ending=repr(path.suffix), endings=list(_ENDINGS))
    return _ENDINGS[ending](path, reading)
