"""Names and subpackages of a package that load when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

__all__ = ["lazily"]

_NONE: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


def lazily(
    package: str,
    subpackages: Sequence[str],
    *,
    exported: Sequence[str],
    homes: Mapping[str, Sequence[str]] = _NONE,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a package whose subpackages load when they are first used.

    ``homes`` names the subpackages whose names the package has itself, and these names.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name in home_of:
            return getattr(import_module(f"{package}.{home_of[name]}"), name)
        if name in subpackages or name in homes:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return load, lambda: sorted([*exported, *subpackages])
