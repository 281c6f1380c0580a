"""Numbers and columns of numbers of any kind: read as floats, checked, given back in the kind they came in."""

from __future__ import annotations

from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, with_plain_types

__all__ = ["Numbers", "as_floats", "as_given", "check_alike", "check_counts", "check_part_of"]

_VALUES = "values"
_NUMBER_KINDS = ("integer", "floating", "mixed-integer-float", "decimal", "empty", "integer-na")

Numbers: TypeAlias = Any
"""A number, or a column: a NumPy array, a list, a pandas or Polars Series, or a PyArrow chunked array."""


def as_floats(values: Numbers, *, name: str) -> Floats:
    """Read a number or a column of numbers as floats, missing ones as ``nan``; refuse everything else."""
    floats = _read(values)
    if floats is None:
        raise TypeError(f"`{name}` must be a number or a column of numbers, got {values!r}.")
    if np.isinf(floats).any():
        raise ValueError(f"`{name}` must be finite, got infinity.")
    return floats


def as_given(values: npt.NDArray[Any], *given: Numbers) -> Numbers:
    """Return a number for numbers; else a column of the kind given, a Series before an array."""
    for each in given:
        if isinstance(each, pd.Series):
            return pd.Series(values, index=each.index)
        if (series := _foreign(each)) is not None:
            return nw.new_series("", values, backend=series.implementation).to_native()
    return float(values) if values.ndim == 0 else values


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


def _read(values: Numbers) -> Floats | None:
    """Floats of a number or a column; None for everything else."""
    if (series := _foreign(values)) is not None:
        return series.cast(nw.Float64).to_numpy() if series.dtype.is_numeric() else None
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype("float64"), np.nan)
    column = values if isinstance(values, pd.Series) else np.asarray(values)
    if values is None or pd.api.types.infer_dtype(np.atleast_1d(column), skipna=True) not in _NUMBER_KINDS:
        return None
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    try:
        return np.asarray(column.astype("float64"))
    except OverflowError:
        # A whole number beyond all floats.
        return np.full(column.shape, np.inf)


def _foreign(values: Numbers) -> nw.Series[Any] | None:
    """The Series of a library other than pandas; None for everything else."""
    if isinstance(values, pd.Series):
        return None
    series = nw.from_native(values, series_only=True, pass_through=True)
    if not isinstance(series, nw.Series):
        return None
    return collected(with_plain_types(series.alias(_VALUES).to_frame()))[_VALUES]
