"""What no command has caught: told in a line, in the language asked for, with an exit code of its own."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NoReturn

from crmkit._messages import Message, Said, Words
from crmkit._version import __version__
from crmkit.cli._asked import language_of

__all__ = ["last_net"]

_NEEDS_PACKAGE: Final = Message(
    en="crmkit's command line needs {package}. Install it with: pip install 'crmkit[report]'",
    zh="crmkit 的命令行需要 {package}，请安装：pip install 'crmkit[report]'",
)
_BUG: Final = Message(
    en="Error: this is a bug in crmkit {version}: {kind}: {text}. Please report it; {debug}=1 shows where it happened.",
    zh="错误：这是 crmkit {version} 的缺陷：{kind}：{text}。请反馈给开发者；设置 {debug}=1 可显示出错位置。",
)
_NO_MEMORY: Final = Message(
    en="Error: there is not enough memory. Close other programs, raise the limit (ulimit -v), or use a file with fewer "
    "columns.",
    zh="错误：内存不足。请关闭其他程序、提高内存上限（ulimit -v），或使用列数更少的文件。",
)
_REFUSED: Final = Message(
    en="Error: the system refuses to go on: {error}. If the disk is full, make room or redirect the output elsewhere.",
    zh="错误：系统无法继续：{error}。若磁盘已满，请清理空间或改用其他输出位置。",
)
_INTERRUPTED: Final = Message(en="\nAborted!", zh="\n已中断。")
_LACKING: Final = Message(
    en="The encoding of the output, {encoding}, lacks characters, shown as ?. PYTHONUTF8=1 writes UTF-8.",
    zh="输出编码 {encoding} 缺少部分字符，已用 ? 代替；设置 PYTHONUTF8=1 可输出 UTF-8。",
)
_DEBUG: Final = "CRMKIT_DEBUG"
_REPLACED: Final = "crmkit_replaced"
# As click does; the others are those of sysexits.h for software and for the system.
_EXIT_INTERRUPTED: Final = 1
_EXIT_BUG: Final = 70
_EXIT_SYSTEM: Final = 71
# What the loader says where a library does not fit into the memory left.
_NOT_MAPPED: Final = ("failed to map segment", "cannot allocate memory")


@contextmanager
def last_net(arguments: Sequence[str]) -> Iterator[None]:
    """Tell what nobody has caught, also where standard output cannot be written or cannot show a character."""
    language = language_of(arguments)

    def stop(said: Said, code: int) -> NoReturn:
        with suppress(OSError, ValueError):
            print(said.told(language, Words()), file=sys.stderr, flush=True)
        _give_up_output()
        sys.exit(code)

    lacking = _replacing_what_is_lacking()
    try:
        yield
    except SystemExit as ended:
        try:
            _flush()
        except OSError as error:
            stop(_REFUSED(error=error), ended.code if isinstance(ended.code, int) and ended.code else _EXIT_SYSTEM)
        if lacking:
            print(_LACKING(encoding=lacking.pop()).told(language, Words()), file=sys.stderr)
        raise
    except KeyboardInterrupt:
        stop(_INTERRUPTED(), _EXIT_INTERRUPTED)
    except Exception as error:
        if os.environ.get(_DEBUG):
            raise
        stop(*_said(error))


def _said(error: Exception) -> tuple[Said, int]:
    """What there is to say of an error, and the exit code."""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("crmkit"):
        return _NEEDS_PACKAGE(package=error.name), _EXIT_INTERRUPTED
    if _lacks_memory(error):
        return _NO_MEMORY(), _EXIT_SYSTEM
    if isinstance(error, OSError):
        return _REFUSED(error=error), _EXIT_SYSTEM
    text = " ".join(str(error).split()).removesuffix(".")
    return _BUG(version=__version__, kind=type(error).__name__, text=text, debug=_DEBUG), _EXIT_BUG


def _lacks_memory(error: BaseException) -> bool:
    """Whether memory is what was lacking, here or in an error that led to this one."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    if isinstance(error, ImportError) and any(text in str(error).lower() for text in _NOT_MAPPED):
        return True
    cause = error.__cause__ or error.__context__
    return cause is not None and _lacks_memory(cause)


def _replacing_what_is_lacking() -> set[str]:
    """Let standard output replace what its encoding lacks, such as Chinese in cp1252; return the encoding once it did.

    Standard error needs no help: Python writes the code of such a character there.
    """
    lacking: set[str] = set()

    def replaced(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        lacking.add(sys.stdout.encoding)
        return "?" * (error.end - error.start), error.end

    codecs.register_error(_REPLACED, replaced)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=_REPLACED)
    return lacking


def _flush() -> None:
    with suppress(AttributeError, ValueError):
        sys.stdout.flush()


def _give_up_output() -> None:
    """Send the rest of standard output nowhere, or Python would complain of it at its end."""
    with suppress(AttributeError, ValueError, OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
