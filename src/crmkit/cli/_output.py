"""The file that a command writes: refused before the work where it could not be written, named when it is."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from crmkit._writing import check_place
from crmkit.cli._paths import FilePath
from crmkit.cli._problems import FileError, OptionError

__all__ = ["check_output", "output_option", "say_path", "writing"]

Command = TypeVar("Command", bound=Callable[..., Any])

_IN_WORDS: Final = {
    errno.EACCES: "no_right",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.ENAMETOOLONG: "long_name",
    errno.ENOENT: "no_folder",
    errno.ENOSPC: "disk_full",
    errno.ENOTDIR: "no_folder",
    errno.EPERM: "no_right",
    errno.EROFS: "no_right",
}


def output_option(default: str, text: str) -> Callable[[Command], Command]:
    """Make the option that names the file."""
    kind = FilePath(dir_okay=False, readable=False, path_type=Path)
    return click.option("--output", type=kind, default=Path(default), show_default=True, help=text)


def check_output(output: Path, *, read: Sequence[Path]) -> None:
    """Refuse a file that cannot be written, and one that is read, whatever its name here."""
    if any(_is_one_file(output, path) for path in read):
        raise OptionError("writes_over", file=output)
    with writing(output):
        check_place(output)


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say that a file cannot be written."""
    try:
        yield
    except OSError as error:
        name = _IN_WORDS.get(error.errno or 0, "not_written")
        folder = Path(os.path.realpath(output)).parent
        raise FileError(name, file=output, folder=folder, error=error) from error


def say_path(output: Path) -> None:
    """Print where the file is."""
    click.echo(click.format_filename(output.resolve()))


def _is_one_file(output: Path, path: Path) -> bool:
    with suppress(OSError):
        return output.samefile(path)
    return False
