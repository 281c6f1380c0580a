"""Money and quantities: finite floats, missing where there is none that can be used."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, pandas_series, type_of, with_values
from crmkit.errors import SchemaError

__all__ = ["clean_numbers"]


def clean_numbers(frame: AnyFrame, column: str, *, where: str) -> AnyFrame:
    """Replace a column by floats; text that is no number, NaN and infinity are missing."""
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical):
        frame = with_values(frame, column, _parsed(pandas_series(frame[column])))
    elif not dtype.is_numeric():
        raise SchemaError(f"{where} holds {type_of(frame, column)}, not numbers. Cast it to a number first.")
    elif isinstance(frame, nw.DataFrame) and dtype.is_integer():
        # PyArrow casts no whole number that a float does not hold exactly.
        whole = frame[column]
        missing = whole.is_null().to_numpy()
        values = whole.fill_null(0).to_numpy().astype(np.float64)
        frame = with_values(frame, column, np.where(missing, np.nan, values))
    number = nw.col(column).cast(nw.Float64)
    return frame.with_columns(nw.when(number.is_finite()).then(number).alias(column))


def _parsed(values: pd.Series[Any]) -> Any:
    if values.dtype == object:
        values = values.where(~values.map(lambda value: isinstance(value, bool)), None)
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=float("nan"))
