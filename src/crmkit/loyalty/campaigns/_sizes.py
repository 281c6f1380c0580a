"""Numbers too large to compute with, refused by name."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError

__all__ = ["check_size"]

_LARGEST: Final = 1e100
_TOO_LARGE: Final = Message(
    en="{where} has a value of size {largest:.3g}, too large to compute with. Correct it, or give the column in a "
    "larger unit, such as millions.",
    zh="{where}含有绝对值为 {largest:.3g} 的数值，过大而无法计算。请更正，或改用更大的单位，例如百万。",
)


def check_size(numbers: Floats, *, where: Column | Parameter, most: float = _LARGEST) -> None:
    """Raise where some numbers are larger than can be computed with: by default, than those whose cubes add up."""
    known = np.abs(numbers[~np.isnan(numbers)])
    if known.size and (largest := float(known.max())) > most:
        raise (SchemaError if isinstance(where, Column) else ValueError)(_TOO_LARGE(where=where, largest=largest))
