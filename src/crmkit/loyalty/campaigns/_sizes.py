"""Numbers too large or too small to compute with, refused by name."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError

__all__ = ["SMALLEST", "check_size"]

SMALLEST: Final = 1e-100
"""Numbers of which the largest is smaller have no variance."""

_LARGEST: Final = 1e100
_TOO_LARGE: Final = Message(
    en="{where} has a value of size {largest:.3g}, too large to compute with. Correct it, or give the column in a "
    "larger unit, such as millions.",
    zh="{where}含有绝对值为 {largest:.3g} 的数值，过大而无法计算。请更正，或改用更大的单位，例如百万。",
)
_TOO_SMALL: Final = Message(
    en="{where} has no value larger than {largest:.3g}, too small to compute with. Correct it, or give the column in a "
    "smaller unit.",
    zh="{where}的绝对值最大只有 {largest:.3g}，过小而无法计算。请更正，或改用更小的单位。",
)


def check_size(numbers: Floats, *, where: Column | Parameter, most: float = _LARGEST, least: float = 0.0) -> None:
    """Raise where some numbers are larger than ``most``, by default than those whose cubes add up.

    And where the largest is smaller than ``least``, unless it is 0.
    """
    known = np.abs(numbers[~np.isnan(numbers)])
    largest = float(known.max()) if known.size else 0.0
    if largest > most or 0 < largest < least:
        says = _TOO_LARGE if largest > most else _TOO_SMALL
        raise (SchemaError if isinstance(where, Column) else ValueError)(says(where=where, largest=largest))
