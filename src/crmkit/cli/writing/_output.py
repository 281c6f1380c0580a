"""The file that a command writes: refused before the work if it cannot be written, named once it is."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from crmkit._messages import Message
from crmkit._writing import check_place
from crmkit.cli.language import FileError, OptionError

__all__ = ["check_output", "path_of", "say_path", "writing"]

_WRITES_OVER: Final = Message(
    en="--output {file} would write over a file that is read.", zh="--output {file} 会覆盖被读取的文件。"
)
_NOT_WRITTEN: Final = Message(en="--output {file} cannot be written: {error}", zh="无法写入 --output {file}：{error}")
_NO_FOLDER: Final = Message(
    en="--output {file} cannot be written: there is no folder {folder}. Create it first, or name another.",
    zh="无法写入 --output {file}：文件夹 {folder} 不存在，请先建立或另行指定。",
)
_NO_RIGHT: Final = Message(
    en="--output {file} cannot be written: you have no permission to write to it. Name another file, or "
    "change the permissions.",
    zh="无法写入 --output {file}：没有写入权限。请另行指定文件或修改权限。",
)
_LONG_NAME: Final = Message(
    en="--output {file} cannot be written: its name is too long.", zh="无法写入 --output {file}：名称过长。"
)
_DISK_FULL: Final = Message(
    en="--output {file} cannot be written: the disk is full, or files may not be that large ({error}).",
    zh="无法写入 --output {file}：磁盘空间不足，或文件大小超出限制（{error}）。",
)
_BY_NUMBER: Final = {
    errno.EACCES: _NO_RIGHT,
    errno.EDQUOT: _DISK_FULL,
    errno.EFBIG: _DISK_FULL,
    errno.ENAMETOOLONG: _LONG_NAME,
    errno.ENOENT: _NO_FOLDER,
    errno.ENOSPC: _DISK_FULL,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
}


def check_output(output: Path, *, read: Sequence[Path]) -> None:
    """Refuse a file that cannot be written, and one that is read, also by another name."""
    if any(_is_one_file(output, path) for path in read):
        raise OptionError(_WRITES_OVER(file=output))
    with writing(output):
        check_place(output)


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Turn errors of writing into messages."""
    try:
        yield
    except OSError as error:
        message = _BY_NUMBER.get(error.errno or 0, _NOT_WRITTEN)
        folder = Path(os.path.realpath(output)).parent
        raise FileError(message(file=output, folder=folder, error=error)) from error


def path_of(output: Path | None) -> dict[str, str]:
    """Where the file is, for a JSON document; nothing where none was asked for."""
    return {} if output is None else {"path": click.format_filename(output.resolve())}


def say_path(output: Path) -> None:
    """Print where the file is."""
    click.echo(click.format_filename(output.resolve()))


def _is_one_file(output: Path, path: Path) -> bool:
    with suppress(OSError):
        return output.samefile(path)
    return False
