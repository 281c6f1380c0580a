"""Options that name criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from crmkit._messages import Message, Parameter

__all__ = ["check_among", "check_criteria", "names_in"]

_NOT_NAMES: Final = Message(
    en="{name} must be a list of names of columns, got {got!r}.", zh="{name} 须为列名的列表，得到 {got!r}。"
)
_NONE: Final = Message(
    en="{name} must name at least one column, each once, got {got}.",
    zh="{name} 须至少有一列，且不得重复，得到 {got}。",
)
_NOT_AMONG: Final = Message(
    en="{name} must be among {of}, got {got}; they are {names}.",
    zh="{name} 须为 {of} 之一，得到 {got}；可用的有 {names}。",
)


def names_in(given: Any, *, name: str) -> list[str]:
    """Read a list of names of columns, or raise."""
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(each, str) for each in given):
        raise TypeError(_NOT_NAMES(name=Parameter(name), got=given))
    return list(given)


def check_criteria(given: Any, *, name: str) -> list[str]:
    """Read a list of at least one name, each once, or raise."""
    names = names_in(given, name=name)
    if not names or len(set(names)) < len(names):
        raise ValueError(_NONE(name=Parameter(name), got=names))
    return names


def check_among(given: Sequence[str], names: Sequence[str], *, name: str, of: str) -> None:
    """Raise unless all names given are among those of another parameter, ``of``."""
    if wrong := [each for each in given if each not in names]:
        raise ValueError(_NOT_AMONG(name=Parameter(name), of=Parameter(of), got=wrong, names=list(names)))
