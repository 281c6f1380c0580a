"""Sorting and runs of equal values, the base of every grouping that is done in NumPy."""

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames._kinds import pandas_series

__all__ = ["positions_of", "sort_by_day", "sort_order", "sorted_codes", "starts_of_runs"]

_BITS = 63
# Numbers are looked up in a table of all from the lowest to the highest where it is no longer than this for each row.
_SPAN_PER_ROW = 4


def sorted_codes(ids: nw.Series[Any]) -> npt.NDArray[np.int64]:
    """Number ids from 0 in their order; numbers that come sorted are not looked up, those that lie close not hashed."""
    if ids.dtype.is_integer():
        values = ids.to_numpy()
        if bool(np.all(values[1:] >= values[:-1])):
            # Cut to the length, for without ids there is no first one either.
            return np.cumsum(np.append(False, values[1:] != values[:-1])[: len(values)])
        low, high = int(values.min()), int(values.max())
        if high - low < _SPAN_PER_ROW * len(values) and high < 1 << _BITS:
            offsets = values.astype(np.int64) - low
            is_there = np.zeros(high - low + 1, dtype=bool)
            is_there[offsets] = True
            return (np.cumsum(is_there) - 1)[offsets]
    codes, _ = pd.factorize(pandas_series(ids), sort=True)
    return codes


def sort_order(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | slice:
    """Positions that sort non-negative keys, ties in the order given; a slice of all where they are sorted.

    Key and position are packed into one integer where they fit: NumPy sorts integers several times faster
    than it sorts positions.
    """
    if bool(np.all(keys[1:] >= keys[:-1])):
        return slice(None)
    position_bits = max(len(keys) - 1, 1).bit_length()
    if int(keys.max()).bit_length() + position_bits > _BITS:
        return np.argsort(keys, kind="stable")
    packed = (keys << position_bits) | np.arange(len(keys))
    packed.sort()
    return packed & ((1 << position_bits) - 1)


def sort_by_day(codes: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | slice:
    """Positions that sort rows by the number of the customer, then by day, ties in the order given."""
    if not len(days):
        return slice(None)
    first = int(days.min())
    return sort_order(codes * (int(days.max()) - first + 1) + (days - first))


def positions_of(order: npt.NDArray[np.int64] | slice, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where rows stood before they were sorted."""
    return starts if isinstance(order, slice) else order[starts]


def starts_of_runs(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where runs of equal neighbours start; the first position included."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1]))
