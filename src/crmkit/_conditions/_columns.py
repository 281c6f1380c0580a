"""The columns that conditions compare."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._frames import AnyFrame, collected, pandas_series

__all__ = ["Compared", "compared_columns"]

_TEXTS: Final = (nw.String, nw.Categorical, nw.Enum, nw.Object)


class Compared(NamedTuple):
    """A column, texts as objects and others as floats; where it is missing; what it can be compared with; its type."""

    compared: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_]
    is_number: bool
    is_text: bool
    kind: Any


def compared_columns(rows: AnyFrame, names: Sequence[str]) -> dict[str, Compared]:
    """Read columns that are there; one that is missing throughout may be without a type, and is then either."""
    table = collected(rows.select(*names))
    columns = {}
    for name in names:
        series = pandas_series(table[name])
        missing = series.isna().to_numpy(dtype=bool)
        kind = table.collect_schema()[name]
        # pandas holds true and false among which some are missing as objects.
        is_object = kind == nw.Object and all(isinstance(value, (Real, np.bool_)) for value in series[~missing])
        is_number = kind.is_numeric() or kind.is_boolean() or (is_object and not missing.all())
        if is_number:
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            values = series.astype(object).where(~missing, "").to_numpy(dtype=object)
        columns[name] = Compared(values, missing, is_number or is_object, kind in _TEXTS, kind)
    return columns
