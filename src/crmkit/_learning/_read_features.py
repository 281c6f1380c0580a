"""Features of customers as learners take them: numbers as floats, labels as text, from tables and arrays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype, is_timedelta64_dtype
from sklearn.utils.validation import check_array

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["INFINITE", "Read", "as_features", "as_learned", "label_columns", "number_column", "read_rows"]

_DAYS: Final = Message(
    en="{where} holds days, from which a model would learn the calendar. Give the days between them and the cutoff, "
    "or leave the column out.",
    zh="{where} 为日期，模型会学到日历本身。请改为距截止日的天数，或去掉此列。",
)
INFINITE: Final = Message(
    en="{where} contains infinity. Give a finite number, or leave the value missing.",
    zh="{where} 含有无穷大。请给出有限的数，或留为缺失。",
)
_NO_FEATURES: Final = Message(
    en="{@X} has no features beside {left_out}. Join features to the snapshots, such as those of "
    "{@customer_features()}.",
    zh="{@X} 除 {left_out} 外没有特征。请先为快照加上特征，如 {@customer_features()} 的结果。",
)
_NOT_NUMBERS: Final = Message(
    en="{where} held numbers when the model was fitted, and now holds {value!r}. Give numbers.",
    zh="{where} 在拟合时为数字，现在却有 {value!r}。请给出数字。",
)


class Read(NamedTuple):
    """Rows as they were given: the features, a table or an array, and the two columns of the split where they are."""

    features: Any
    customers: pd.Series[Any] | None
    cutoffs: pd.Series[Any] | None


def read_rows(X: Any, *, customer_id: str, cutoff: str | None = None) -> Read:
    """Take the columns of the split from a table; arrays have features alone."""
    if not _is_frame(X):
        features = check_array(X, ensure_all_finite="allow-nan", input_name="X")
        return Read(features, None, None)
    table = to_pandas(open_frame(X, name="X"))
    left_out = [name for name in (customer_id, cutoff) if name in table.columns]
    features = table.drop(columns=left_out)
    if not features.shape[1]:
        raise SchemaError(_NO_FEATURES(left_out=left_out))
    if isinstance(X, pd.DataFrame):
        features.index = X.index
    check_array(np.empty(features.shape, dtype=bool))
    return Read(features, *(table[name] if name in left_out else None for name in (customer_id, cutoff)))


def as_features(features: Any, *, labels: Collection[str] | None = None, table: str = "X") -> Any:
    """Make floats of numbers and flags, text of labels; missing ones are ``nan``.

    ``labels`` are the columns that held labels when the model was fitted, None while it is; ``table`` is what the table
    is called.
    """
    if not isinstance(features, pd.DataFrame):
        return features
    columns = {name: _column(features[name], labels, where=Column(table, str(name))) for name in features.columns}
    return pd.DataFrame(columns, index=features.index)


def as_learned(features: Any, *, columns: list[str], labels: Collection[str]) -> Any:
    """Make the features of new rows like those that a model was fitted on: with ``columns`` if these had names."""
    made = as_features(features, labels=labels)
    if not columns:
        return made.to_numpy() if isinstance(made, pd.DataFrame) else made
    if isinstance(made, pd.DataFrame):
        return made
    return as_features(pd.DataFrame(made, columns=columns), labels=labels)


def label_columns(features: Any) -> list[str]:
    """Name the columns of labels among features as `as_features` gives them."""
    if not isinstance(features, pd.DataFrame):
        return []
    return [str(name) for name in features.columns if features[name].dtype == object]


def _is_frame(X: Any) -> bool:
    opened = nw.from_native(X, pass_through=True)
    return isinstance(opened, (nw.DataFrame, nw.LazyFrame))


def number_column(values: pd.Series[Any], *, where: Column) -> pd.Series[Any]:
    """Make floats of numbers and flags, or raise."""
    numbers = _numbers(values)
    if numbers is None:
        raise SchemaError(_NOT_NUMBERS(where=where, value=values.dropna().iloc[0]))
    if np.isinf(numbers).any():
        raise ValueError(INFINITE(where=where))
    return numbers


def _column(values: pd.Series[Any], labels: Collection[str] | None, *, where: Column) -> pd.Series[Any]:
    if is_datetime64_any_dtype(values) or is_timedelta64_dtype(values):
        raise SchemaError(_DAYS(where=where))
    is_label = _numbers(values) is None if labels is None else where.column in labels
    return _as_text(values) if is_label else number_column(values, where=where)


def _numbers(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Numbers and flags as floats, a column without a value too; None for labels."""
    if is_numeric_dtype(values) or is_bool_dtype(values) or values.isna().all():
        return _as_floats(values)
    return _numbers_among(values)


def _as_floats(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)


def _numbers_among(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Objects that are all numbers or flags, as floats; None for labels."""
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if values.dtype != object or kind not in {"integer", "floating", "mixed-integer-float", "boolean", "decimal"}:
        return None
    return pd.Series([np.nan if pd.isna(value) else float(value) for value in values], index=values.index)


def _as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    texts = [np.nan if missing else str(value) for value, missing in zip(values, values.isna(), strict=True)]
    return pd.Series(texts, index=values.index, dtype=object)
