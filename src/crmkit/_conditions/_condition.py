"""Conditions on a column, and the values of a column that meet several of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

__all__ = ["OPERATORS", "Condition", "Operator", "Region", "region_of"]

Operator: TypeAlias = Literal["<", "<=", ">", ">=", "=", "!=", "in", "not in", "between", "missing", "known"]
Value: TypeAlias = "float | str"

OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)


class Condition(NamedTuple):
    """A column, an operator and the values it compares with: one, two for "between", any number for a list, or none."""

    column: str
    operator: Operator
    compared: tuple[Value, ...]

    @property
    def is_text(self) -> bool:
        """Whether it compares texts."""
        return any(isinstance(value, str) for value in self.compared)

    def holds(self, column: npt.NDArray[Any], missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """The rows that meet it; what is missing meets nothing but "missing"."""
        if self.operator == "missing":
            return missing
        if self.operator == "known":
            return ~missing
        if self.operator in ("in", "=", "not in", "!="):
            found = np.isin(column, np.array(self.compared, dtype=column.dtype))
            return (found if self.operator in ("in", "=") else ~found) & ~missing
        low, high, low_in, high_in = _ends(self)
        above = column >= low if low_in else column > low
        below = column <= high if high_in else column < high
        return np.asarray(above & below & ~missing)

    def words(self) -> str:
        """The condition as it is read."""
        shown = [value if isinstance(value, str) else f"{value:g}" for value in self.compared]
        if self.operator in ("in", "not in"):
            return f"{self.column} {self.operator} ({', '.join(shown)})"
        if self.operator == "between":
            return f"{self.column} between {shown[0]} and {shown[1]}"
        if self.operator in ("missing", "known"):
            return f"{self.column} {self.operator}"
        return f"{self.column} {self.operator} {shown[0]}"


class Region(NamedTuple):
    """The values of a column that meet conditions: missing ones alone, or known ones.

    Of the known ones those between two ends, of which each may belong to them or not, without some; or a few named ones
    alone.
    """

    is_missing: bool
    low: float = -math.inf
    high: float = math.inf
    low_in: bool = True
    high_in: bool = True
    without: frozenset[Value] = frozenset()
    only: frozenset[Value] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no value meets it."""
        if self.is_missing:
            return False
        if self.only is not None:
            return not self.only
        point = self.low == self.high and self.low_in and self.high_in and self.low not in self.without
        return not (self.low < self.high or point)

    def lies_in(self, other: Region) -> bool:
        """Whether all its values are among those of another."""
        if self.is_missing or other.is_missing:
            return self.is_missing and other.is_missing
        if self.only is not None:
            return all(other.has(value) for value in self.only)
        if other.only is not None:
            return self.low == self.high and other.has(self.low)
        starts = self.low > other.low or (self.low == other.low and (other.low_in or not self.low_in))
        ends = self.high < other.high or (self.high == other.high and (other.high_in or not self.high_in))
        return starts and ends and all(not self.has(value) for value in other.without)

    def has(self, value: Value) -> bool:
        """Whether a known value is among its values."""
        if self.is_missing or value in self.without:
            return False
        if self.only is not None:
            return value in self.only
        if isinstance(value, str):
            # No end of an interval is a text.
            return (self.low, self.high) == (-math.inf, math.inf)
        above = value >= self.low if self.low_in else value > self.low
        return above and (value <= self.high if self.high_in else value < self.high)

    def meets(self, other: Region) -> bool:
        """Whether they have values in common."""
        return not self.both(other).is_empty

    def both(self, other: Region) -> Region:
        """The values that are among those of both."""
        if self.is_missing or other.is_missing:
            return self if self.is_missing and other.is_missing else Region(False, only=frozenset())
        if self.only is not None or other.only is not None:
            few, rest = (self, other) if self.only is not None else (other, self)
            return Region(False, only=frozenset(value for value in few.only or () if rest.has(value)))
        low, is_open = max((self.low, not self.low_in), (other.low, not other.low_in))
        high, high_in = min((self.high, self.high_in), (other.high, other.high_in))
        return Region(False, low, high, not is_open, high_in, self.without | other.without)


def region_of(conditions: Iterable[Condition]) -> Region:
    """The values that meet all conditions on one column."""
    region = Region(False)
    alone = [_region(condition) for condition in conditions]
    if all(each.is_missing for each in alone):
        return Region(True)
    for each in alone:
        region = region.both(each)
    return region


def _region(condition: Condition) -> Region:
    if condition.operator == "missing":
        return Region(True)
    if condition.operator in ("=", "in"):
        return Region(False, only=frozenset(condition.compared))
    if condition.operator in ("!=", "not in"):
        return Region(False, without=frozenset(condition.compared))
    if condition.operator == "known":
        return Region(False)
    low, high, low_in, high_in = _ends(condition)
    return Region(False, low, high, low_in, high_in)


def _ends(condition: Condition) -> tuple[float, float, bool, bool]:
    numbers = [float(value) for value in condition.compared]
    if condition.operator == "between":
        return numbers[0], numbers[1], True, True
    if condition.operator in (">", ">="):
        return numbers[0], math.inf, condition.operator == ">=", True
    return -math.inf, numbers[0], True, condition.operator == "<="
