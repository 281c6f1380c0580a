"""Ratios of numbers or columns, not a number where the base is empty."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some

__all__ = ["Numbers", "as_floats", "check_alike", "check_counts", "check_part_of", "ratio"]

_NUMBER_KINDS = ("integer", "floating", "mixed-integer-float", "decimal", "empty", "integer-na")

Numbers: TypeAlias = "float | npt.NDArray[Any] | pd.Series[Any]"


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """Divide; ``nan`` where the denominator is 0. Floats give a float, a Series a Series, else an array."""
    top, bottom = as_floats(numerator, name="numerator"), as_floats(denominator, name="denominator")
    empty = bottom == 0
    quotient = np.where(empty, np.nan, top / np.where(empty, 1.0, bottom))
    series = [given for given in (numerator, denominator) if isinstance(given, pd.Series)]
    if series:
        return pd.Series(quotient, index=series[0].index)
    return float(quotient) if quotient.ndim == 0 else quotient


def as_floats(values: Numbers, *, name: str) -> npt.NDArray[np.float64]:
    """Read a number or a column of numbers as floats, missing ones as ``nan``; refuse everything else."""
    column = values if isinstance(values, pd.Series) else np.asarray(values)
    kind = pd.api.types.infer_dtype(np.atleast_1d(column), skipna=True)
    if kind not in _NUMBER_KINDS or values is None:
        raise TypeError(f"`{name}` must be a number or a column of numbers, got {values!r}.")
    if isinstance(column, pd.Series):
        floats = column.to_numpy(dtype="float64", na_value=np.nan)
    else:
        floats = column.astype("float64")
    if np.isinf(floats).any():
        raise ValueError(f"`{name}` must be finite, got infinity.")
    return floats


def check_counts(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing numbers of one length, none below zero, Series of one index."""
    for name, values in numbers.items():
        floats = np.atleast_1d(as_floats(values, name=name))
        if (floats < 0).any():
            raise ValueError(f"`{name}` must not be below 0, got {some(floats[floats < 0].tolist())}.")
    check_alike(**numbers)


def check_alike(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing numbers and can be computed with row by row."""
    floats = {name: as_floats(values, name=name) for name, values in numbers.items()}
    names = " and ".join(f"`{name}`" for name in numbers)
    series = [values for values in numbers.values() if isinstance(values, pd.Series)]
    if any(not each.index.equals(series[0].index) for each in series):
        raise ValueError(f"{names} must have one index. Align them first, for example with .align().")
    lengths = sorted({len(values) for values in floats.values() if values.ndim > 0})
    if len(lengths) > 1:
        raise ValueError(f"{names} must have one length, got {lengths}.")


def check_part_of(part: Numbers, whole: Numbers, *, names: tuple[str, str]) -> None:
    """Raise unless both are counts and the part nowhere exceeds the whole."""
    check_counts(**{names[0]: part, names[1]: whole})
    parts, wholes = np.broadcast_arrays(as_floats(part, name=names[0]), as_floats(whole, name=names[1]))
    beyond = np.atleast_1d(parts > wholes)
    if beyond.any():
        raise ValueError(
            f"`{names[0]}` must not exceed `{names[1]}`, got {some(np.atleast_1d(parts)[beyond].tolist())} of "
            f"{some(np.atleast_1d(wholes)[beyond].tolist())}."
        )
