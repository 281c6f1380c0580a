"""Subpackages that load when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType

__all__ = ["lazily"]


def lazily(
    package: str, subpackages: Sequence[str], *, exported: Sequence[str]
) -> tuple[Callable[[str], ModuleType], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a package whose subpackages load when they are first used."""

    def load(name: str) -> ModuleType:
        if name in subpackages:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load, lambda: sorted([*exported, *subpackages])
