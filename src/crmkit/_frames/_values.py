"""Values worked out in NumPy or pandas, put into a frame of any in-memory kind."""

from typing import Any, cast

import narwhals.stable.v2 as nw

__all__ = ["with_values"]


def with_values(frame: nw.DataFrame[Any], column: str, values: Any) -> nw.DataFrame[Any]:
    """Replace a column by an array of values, row by row; NaN and NaT are missing."""
    if frame.implementation.is_pandas():
        return cast("nw.DataFrame[Any]", nw.from_native(frame.to_native().assign(**{column: values})))
    series = nw.new_series(column, values, backend=frame.implementation)
    return frame.with_columns(series)
