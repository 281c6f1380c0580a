"""The file that a command writes: refused before the work where it could not be written, named when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from crmkit.cli._problems import FileError, OptionError

__all__ = ["check_output", "output_option", "say_path", "writing"]

Command = TypeVar("Command", bound=Callable[..., Any])


def output_option(default: str, text: str) -> Callable[[Command], Command]:
    """Make the option that names the file."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("--output", type=kind, default=Path(default), show_default=True, help=text)


def check_output(output: Path, *, read: Sequence[Path]) -> None:
    """Refuse a file in a folder that is not there, and one that is read."""
    if any(output.resolve() == path.resolve() for path in read):
        raise OptionError("writes_over", file=output)
    with writing(output):
        output.parent.resolve(strict=True)
        if not output.parent.is_dir():
            raise NotADirectoryError(f"{output.parent} is no folder")


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say that a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise FileError("not_written", file=output, error=error) from error


def say_path(output: Path) -> None:
    """Print where the file is."""
    click.echo(click.format_filename(output.resolve()))
