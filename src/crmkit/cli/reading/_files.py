"""Tables in files of every kind, opened by their ending."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from crmkit._messages import Message
from crmkit.cli.language import FileError, OptionError
from crmkit.cli.reading._binary_files import open_parquet, open_workbook
from crmkit.cli.reading._chunks import Reading, Source, Table
from crmkit.cli.reading._database import open_database
from crmkit.cli.reading._json_files import open_json
from crmkit.cli.reading._packed_files import PACKED, STANDARD_INPUT, ending_of, shown, unpacked
from crmkit.cli.reading._text_files import open_text

__all__ = ["check_file", "open_table"]

_NO_FILE: Final = Message(en="{file} does not exist.", zh="文件 {file} 不存在。")
_UNREADABLE: Final = Message(en="{file} cannot be read: {error}", zh="无法读取 {file}：{error}")
_FOLDER: Final = Message(en="{file} is a folder. Name a file in it.", zh="{file} 是文件夹，请指定其中的文件。")
_NO_REGULAR_FILE: Final = Message(
    en="{file} is {kind}, not a file. Pass what it gives on standard input: crmkit … - < {file}",
    zh="{file} 是{kind}，不是文件。请从标准输入读取：crmkit … - < {file}",
)
_NOT_A_FILE: Final = Message(
    en="{file} is {kind}, not a file. Write what it gives to a file first.",
    zh="{file} 是{kind}，不是文件。请先将其内容存为文件。",
)
_PIPE: Final = Message(en="a pipe", zh="管道")
_DEVICE: Final = Message(en="a device", zh="设备")
_SOCKET: Final = Message(en="a socket", zh="套接字")
_EMPTY: Final = Message(en="{file} is empty.", zh="文件 {file} 为空。")
_UNKNOWN_ENDING: Final = Message(
    en="{file} ends in {ending!r}; files that can be read end in {endings}.",
    zh="{file} 的扩展名为 {ending!r}；可读取的扩展名有 {endings}。",
)
_OTHER_SPREADSHEET: Final = Message(
    en="{file} ends in {ending!r}. Open it in Excel or LibreOffice and save it as .xlsx.",
    zh="{file} 的扩展名为 {ending!r}。请用 Excel 或 WPS 打开，另存为 .xlsx。",
)
_OTHER_SPREADSHEETS: Final = (".xls", ".xlsb", ".ods", ".numbers", ".et")
_ONLY_FOR: Final = Message(
    en="{option} is for {kinds}; {file} is not one. Leave it out.",
    zh="{option} 只用于{kinds}，而 {file} 不是。请去掉该选项。",
)
_WORKBOOKS: Final = Message(en="Excel workbooks", zh=" Excel 工作簿")
_DATABASES: Final = Message(en="SQLite databases", zh=" SQLite 数据库")
_SHEETS_AND_TEXT: Final = Message(en="text files and Excel workbooks", zh="文本文件和 Excel 工作簿")
_ENDINGS: Final[dict[str, Callable[[Source, Reading], AbstractContextManager[Table]]]] = {
    ".csv": open_text,
    ".db": open_database,
    ".json": open_json,
    ".jsonl": open_json,
    ".ndjson": open_json,
    ".parquet": open_parquet,
    ".sqlite": open_database,
    ".sqlite3": open_database,
    ".tsv": open_text,
    ".txt": open_text,
    ".xlsx": open_workbook,
}


@contextmanager
def open_table(path: Path, reading: Reading, *, is_orders: bool = True) -> Iterator[Table]:
    """Open a table, or raise `FileError`; ``-`` is standard input."""
    if path != STANDARD_INPUT:
        check_file(path, is_orders=is_orders)
    with unpacked(path) as source:
        if source.path.stat().st_size == 0:
            raise FileError(_EMPTY(file=source.name))
        ending = ending_of(source.path)
        if ending not in _ENDINGS:
            if ending in _OTHER_SPREADSHEETS:
                raise FileError(_OTHER_SPREADSHEET(file=source.name, ending=source.path.suffix))
            endings = [*_ENDINGS, *PACKED]
            raise FileError(_UNKNOWN_ENDING(file=source.name, ending=source.path.suffix, endings=endings))
        _check_options(_ENDINGS[ending], reading, file=source.name)
        with _ENDINGS[ending](source, reading) as table:
            yield table


def check_file(path: Path, *, is_orders: bool = True) -> None:
    """Refuse what is not a file with something in it: a pipe would be waited for.

    Only orders can come on standard input instead.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileError(_NO_FILE(file=path)) from error
    except (OSError, ValueError) as error:
        raise FileError(_UNREADABLE(file=path, error=error)) from error
    if stat.S_ISDIR(found.st_mode):
        raise FileError(_FOLDER(file=path))
    if not stat.S_ISREG(found.st_mode):
        kind = _PIPE if stat.S_ISFIFO(found.st_mode) else _SOCKET if stat.S_ISSOCK(found.st_mode) else _DEVICE
        raise FileError((_NO_REGULAR_FILE if is_orders else _NOT_A_FILE)(file=path, kind=kind()))
    if found.st_size == 0:
        raise FileError(_EMPTY(file=shown(path)))


def _check_options(opened_by: Callable[..., object], reading: Reading, *, file: object) -> None:
    """Refuse options that the kind of file has no use for."""
    if reading.sheet is not None and opened_by is not open_workbook:
        raise OptionError(_ONLY_FOR(option="--sheet", kinds=_WORKBOOKS(), file=file))
    if reading.sql is not None and opened_by is not open_database:
        raise OptionError(_ONLY_FOR(option="--sql", kinds=_DATABASES(), file=file))
    for option, given in (("--skip-rows", reading.skip_rows), ("--no-header", not reading.header)):
        if given and opened_by not in (open_text, open_workbook):
            raise OptionError(_ONLY_FOR(option=option, kinds=_SHEETS_AND_TEXT(), file=file))
