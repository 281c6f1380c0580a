"""Results in the form of what was given: a number for numbers, a column for columns."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import pandas as pd

from crmkit._stats._ratio import Numbers

__all__ = ["as_given"]


def as_given(values: npt.NDArray[Any], *given: Numbers) -> Numbers:
    """Return floats for floats, a Series if any was given, else an array."""
    for each in given:
        if isinstance(each, pd.Series):
            return pd.Series(values, index=each.index)
    return float(values) if values.ndim == 0 else values
