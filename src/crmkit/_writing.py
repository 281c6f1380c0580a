"""Files are written completely or not at all: an interrupted write leaves the old file unchanged."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import BinaryIO, Final

__all__ = ["check_place", "replacing", "write_text"]

# The errors of a file that can be written but not replaced: its folder is read-only, it is a mount point, or another
# user owns it.
_NOT_REPLACED: Final = (errno.EACCES, errno.EBUSY, errno.EPERM, errno.EXDEV)
# Output and errors.
_STANDARD_STREAMS: Final = (1, 2)
# Windows would translate line ends.
_BINARY: Final = getattr(os, "O_BINARY", 0)


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file that replaces the one at the path once everything is written.

    Until then it has a temporary name in the same folder; it is removed if an error or an interrupt ends the block.
    Permissions and owner of the old file are kept, and a symbolic link stays a link. If the folder is read-only but the
    file is not, the bytes are copied into the old file; pipes and devices are written directly.
    """
    target = check_place(path)
    if target is None:
        with _opened_as_it_is(Path(path)) as file:
            yield file
        return
    folder = target.parent if _takes_files(target.parent) else Path(gettempdir())
    # Short, because the file's own name may already have the maximum length.
    beside = folder / f".crmkit-{secrets.token_hex(8)}"
    try:
        # The replacement of a private file is private from the start.
        with _opened(beside, os.O_CREAT | os.O_EXCL, 0o600 if target.exists() else 0o666) as file:
            yield file
            file.flush()
            # A full disk or a lost connection may show only here.
            os.fsync(file.fileno())
        _put(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> None:
    """Write text in UTF-8 and leave line ends unchanged."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def check_place(path: str | Path) -> Path | None:
    """Return the file that a path leads to, which need not exist; None if it is written but not replaced.

    Raises an `OSError` if it cannot be written.
    """
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        target = Path(os.path.realpath(path))
        if not target.parent.is_dir():
            raise
        if not _takes_files(target.parent):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from None
        return target
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode) or _standard_stream(found) is not None:
        return None
    # A write-protected file is not replaced either.
    os.close(os.open(path, os.O_WRONLY))
    return Path(os.path.realpath(path))


def _takes_files(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _standard_stream(found: os.stat_result) -> int | None:
    """Return the standard stream that goes to a file; a replacement would not receive the rest of it."""
    for number in _STANDARD_STREAMS:
        with suppress(OSError):
            if os.path.samestat(found, os.fstat(number)):
                return number
    return None


def _opened_as_it_is(path: Path) -> BinaryIO:
    """Open a file that is not replaced. A stream is continued, or what it gets next would overwrite the beginning."""
    number = _standard_stream(path.stat())
    return _opened(path, os.O_TRUNC) if number is None else os.fdopen(os.dup(number), "wb")


def _opened(path: str | Path, flags: int, mode: int = 0o666) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | _BINARY | flags, mode), "wb")


def _put(beside: Path, target: Path) -> None:
    """Replace a file by another, or copy the bytes into it if that is impossible."""
    try:
        _as_the_old(beside, target)
        beside.replace(target)
    except OSError as error:
        if error.errno not in _NOT_REPLACED:
            raise
        with beside.open("rb") as source, _opened(target, os.O_TRUNC | os.O_CREAT) as file:
            shutil.copyfileobj(source, file)


def _as_the_old(beside: Path, target: Path) -> None:
    """Give a file the owner and the permissions of the file that it replaces."""
    with suppress(FileNotFoundError):
        old, new = target.stat(), beside.stat()
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
            os.chown(beside, old.st_uid, old.st_gid)
        beside.chmod(stat.S_IMODE(old.st_mode))
