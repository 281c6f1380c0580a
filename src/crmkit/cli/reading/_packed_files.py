"""Files that come compressed or on standard input: in a temporary folder, as they would be opened."""

from __future__ import annotations

import gzip
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile, is_zipfile

from crmkit._messages import Message
from crmkit._writing import replacing
from crmkit.cli.language import FileError
from crmkit.cli.reading._chunks import Source

__all__ = ["PACKED", "STANDARD_INPUT", "ending_of", "shown", "unpacked"]

PACKED: Final = (".gz", ".zip")
"""Endings of files with one file in them."""
STANDARD_INPUT: Final = Path("-")

_STANDARD_INPUT: Final = Message(en="Standard input", zh="标准输入")
_NOT_UNPACKED: Final = Message(
    en="{file} cannot be unpacked: {error}. If the temporary folder is full, let TMPDIR name another.",
    zh="无法解压 {file}：{error}。若临时文件夹空间不足，请用 TMPDIR 指定其他文件夹。",
)
_SEVERAL: Final = Message(
    en="{file} must hold one file, and holds {names}. Unpack it, and name one of them.",
    zh="{file} 中须只有一个文件，现有 {names}。请先解压，再指定其中一个。",
)
_RECEIVED: Final = "crmkit_received"
_UNNAMED: Final = "crmkit_unnamed"
_WORKBOOK_PART: Final = "[Content_Types].xml"
# What macOS adds.
_ADDED: Final = ("__MACOSX/", ".DS_Store")


def shown(path: Path) -> object:
    """What messages call a file."""
    return _STANDARD_INPUT() if path == STANDARD_INPUT else path


@contextmanager
def unpacked(path: Path) -> Iterator[Source]:
    """Give the file itself, or what is in it or comes on standard input, for as long as it is read."""
    if path != STANDARD_INPUT and path.suffix.lower() not in PACKED:
        yield Source(path, path)
        return
    with TemporaryDirectory(prefix="crmkit_") as folder:
        try:
            found = _received(Path(folder)) if path == STANDARD_INPUT else path
            while (kind := ending_of(found)) in PACKED:
                found = _UNPACKED_BY[kind](found, Path(folder), name=shown(path))
        except (OSError, EOFError, zlib.error, BadZipFile, RuntimeError) as error:
            raise FileError(_NOT_UNPACKED(file=shown(path), error=error)) from error
        yield Source(found, shown(path))


def ending_of(path: Path) -> str:
    """The ending of a file; where it has none of its own because it was packed or came by pipe, by its content."""
    if path.name not in (_UNNAMED, _RECEIVED):
        return path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(b"\x1f\x8b"):
        return ".gz"
    if is_zipfile(path):
        with ZipFile(path) as archive:
            return ".xlsx" if _WORKBOOK_PART in archive.namelist() else ".zip"
    if start.startswith(b"PAR1"):
        return ".parquet"
    return ".json" if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{") else ".csv"


def _received(folder: Path) -> Path:
    target = folder / _RECEIVED
    with replacing(target) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return target


def _from_gzip(path: Path, folder: Path, *, name: object) -> Path:  # noqa: ARG001
    target = folder / (path.stem if Path(path.stem).suffix else _UNNAMED)
    with gzip.open(path) as packed, replacing(target) as file:
        shutil.copyfileobj(packed, file)
    return target


def _from_zip(path: Path, folder: Path, *, name: object) -> Path:
    with ZipFile(path) as archive:
        members = [each for each in archive.namelist() if not each.endswith("/") and not _is_added(each)]
        if len(members) != 1:
            raise FileError(_SEVERAL(file=name, names=members))
        target = folder / f"crmkit_member{PurePosixPath(members[0]).suffix}"
        with archive.open(members[0]) as packed, replacing(target) as file:
            shutil.copyfileobj(packed, file)
    return target


_UNPACKED_BY: Final[dict[str, Callable[..., Path]]] = {".gz": _from_gzip, ".zip": _from_zip}


def _is_added(member: str) -> bool:
    return member.startswith(_ADDED[0]) or PurePosixPath(member).name == _ADDED[1]
