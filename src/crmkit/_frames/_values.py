"""Values worked out elsewhere put into a frame, and flags and missing values that every kind of frame has."""

from typing import Any, cast

import narwhals.stable.v2 as nw

from crmkit._frames._numpy_types import AnyFrame

__all__ = ["flag", "with_values", "without_nan"]


def with_values(frame: nw.DataFrame[Any], column: str, values: Any) -> nw.DataFrame[Any]:
    """Replace a column by an array of values, row by row; NaN and NaT are missing."""
    if frame.implementation.is_pandas():
        return cast("nw.DataFrame[Any]", nw.from_native(frame.to_native().assign(**{column: values})))
    series = nw.new_series(column, values, backend=frame.implementation)
    return frame.with_columns(series)


def flag(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0: what every engine can add up."""
    # On older PyArrow a condition that is missing leaves the result missing.
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).fill_null(0).cast(nw.Int64)


def without_nan(frame: AnyFrame) -> AnyFrame:
    """Make NaN missing in all columns of floats: engines and Polars tell the two apart, and order NaN above all."""
    floats = [name for name, dtype in frame.collect_schema().items() if dtype.is_float()]
    return frame.with_columns(nw.col(*floats).fill_nan(None)) if floats else frame
