"""Labels of any type: missing where they are not a number or empty text."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, pandas_series

__all__ = ["clean_labels"]


def clean_labels(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Make labels of any type missing where they are not a number or are empty text."""
    dtype, label = frame.collect_schema()[column], nw.col(column)
    if dtype.is_float():
        return frame.with_columns(nw.when(~label.is_nan()).then(label).alias(column))
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        # Cast, pandas may make text of what is missing.
        text = label if dtype == nw.String else label.cast(nw.String)
        named = ~label.is_null() & (text.str.strip_chars() != "")
        return frame.with_columns(nw.when(named).then(text).alias(column))
    if dtype == nw.Object and isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas():
        # Texts among labels of other types.
        values = pandas_series(frame[column])
        is_label = np.array([not isinstance(value, str) or bool(value.strip()) for value in values], dtype=bool)
        cleaned: AnyFrame = nw.from_native(frame.to_native().assign(**{column: values.where(is_label)}))
        return cleaned
    return frame
