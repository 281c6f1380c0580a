"""What stops a command: said in the language asked for, in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from crmkit._names import Language
from crmkit.cli._chinese import in_chinese
from crmkit.cli._texts import TEXTS
from crmkit.errors import ConvergenceError

__all__ = ["BadData", "FileError", "OptionError", "in_cli_words", "stopping"]

# 2 is click's own, for wrong usage.
_EXIT_BAD_DATA: Final = 3

# The door speaks of Python's keywords and of tables that have names there; values in its messages stay as they are.
_KEYWORDS: Final = "customer_id|unit_price|date_format|time_zone|order_id|as_of|invalid|returns|quantity|amount|date"
_IN_CLI_WORDS: Final = (
    (r"audit_orders says where they went", "crmkit audit says where they went"),
    (r" Name yours by keyword, for example customer_id='CustomerID'\.", ""),
    (r" \(pandas: \.dt\.tz_localize\('UTC'\)\)", ""),
    (r", for example with \.astype\(str\)\.", "."),
    (r" Cast the column in the engine, to TIMESTAMP \(DuckDB\) or timestamp_ntz \(Spark\)\.", ""),
    (r", or give priors\.$", "."),
    (r"fit on more customers\.$", "or give more customers."),
    (r"\bleave order_id out so that", 'pass --order-id "" so that'),
    (rf"\b([Ll]eave) ({_KEYWORDS}) out\b", r"\1 --\2 out"),
    (rf"\b({_KEYWORDS})='([^']*)'", r"--\1 \2"),
    (rf"\b({_KEYWORDS})=(?=[.,: ])", r"--\1"),
    (rf"\ba later ({_KEYWORDS})\b", r"a later --\1"),
    (r"`(as_of|date_format|time_zone|unit_price|returns|invalid)`", r"--\1"),
    (r"`customers\['[^']*'\]`", "the master file's ids"),
    (r"`(?:orders|transactions|customers)\['([^']*)'\]`", r"the column \1"),
    (r"`customers` (has|lacks)", r"the master file \1"),
    (r"`(?:orders|transactions|customers)`", "the file"),
)


class FileError(Exception):
    """A file cannot be used; the text says why and what to do."""

    def __init__(self, name: str, **fields: object) -> None:
        super().__init__(name)
        self._name, self._fields = name, fields

    def text(self, language: Language) -> str:
        """Say it in a language."""
        return TEXTS[self._name].text(language).format(**self._fields)


class OptionError(FileError):
    """The options do not fit one another or the file."""


class BadData(click.ClickException):
    """The file or its rows cannot be used."""

    exit_code = _EXIT_BAD_DATA


@contextmanager
def stopping(language: Language) -> Iterator[None]:
    """Turn what stops a command into a message and an exit code."""
    try:
        yield
    except OptionError as problem:
        raise click.UsageError(problem.text(language)) from problem
    except FileError as problem:
        raise BadData(problem.text(language)) from problem
    except (ValueError, TypeError, ConvergenceError) as problem:
        raise BadData(in_cli_words(str(problem), language)) from problem


def in_cli_words(message: str, language: Language) -> str:
    """Put a message of the library into the words of the command line; it stays English if it has no Chinese."""
    if language == "zh" and (chinese := in_chinese(message)) is not None:
        return chinese
    for pattern, words in _IN_CLI_WORDS:
        message = re.sub(pattern, words, message)
    message = re.sub(rf"--({_KEYWORDS})\b", lambda option: option.group().replace("_", "-"), message)
    return re.sub(r"^the ", "The ", message)
