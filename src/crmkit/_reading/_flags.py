"""True and false, also as 1 and 0 or written out; missing where a value is neither."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, pandas_series, type_of, with_values
from crmkit._messages import Message
from crmkit.errors import SchemaError

__all__ = ["are_answers", "clean_flags"]

_ANSWERS: Final = {
    **dict.fromkeys(["true", "t", "yes", "y", "1", "1.0", "ja", "j", "oui", "si", "sí", "sim", "是", "はい"], 1.0),
    **dict.fromkeys(["false", "f", "no", "n", "0", "0.0", "nein", "nee", "non", "não", "nao", "否", "いいえ"], 0.0),
}

_WRONG_KIND: Final = Message(
    en="{where} holds {kind}, not true or false. Cast it to booleans first.",
    zh="{where}的类型为 {kind}，不是真假值。请先转换为布尔值。",
)


def clean_flags(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Replace a column by 1 and 0, which every kind of frame can add up."""
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical):
        frame = with_values(frame, column, _parsed(pandas_series(frame[column])))
    elif dtype == nw.Boolean:
        answer = nw.col(column)
        flag = nw.when(answer).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
        return frame.with_columns(nw.when(~answer.is_null()).then(flag).alias(column))
    elif not dtype.is_numeric():
        raise SchemaError(_WRONG_KIND(where=where, kind=type_of(frame, column)))
    number = nw.col(column).cast(nw.Float64)
    return frame.with_columns(nw.when((number == 0) | (number == 1)).then(number).alias(column))


def are_answers(frame: AnyFrame, column: str) -> bool:
    """Whether all the texts of a column in memory, blank ones aside, say true or false."""
    dtype = frame.collect_schema()[column]
    if not (isinstance(frame, nw.DataFrame) and dtype in (nw.String, nw.Object, nw.Categorical)):
        return False
    texts = {str(value).strip().lower() for value in pandas_series(frame[column]).dropna().unique()} - {""}
    return bool(texts) and texts <= set(_ANSWERS)


def _parsed(values: pd.Series[Any]) -> Any:
    texts = values.astype(object).map(lambda value: _ANSWERS.get(str(value).strip().lower(), np.nan))
    return texts.to_numpy(dtype="float64")
