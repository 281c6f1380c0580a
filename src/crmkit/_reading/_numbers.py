"""Money and other numbers: finite floats, missing where a value cannot be used."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, pandas_series, type_of, with_values
from crmkit._messages import Message
from crmkit.errors import SchemaError

__all__ = ["clean_numbers"]

_WRONG_KIND: Final = Message(
    en="{where} holds {kind}, not numbers. Cast it to a number first.",
    zh="{where}的类型为 {kind}，不是数字。请先转换为数字。",
)


def clean_numbers(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Replace a column by floats; text that is not a number, NaN and infinity are missing."""
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical):
        frame = with_values(frame, column, _parsed(pandas_series(frame[column])))
    elif not dtype.is_numeric():
        raise SchemaError(_WRONG_KIND(where=where, kind=type_of(frame, column)))
    elif isinstance(frame, nw.DataFrame) and dtype.is_integer():
        # PyArrow does not cast a whole number that a float cannot hold exactly.
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
