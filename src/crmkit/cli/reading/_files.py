"""Tables in files of every kind, opened by their ending."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._binary_files import open_parquet, open_workbook
from crmkit.cli.reading._chunks import Reading, Table
from crmkit.cli.reading._text_files import open_text

__all__ = ["open_table"]

_NO_FILE: Final = Message(en="{file} does not exist.", zh="文件 {file} 不存在。")
_UNREADABLE: Final = Message(en="{file} cannot be read: {error}", zh="无法读取 {file}：{error}")
_FOLDER: Final = Message(en="{file} is a folder. Name a file in it.", zh="{file} 是文件夹，请指定其中的文件。")
_EMPTY: Final = Message(en="{file} is empty.", zh="文件 {file} 为空。")
_UNKNOWN_ENDING: Final = Message(
    en="{file} ends in {ending!r}; files that can be read end in {endings}.",
    zh="{file} 的扩展名为 {ending!r}；可读取的扩展名有 {endings}。",
)
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
        raise FileError(_NO_FILE(file=path)) from error
    except OSError as error:
        raise FileError(_UNREADABLE(file=path, error=error)) from error
    if stat.S_ISDIR(found.st_mode):
        raise FileError(_FOLDER(file=path))
    if found.st_size == 0:
        raise FileError(_EMPTY(file=path))
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise FileError(_UNKNOWN_ENDING(file=path, ending=path.suffix, endings=list(_ENDINGS)))
    return _ENDINGS[ending](path, reading)
