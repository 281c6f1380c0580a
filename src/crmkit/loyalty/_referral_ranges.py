"""Numbers that are not known exactly: a low, an expected and a high value, carried through a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._messages import Message, Parameter

__all__ = ["Range", "Ranged", "carried", "ranges_of"]

Ranged: TypeAlias = "float | Sequence[float]"
"""A number, or its low, expected and high value."""

_NOT_RANGED: Final = Message(
    en="{name} must be a number, or its low, expected and high value, got {value!r}.",
    zh="{name} 须为一个数，或依次给出其低值、预期值、高值，得到 {value!r}。",
)
_TURNED: Final = Message(
    en="{name} must not fall from its low over its expected to its high value, got {value!r}.",
    zh="{name} 的低值、预期值、高值不得递减，得到 {value!r}。",
)
_OUTSIDE: Final = Message(
    en="{name} must lie between {low:g} and {high:g}, got {value!r}.",
    zh="{name} 须介于 {low:g} 与 {high:g} 之间，得到 {value!r}。",
)


class Range(NamedTuple):
    """A low, an expected and a high value."""

    low: float
    expected: float
    high: float


def ranges_of(given: Mapping[str, Any], *, limits: Mapping[str, tuple[float, float]]) -> dict[str, Range]:
    """Read numbers and ranges by name, or raise; each has limits."""
    return {name: _range(value, name=name, limits=limits[name]) for name, value in given.items()}


def carried(formula: Callable[..., Any], ranges: Mapping[str, Range]) -> tuple[Floats, Floats, Floats]:
    """Work out a formula at the expected values, and its least and greatest value over all combinations of the ends.

    Where the formula rises or falls in each number alone, no other combination gives less or more.
    """
    expected = np.asarray(formula(**{name: each.expected for name, each in ranges.items()}), dtype=np.float64)
    ends = [dict.fromkeys((each.low, each.high)) for each in ranges.values()]
    low = high = expected
    for chosen in product(*ends):
        found = np.asarray(formula(**dict(zip(ranges, chosen, strict=True))), dtype=np.float64)
        low, high = np.minimum(low, found), np.maximum(high, found)
    return low, expected, high


def _range(value: Any, *, name: str, limits: tuple[float, float]) -> Range:
    parts = list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value, value, value]
    if len(parts) != 3:
        raise ValueError(_NOT_RANGED(name=Parameter(name), value=value))
    for part in parts:
        check_number(part, name=name)
    found = Range(*(float(part) for part in parts))
    if not found.low <= found.expected <= found.high:
        raise ValueError(_TURNED(name=Parameter(name), value=value))
    if found.low < limits[0] or found.high > limits[1]:
        raise ValueError(_OUTSIDE(name=Parameter(name), low=limits[0], high=limits[1], value=value))
    return found
