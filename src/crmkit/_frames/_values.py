"""Values worked out in NumPy or pandas, put into a frame of any in-memory kind."""

from typing import Any, cast

import narwhals.stable.v2 as nw

from crmkit._frames._numpy_types import AnyFrame

__all__ = ["decoded", "flag", "with_values"]


def with_values(frame: nw.DataFrame[Any], column: str, values: Any) -> nw.DataFrame[Any]:
    """Replace a column by an array of values, row by row; NaN and NaT are missing."""
    if frame.implementation.is_pandas():
        return cast("nw.DataFrame[Any]", nw.from_native(frame.to_native().assign(**{column: values})))
    series = nw.new_series(column, values, backend=frame.implementation)
    return frame.with_columns(series)


def flag(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0: what every engine can add up."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Int64)


def decoded(frame: AnyFrame, column: str) -> AnyFrame:
    """Decode a PyArrow dictionary, whose values need not be text and whose chunks need not share it."""
    if not isinstance(frame, nw.DataFrame) or not frame.implementation.is_pyarrow():
        return frame
    values = frame.to_native()[column]
    if not hasattr(values.type, "index_type"):
        return frame
    return with_values(frame, column, values.cast(values.type.value_type))
