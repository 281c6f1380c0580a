"""What a table is: its columns, what they hold, and which call makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmkit._messages import Message

__all__ = ["NUMBERS", "Field", "Kind", "Rule", "Schema"]

Kind: TypeAlias = Literal["id", "day", "time", "money", "count", "share", "number", "flag", "label"]
"""What a column holds.

``id`` whole numbers or text; ``day`` naive midnights; ``time`` naive local times; ``money`` amounts in one currency;
``count`` numbers of 0 or more; ``share`` numbers from 0 to 1; ``flag`` true or false, or 1 and 0; ``label`` anything
that rows can be grouped by.
"""

NUMBERS: Final = ("money", "count", "share", "number")
"""The kinds that are read as floats; ``flag`` is too."""


@dataclass(frozen=True)
class Field:
    """A column of a table.

    Attributes
    ----------
    name, kind, meaning : str
        Its name, what it holds, and what that is in a few words.
    missing : str
        When a value may be missing; empty where none may.
    low, high : float, optional
        The range of its values, both ends included.
    whole : bool
        Whether its numbers are whole.
    optional : bool
        Whether a table may do without it.
    """

    name: str
    kind: Kind
    meaning: str
    missing: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    optional: bool = False

    @property
    def lowest(self) -> float | None:
        """The least value, if there is one."""
        return 0 if self.low is None and self.kind in ("count", "share") else self.low

    @property
    def highest(self) -> float | None:
        """The largest value, if there is one."""
        return 1 if self.high is None and self.kind == "share" else self.high


class Rule(NamedTuple):
    """What must hold between columns: which rows break it, and how that is said.

    ``broken`` takes the columns by name, as arrays or as expressions. ``says`` names each of ``columns`` in braces.
    """

    columns: tuple[str, ...]
    broken: Callable[[Mapping[str, Any]], Any]
    says: Message


@dataclass(frozen=True)
class Schema:
    """A table: what it is called, what a row is, the public call that makes it, its columns, the rules between them."""

    name: str
    row: str
    made_by: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that every such table has."""
        return tuple(field.name for field in self.fields if not field.optional)

    def __getitem__(self, name: str) -> Field:
        """Find a column by its name."""
        return {field.name: field for field in self.fields}[name]

    def __contains__(self, name: object) -> bool:
        """Whether the table has such a column of its own."""
        return any(field.name == name for field in self.fields)
