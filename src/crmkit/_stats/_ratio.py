"""Ratios of numbers or columns, not a number where the base is empty."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some

__all__ = ["Numbers", "check_alike", "check_counts", "check_part_of", "ratio"]

Numbers: TypeAlias = "float | npt.NDArray[Any] | pd.Series[Any]"


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """Divide; ``nan`` where the denominator is 0. Floats give a float, a Series a Series, else an array."""
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    empty = bottom == 0
    quotient = np.where(empty, np.nan, top / np.where(empty, 1.0, bottom))
    series = [given for given in (numerator, denominator) if isinstance(given, pd.Series)]
    if series:
        return pd.Series(quotient, index=series[0].index)
    return float(quotient) if quotient.ndim == 0 else quotient


def check_counts(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing numbers of one length, none below zero, Series of one index."""
    for name, values in numbers.items():
        _check_finite(values, name=name)
        array = np.asarray(values, dtype=float)
        if (array < 0).any():
            raise ValueError(
                f"`{name}` must not be below 0, got {some(np.atleast_1d(array)[np.atleast_1d(array < 0)])}."
            )
    check_alike(**numbers)


def check_alike(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing and can be computed with row by row."""
    for name, values in numbers.items():
        _check_finite(values, name=name)
    names = " and ".join(f"`{name}`" for name in numbers)
    series = [values for values in numbers.values() if isinstance(values, pd.Series)]
    if any(not each.index.equals(series[0].index) for each in series):
        raise ValueError(f"{names} must have one index. Align them first, for example with .align().")
    lengths = sorted({len(np.asarray(values)) for values in numbers.values() if np.ndim(values) > 0})
    if len(lengths) > 1:
        raise ValueError(f"{names} must have one length, got {lengths}.")


def check_part_of(part: Numbers, whole: Numbers, *, names: tuple[str, str]) -> None:
    """Raise unless both are counts and the part nowhere exceeds the whole."""
    check_counts(**{names[0]: part, names[1]: whole})
    parts, wholes = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    beyond = np.atleast_1d(parts > wholes)
    if beyond.any():
        raise ValueError(
            f"`{names[0]}` must not exceed `{names[1]}`, got {some(np.atleast_1d(parts)[beyond].tolist())} of "
            f"{some(np.atleast_1d(wholes)[beyond].tolist())}."
        )


def _check_finite(values: Numbers, *, name: str) -> None:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`{name}` must be a number or a column of numbers, got {values!r}.") from error
    if np.isinf(array).any():
        raise ValueError(f"`{name}` must be finite, got infinity.")
