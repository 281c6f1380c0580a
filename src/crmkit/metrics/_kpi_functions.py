"""The public functions that compute KPIs, in all of crmkit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Final

from crmkit._kpi import GROUPS, Kpi, kpis_of

__all__ = ["kpis_by_function"]

_WINGS: Final = ("crmkit.metrics", "crmkit.segment", "crmkit.value", "crmkit.loyalty")


@cache
def kpis_by_function() -> tuple[tuple[Callable[..., Any], Kpi], ...]:
    """Return the KPIs of all public functions with their function, by group; the modules are looked through once."""
    groups = list(GROUPS)
    return tuple(sorted(_found(), key=lambda found: groups.index(found[1].group)))


def _found() -> Iterator[tuple[Callable[..., Any], Kpi]]:
    """Each KPI once, at the function that its record names."""
    for wing in _WINGS:
        for module in _public_modules(import_module(wing)):
            for name in module.__all__:
                function = getattr(module, name)
                for record in kpis_of(function):
                    if record.function.rpartition(".")[0] == module.__name__:
                        yield function, record


def _public_modules(package: ModuleType) -> Iterator[ModuleType]:
    """A package and its public subpackages."""
    yield package
    for found in iter_modules(package.__path__, prefix=f"{package.__name__}."):
        if found.ispkg and not found.name.rpartition(".")[2].startswith("_"):
            yield from _public_modules(import_module(found.name))
