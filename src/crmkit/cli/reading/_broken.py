"""What the readers of files raise where a file is damaged, told as such."""

from __future__ import annotations

import csv
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from typing import Final
from zipfile import BadZipFile

from pyarrow import ArrowException

from crmkit._messages import Message
from crmkit.cli.language import FileError

__all__ = ["told"]

_TOO_LARGE: Final = Message(
    en="{file} needs more memory than there is: {error}. It is very large, or damaged.",
    zh="读取 {file} 所需内存超出可用内存：{error}。文件过大，或已损坏。",
)
_UNREADABLE: Final = Message(en="{file} cannot be read: {error}", zh="无法读取 {file}：{error}")
# What the reader of text says instead of raising a MemoryError.
_OUT_OF_MEMORY: Final = "out of memory"
# Readers check little of what they are given: a cell without its type is an attribute of None, a sheet without its
# part a missing key.
_BROKEN: Final = (
    ArithmeticError,
    ArrowException,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    LZMAError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    csv.Error,
    struct.error,
    zlib.error,
)


@contextmanager
def told(problem: Message, *, file: object) -> Iterator[None]:
    """Tell the error of a reader; ``problem`` says what the file should have been."""
    try:
        yield
    except MemoryError as error:
        raise FileError(_TOO_LARGE(file=file, error=_text(error))) from error
    except _BROKEN as error:
        # What the system refuses has a number; damage has none.
        refused = isinstance(error, OSError) and error.errno is not None
        message = _UNREADABLE if refused else _TOO_LARGE if _OUT_OF_MEMORY in str(error) else problem
        raise FileError(message(file=file, error=_text(error))) from error


def _text(error: BaseException) -> str:
    """What an error says in a line; its name where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
