"""The command line's words for options, files, columns and commands."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit._messages import Words
from crmkit._names import Label, Language

__all__ = ["THE_MASTER_FILE", "CommandWords", "smoothed"]

_THE_FILE: Final = Label("the file", "文件")
THE_MASTER_FILE: Final = Label("the master file", "客户主表")
_BESIDE: Final = {
    "rates": Label("the file of rates", "汇率文件"),
    "merge_ids": Label("the crosswalk", "编号对照表"),
    "calendar": Label("the calendar", "期间表"),
}
_OF_THE_FILE: Final = (
    *("orders", "transactions", "order_lines", "customers"),
    *("subscriptions", "tickets", "contacts", "plan", "activity"),
)
_TABLES: Final = MappingProxyType(dict.fromkeys(_OF_THE_FILE, _THE_FILE) | {"master": THE_MASTER_FILE, **_BESIDE})
_COLUMN: Final = Label("the column {column}", "列 {column}")
_COLUMN_OF: Final = Label("the column {column} of {table}", "{table}的列 {column}")
_IN_PYTHON: Final = Label("{name} in Python", "Python 的 {name}")
_CALLS: Final = MappingProxyType({"audit_orders": "crmkit audit"})
# Marks around words whose capital or spaces depend on their place in the sentence.
_CAPITAL: Final = "\0"
_SPACED: Final = "\1"
_JOINED: Final = "\2"


class CommandWords(Words):
    """The words of a command; ``options`` are its options by parameter, flags by parameter and value."""

    def __init__(self, options: Mapping[str, str], *, tables: Mapping[str, Label] = MappingProxyType({})) -> None:
        self._options = options
        self._tables = {**_TABLES, **tables}

    def parameter(self, name: str, language: Language) -> str:
        """Name an option, or the file that a table comes from; anything else as it is."""
        if name in self._tables:
            return f"{_CAPITAL}{self._tables[name].text(language)}{_JOINED}"
        return f"{_SPACED}{self._options[name]}{_SPACED}" if name in self._options else name

    def setting(self, name: str, value: str, language: Language) -> str:  # noqa: ARG002
        """Name an option with its value as one would type it."""
        if (flag := f"{name}={value}") in self._options:
            return f"{_SPACED}{self._options[flag]}{_SPACED}"
        if name not in self._options:
            return f"{name}={value}" if value else name
        option = self._options[name]
        return f"{_SPACED}{option} {_typed(value)}{_SPACED}" if value else f"{_SPACED}{option}{_SPACED}"

    def column(self, table: str, column: object, language: Language) -> str:
        """Name a column of the file, or of the master file."""
        found = self._tables.get(table, _THE_FILE)
        text = (_COLUMN if found == _THE_FILE else _COLUMN_OF).text(language)
        return f"{_CAPITAL}{text.format(column=column, table=found.text(language))}{_SPACED}"

    def call(self, name: str, language: Language) -> str:
        """Name the command that does the same; without one, the function of the Python library."""
        return _CALLS.get(name) or _IN_PYTHON.text(language).format(name=name)


def smoothed(text: str, language: Language) -> str:
    """Capitalise words at the start of an English sentence; space words in a Chinese one."""
    if language == "zh":
        text = re.sub(rf"(?<=\w){_SPACED}(?=--)|(?<=\S){_SPACED}(?=\w)", " ", text)
        text = re.sub(rf"{_JOINED} (?=[\u4e00-\u9fff])", "", text)
    else:
        text = re.sub(rf"(^|[.!?] ){_CAPITAL}(\w)", lambda found: found[1] + found[2].upper(), text)
    return re.sub(f"[{_CAPITAL}{_SPACED}{_JOINED}]", "", text)


def _typed(value: str) -> str:
    """A Python literal as one would type it on a command line."""
    try:
        plain = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        plain = value
    # None in Python is an empty text here.
    return shlex.quote(str(plain)) if plain not in (None, "") else '""'
