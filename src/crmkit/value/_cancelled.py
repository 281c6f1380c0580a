"""What is left of money that cancels is rounding: 0.1 + 0.2 - 0.3 is not 0 in floats."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._arrays import Floats

__all__ = ["CANCELLED", "cancelled", "without_rounding"]

CANCELLED: Final = 1e-13
"""Sums and differences of money leave no more than this share of what went into them."""


def cancelled(value: Floats | float, *went_in: Floats | float) -> Floats:
    """Give a sum, or 0 where it is the rounding of what went into it."""
    limit = sum(CANCELLED * np.abs(each) for each in went_in)
    return np.where(np.abs(value) <= limit, 0.0, value)


def without_rounding(value: nw.Expr, limit: nw.Expr) -> nw.Expr:
    """Give a column of sums, or 0 where it does not exceed the limit."""
    return nw.when(value.abs() <= limit).then(nw.lit(0.0)).otherwise(value)
