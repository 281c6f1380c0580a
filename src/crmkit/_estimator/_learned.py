"""Checks of the tables that estimators learn, when they are read back from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_string_dtype

from crmkit._estimator._json import JsonError

__all__ = ["Kind", "check_cuts", "check_table"]

Kind: TypeAlias = Literal["text", "int64", "Int64", "float64"]


def check_table(table: pd.DataFrame, kinds: Mapping[str, Kind]) -> None:
    """Raise unless a table has exactly these columns, in this order and of these kinds, and its rows are numbered."""
    found = {name: "text" if is_string_dtype(dtype) else str(dtype) for name, dtype in table.dtypes.items()}
    if list(found.items()) != list(kinds.items()) or not table.index.equals(pd.RangeIndex(len(table))):
        raise JsonError(f"a table of {list(kinds.items())} has {list(found.items())}")
    if any(table[name].isna().any() for name, kind in kinds.items() if kind == "text"):
        raise JsonError("a text is missing")


def check_cuts(cuts: pd.Series[float], *, given: Mapping[int, float]) -> None:
    """Raise unless cuts are finite, and those at the given positions are as given."""
    if not np.isfinite(cuts).all():
        raise JsonError("a cut is a finite number")
    if any(cuts.iloc[at] != float(cut) for at, cut in given.items()):
        raise JsonError("the cuts are not those of the options")
