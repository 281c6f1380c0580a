"""A scheme: its levels in order, by code and with their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._estimator import JsonError
from crmkit._names import Label

__all__ = ["POTENTIAL", "Level", "Scheme", "check_label_table"]

_CODES = ["segment", "segment_order"]
_NAMES = ["name_en", "name_zh"]


class Level(NamedTuple):
    """A level of a scheme: its code and its names."""

    code: str
    name: Label


POTENTIAL: Final = Level("potential", Label("Potential customers", "潜在客户"))
"""The level of customers who have not ordered."""


class Scheme(NamedTuple):
    """The levels of a scheme, the best first, and the level of those without an order, if it has one."""

    levels: tuple[Level, ...]
    without_order: Level | None = None

    @property
    def all_levels(self) -> tuple[Level, ...]:
        """All levels, that of those without an order last."""
        return self.levels if self.without_order is None else (*self.levels, self.without_order)

    @property
    def names(self) -> dict[str, Label]:
        """The names of all levels, by code."""
        return dict(self.all_levels)

    def table(self) -> pd.DataFrame:
        """Make the table that a fitted labeller shows as ``segments_``."""
        return label_table([level.code for level in self.all_levels], [level.name for level in self.all_levels])


def label_table(codes: Sequence[Any], names: Sequence[Label]) -> pd.DataFrame:
    """Make a table of labels: code, order from 1, and names in both languages."""
    columns: dict[str, list[Any]] = {
        "segment": list(codes),
        "segment_order": list(range(1, len(codes) + 1)),
        "name_en": [name.en for name in names],
        "name_zh": [name.zh for name in names],
    }
    return pd.DataFrame(columns)


def check_label_table(table: pd.DataFrame, scheme: Scheme) -> None:
    """Raise unless a table is that of a scheme; an earlier version may have worded its names otherwise."""
    expected = scheme.table()
    if list(table) != list(expected) or not table[_CODES].equals(expected[_CODES]):
        raise JsonError("the segments are not those of the options")
    if not all(isinstance(name, str) and name.strip() for name in table[_NAMES].to_numpy().ravel()):
        raise JsonError("a segment has no name")
