"""Where several functions that rise are 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from crmkit._arrays import Floats

__all__ = ["rising_root"]

# Halving so often leaves nothing of an interval but rounding.
_HALVINGS: Final = 60


def rising_root(rising: Callable[[Floats], Floats], *, low: Floats, high: Floats) -> Floats:
    """Halve the intervals in which functions, one for each place, go from below 0 to above."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = rising(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2
