"""Numbers and columns of numbers of any kind: read as floats, checked, returned in the kind given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, with_plain_types
from crmkit._messages import Joined, Message, Parameter

__all__ = ["Numbers", "as_floats", "as_given", "check_alike", "check_counts", "check_part_of", "check_range", "some_of"]

_VALUES = "values"
_NUMBER_KINDS = ("integer", "floating", "mixed-integer-float", "decimal", "empty", "integer-na")

_NOT_NUMBERS: Final = Message(
    en="{name} must be a number or a column of numbers, got {values}.",
    zh="{name} 须为数字或数字列，得到 {values}。",
)
_INFINITE: Final = Message(en="{name} must be finite, got infinity.", zh="{name} 须为有限值，得到无穷大。")
_BELOW: Final = Message(
    en="{name} must not be below {low:g}, got {values}.", zh="{name} 不得小于 {low:g}，得到 {values}。"
)
_ABOVE: Final = Message(
    en="{name} must not exceed {high:g}, got {values}.{hint}", zh="{name} 不得大于 {high:g}，得到 {values}。{hint}"
)
_FRACTION: Final = Message(en=" A share is written as a fraction: 0.3 for 30%.", zh="比例请写成小数：30% 写作 0.3。")
_INDEXES: Final = Message(
    en="{names} must have the same index. Align them first, for example with .align().",
    zh="{names} 的索引须一致。请先对齐，如使用 .align()。",
)
_LENGTHS: Final = Message(
    en="{names} must have the same length, got {lengths}.", zh="{names} 的长度须一致，得到 {lengths}。"
)
_BEYOND: Final = Message(
    en="{name} must not exceed {whole}, got {parts} of {wholes}.",
    zh="{name} 不得超过 {whole}，得到 {parts}，而后者为 {wholes}。",
)

Numbers: TypeAlias = Any
"""A number, or a column: a NumPy array, a list, a pandas or Polars Series, or a PyArrow chunked array."""


def as_floats(values: Numbers, *, name: str) -> Floats:
    """Read a number or a column of numbers as floats, with ``nan`` for missing ones; refuse everything else."""
    floats = _read(values)
    if floats is None:
        raise TypeError(_NOT_NUMBERS(name=Parameter(name), values=some_of(values)))
    if np.isinf(floats).any():
        raise ValueError(_INFINITE(name=Parameter(name)))
    return floats


def some_of(values: object) -> str:
    """Show at most five values of a column, or the whole of what is none, for an error message."""
    if (series := _foreign(values)) is not None:
        return some(series.head(6).to_list())
    if isinstance(values, pd.Series) or (isinstance(values, np.ndarray) and values.ndim == 1):
        return some(values[:6].tolist())
    return some(values) if isinstance(values, (list, tuple)) else repr(values)


def as_given(values: npt.NDArray[Any], *given: Numbers) -> Numbers:
    """Return a number for numbers, otherwise a column of the kind given; a Series takes precedence over an array."""
    for each in given:
        if isinstance(each, pd.Series):
            return pd.Series(values, index=each.index)
        if (series := _foreign(each)) is not None:
            return nw.new_series("", values, backend=series.implementation).to_native()
    return float(values) if values.ndim == 0 else values


def check_counts(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing numbers of the same length and index, none below zero."""
    for name, values in numbers.items():
        check_range(as_floats(values, name=name), name=name, low=0.0, high=None)
    check_alike(**numbers)


def check_range(floats: Floats, *, name: str, low: float | None, high: float | None) -> None:
    """Raise if a number lies beyond a limit; the upper limit is that of shares."""
    column = np.atleast_1d(floats)
    if low is not None and (column < low).any():
        raise ValueError(_BELOW(name=Parameter(name), low=low, values=some(column[column < low].tolist())))
    if high is not None and (column > high).any():
        hint = _FRACTION() if high == 1 else ""
        raise ValueError(
            _ABOVE(name=Parameter(name), high=high, values=some(column[column > high].tolist()), hint=hint)
        )


def check_alike(**numbers: Numbers) -> None:
    """Raise unless all are finite or missing numbers and can be computed with row by row."""
    floats = {name: as_floats(values, name=name) for name, values in numbers.items()}
    names = Joined([Parameter(name) for name in numbers], en=" and ", zh="、")
    series = [values for values in numbers.values() if isinstance(values, pd.Series)]
    if any(not each.index.equals(series[0].index) for each in series):
        raise ValueError(_INDEXES(names=names))
    lengths = sorted({len(values) for values in floats.values() if values.ndim > 0})
    if len(lengths) > 1:
        raise ValueError(_LENGTHS(names=names, lengths=lengths))


def check_part_of(part: Floats, wholes: Sequence[Floats], *, name: str, of: Sequence[str]) -> None:
    """Raise if a count exceeds the sum of others anywhere."""
    # A sum that no number holds is not exceeded.
    with np.errstate(over="ignore"):
        whole_sum = sum(wholes, start=np.float64(0))
    parts, sums = (np.atleast_1d(each) for each in np.broadcast_arrays(part, whole_sum))
    beyond = parts > sums
    if beyond.any():
        whole = Joined([Parameter(each) for each in of], en=" + ", zh=" + ")
        shown = {"parts": some(parts[beyond].tolist()), "wholes": some(sums[beyond].tolist())}
        raise ValueError(_BEYOND(name=Parameter(name), whole=whole, **shown))


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
        # A whole number larger than any float.
        return np.full(column.shape, np.inf)


def _foreign(values: Numbers) -> nw.Series[Any] | None:
    """The Series of a library other than pandas; None for everything else."""
    if isinstance(values, pd.Series):
        return None
    series = nw.from_native(values, series_only=True, pass_through=True)
    if not isinstance(series, nw.Series):
        return None
    return collected(with_plain_types(series.alias(_VALUES).to_frame()))[_VALUES]
