"""Money and other numbers: finite floats, missing where a value cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, pandas_series, type_of, with_values
from crmkit._messages import Message
from crmkit._reading._number_texts import NumberTexts
from crmkit.errors import SchemaError

__all__ = ["clean_numbers"]

_WRONG_KIND: Final = Message(
    en="{where} holds {kind}, not numbers. Cast it to a number first.",
    zh="{where}的类型为 {kind}，不是数字。请先转换为数字。",
)


def clean_numbers(frame: AnyFrame, columns: Mapping[str, object], *, texts: NumberTexts | None = None) -> AnyFrame:
    """Replace columns, each with the way messages name it, by floats; text in memory is read in one notation.

    Text that is not a number, NaN and infinity are missing.
    """
    if not columns:
        return frame
    texts = NumberTexts() if texts is None else texts
    types = frame.collect_schema()
    in_text = [column for column in columns if _is_text(frame, types[column])]
    # All are looked at before one is read, for they share their notation.
    for column in in_text:
        texts.look_at(pandas_series(frame[column]), name=column, where=columns[column])
    for column, where in columns.items():
        if column in in_text and isinstance(frame, nw.DataFrame):
            frame = with_values(frame, column, texts.numbers(column))
        else:
            frame = _of_numbers(frame, column, where=where)
    numbers = (nw.col(column).cast(nw.Float64) for column in columns)
    return frame.with_columns(*(nw.when(number.is_finite()).then(number) for number in numbers))


def _is_text(frame: AnyFrame, dtype: Any) -> bool:
    return isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical)


def _of_numbers(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    dtype = frame.collect_schema()[column]
    if not dtype.is_numeric():
        raise SchemaError(_WRONG_KIND(where=where, kind=type_of(frame, column)))
    if not isinstance(frame, nw.DataFrame) or not dtype.is_integer():
        return frame
    # PyArrow does not cast a whole number that a float cannot hold exactly.
    whole = frame[column]
    missing = whole.is_null().to_numpy()
    values = whole.fill_null(0).to_numpy().astype(np.float64)
    return with_values(frame, column, np.where(missing, np.nan, values))
