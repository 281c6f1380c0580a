"""Columns of yes and no, with numbers beside them: read, none missing."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._messages import Message, Parameter
from crmkit._stats._columns import Numbers, as_floats, check_alike

__all__ = ["as_numbers", "read_complete", "read_outcomes"]

_NO_COLUMN: Final = Message(
    en="{name} must be a column of numbers, one per customer, got {n} dimensions.",
    zh="{name} 须为一列数字，每位客户一个，得到 {n} 维。",
)
_MISSING: Final = Message(
    en="{name} has {n:,} missing {n:value|values}, first at positions {first}. Leave these customers out of all "
    "columns.",
    zh="{name} 有 {n:,} 个缺失值，最先见于位置 {first}。请从各列中去掉这些客户。",
)
_NOT_BINARY: Final = Message(
    en="{name} must hold 1 where it happened and 0 where it did not, got {values}.",
    zh="{name} 须为 1（发生）或 0（未发生），得到 {values}。",
)


def read_outcomes(outcomes: Numbers, *, name: str, **beside: Numbers) -> tuple[Floats, ...]:
    """Read whether something happened, as 1 and 0, and columns of numbers as long beside it; refuse missing values."""
    numbers = as_numbers(outcomes)
    check_alike(**{name: numbers}, **beside)
    happened, *others = (read_complete(values, name=each) for each, values in ((name, numbers), *beside.items()))
    other = (happened != 0) & (happened != 1)
    if other.any():
        raise ValueError(_NOT_BINARY(name=Parameter(name), values=some(happened[other].tolist())))
    return happened, *others


def read_complete(values: Numbers, *, name: str) -> Floats:
    """Read a column of numbers of which none is missing."""
    array = as_floats(values, name=name)
    if array.ndim != 1:
        raise ValueError(_NO_COLUMN(name=Parameter(name), n=array.ndim))
    missing = np.flatnonzero(np.isnan(array))
    if missing.size:
        raise ValueError(_MISSING(name=Parameter(name), n=missing.size, first=some(missing.tolist())))
    return array


def as_numbers(outcomes: Numbers) -> Numbers:
    """1 for yes and 0 for no; what is not yes or no as it is."""
    column = np.atleast_1d(np.asarray(outcomes))
    if pd.api.types.infer_dtype(column, skipna=True) != "boolean":
        return outcomes
    numbers = pd.array(column, dtype="boolean").to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(numbers, index=outcomes.index) if isinstance(outcomes, pd.Series) else numbers
