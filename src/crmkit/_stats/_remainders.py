"""A whole divided into whole units by largest remainders."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["REMAINDER_DIGITS", "largest_remainders"]

REMAINDER_DIGITS: Final = 6
"""Remainders that agree in so many digits are equal: what they differ by beyond is rounding."""


def largest_remainders(exact: Floats, total: int) -> npt.NDArray[np.int64]:
    """Round parts that add up to ``total`` to whole units that do; among equal remainders the first is rounded up."""
    whole = np.floor(exact)
    remainders = np.round(exact - whole, REMAINDER_DIGITS)
    n = whole.astype(np.int64)
    if n.size:
        # Parts that add up to the total but for rounding may leave more units than there are parts, or lack one.
        each, more = divmod(total - int(n.sum()), n.size)
        n += each
        n[np.argsort(-remainders, kind="stable")[:more]] += 1
    return n
