"""What an error says: a template in English and Chinese with named values, and the words of the place that shows it."""

from __future__ import annotations

import string
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from crmkit._names import Language

__all__ = ["Call", "Column", "Joined", "Message", "Parameter", "Said", "Setting", "Words", "shown"]

_SIGN: Final = "@"
# A message is read at a glance, whatever a file holds: values, texts and lists of columns are cut.
_MOST_LETTERS: Final = 80
_MOST_TEXT: Final = 500
_MOST_LISTED: Final = 20
_CUT: Final = "…"


def shown(value: object) -> str:
    """Show a value as Python writes it, cut if it is long."""
    if isinstance(value, (str, bytes)) and len(value) > _MOST_LETTERS:
        return repr(value[:_MOST_LETTERS])[:-1] + _CUT + repr(value[:1])[-1]
    if isinstance(value, list):
        return _listed(value)
    # A program that only shows its help has not loaded NumPy.
    if (numpy := sys.modules.get("numpy")) is not None and isinstance(value, (numpy.number, numpy.bool_)):
        value = value.item()
    try:
        return _cut(repr(value), _MOST_TEXT)
    except ValueError:
        # Python writes no number of more than 4,300 digits.
        return f"<{type(value).__name__}>"


def _listed(values: Sequence[object]) -> str:
    cells = [shown(value) for value in islice(values, _MOST_LISTED)]
    return f"[{', '.join(cells)}{f', {_CUT}' if len(values) > _MOST_LISTED else ''}]"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT


class Words:
    """How messages call what a caller gives: here as in Python. The command line has its own."""

    def parameter(self, name: str, language: Language) -> str:  # noqa: ARG002
        """Name a parameter, a table among them."""
        return f"`{name}`"

    def setting(self, name: str, value: str, language: Language) -> str:  # noqa: ARG002
        """Name a parameter with a value; without one, as in ``date_format=``."""
        return f"{name}={value}"

    def column(self, table: str, column: object, language: Language) -> str:  # noqa: ARG002
        """Name a column of a table."""
        return f"`{table}[{shown(column)}]`"

    def call(self, name: str, language: Language) -> str:  # noqa: ARG002
        """Name a public function."""
        return name


_PYTHON: Final = Words()


class Parameter(NamedTuple):
    """A parameter whose name is known only where the message is raised."""

    name: str

    def told(self, language: Language, words: Words) -> str:
        """Say its name."""
        return words.parameter(self.name, language)


class Setting(NamedTuple):
    """A parameter with a value to pass."""

    name: str
    value: object

    def told(self, language: Language, words: Words) -> str:
        """Say the name and the value."""
        return words.setting(self.name, shown(self.value), language)


class Column(NamedTuple):
    """A column of a table that a caller gave."""

    table: str
    column: object

    def told(self, language: Language, words: Words) -> str:
        """Say where it stands."""
        return words.column(self.table, self.column, language)


class Call(NamedTuple):
    """A public function whose name is known only where the message is raised."""

    name: str

    def told(self, language: Language, words: Words) -> str:
        """Say its name."""
        return words.call(self.name, language)


class Joined(NamedTuple):
    """Several values, one after another."""

    parts: Sequence[Any]
    en: str = "; "
    zh: str = "；"

    def told(self, language: Language, words: Words) -> str:
        """Say them all."""
        between = self.zh if language == "zh" else self.en
        return between.join(_said(part, language, words) for part in self.parts)


class Message(NamedTuple):
    """A template in both languages.

    ``{name}`` stands for a value, ``{n:row|rows}`` for the word that goes with a number; ``{@as_of}`` for the parameter
    of that name, ``{@invalid='drop'}`` for it with a value, ``{@audit_orders()}`` for a public function, each in the
    words of the place that shows the message.
    """

    en: str
    zh: str

    def __call__(self, **values: object) -> Said:
        """Fill in the values."""
        return Said(self, values)


class Said(str):
    """A message with its values. As a string it is English, in the words of Python."""

    message: Message
    values: Mapping[str, object]

    __slots__ = ("message", "values")

    def __new__(cls, message: Message, values: Mapping[str, object]) -> Said:
        """Fill in the values."""
        said = super().__new__(cls, _filled(message.en, values, "en", _PYTHON))
        said.message, said.values = message, values
        return said

    def __reduce__(self) -> tuple[type[Said], tuple[Message, Mapping[str, object]]]:
        """Errors travel between processes."""
        return type(self), (self.message, self.values)

    def told(self, language: Language, words: Words) -> str:
        """Say it in a language and in the words of a place."""
        return _filled(self.message.zh if language == "zh" else self.message.en, self.values, language, words)


def _filled(template: str, values: Mapping[str, object], language: Language, words: Words) -> str:
    return _Filling(language, words).vformat(template, (), values)


def _said(value: Any, language: Language, words: Words) -> str:
    return value.told(language, words) if hasattr(value, "told") else _cut(str(value), _MOST_TEXT)


class _Filling(string.Formatter):
    """Puts values and words into the places of a template."""

    def __init__(self, language: Language, words: Words) -> None:
        self._language: Language = language
        self._words = words

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:  # noqa: ARG002
        """Find what stands for a place."""
        if not field_name.startswith(_SIGN):
            return kwargs[field_name], field_name
        name, equals, value = field_name.removeprefix(_SIGN).partition("=")
        if name.endswith("()"):
            return self._words.call(name.removesuffix("()"), self._language), field_name
        if equals:
            return self._words.setting(name, value, self._language), field_name
        return self._words.parameter(name, self._language), field_name

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """Show a value as Python writes it where ``!r`` asks for it."""
        return shown(value) if conversion == "r" else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        """Say a value."""
        if hasattr(value, "told"):
            return _said(value, self._language, self._words)
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        if isinstance(value, list):
            return _listed(value)
        return _cut(super().format_field(value, format_spec), _MOST_TEXT)
