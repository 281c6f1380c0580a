"""What was known of customers before a campaign, as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from crmkit._arrays import Floats
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["MISSING_LABEL", "check_size", "floats_of", "read_covariates"]

MISSING_LABEL: Final = "missing"
"""What a missing value is called beside labels."""

_MOST_LABELS: Final = 50
# The cubes of larger numbers could not be added up.
_LARGEST: Final = 1e100
_NUMBERS: Final = frozenset({"boolean", "decimal", "integer", "floating", "mixed-integer-float", "empty"})

_INFINITE: Final = Message(
    en="{where} has infinite values. Correct them, or leave these rows out.",
    zh="{where}含有无穷大，请更正或去掉这些行。",
)
_MANY_LABELS: Final = Message(
    en="{where} has {n:,} labels; at most {most} are compared. Group them, or give a number.",
    zh="{where}有 {n:,} 个标签，最多比较 {most} 个。请先归并，或改用数值列。",
)
_TOO_LARGE: Final = Message(
    en="{where} has a value of size {largest:.3g}, too large to compute with. Correct it, or give the column in a "
    "larger unit, such as millions.",
    zh="{where}含有绝对值为 {largest:.3g} 的数值，过大而无法计算。请更正，或改用更大的单位，例如百万。",
)


def read_covariates(rows: pd.DataFrame, names: Sequence[str], *, table: str) -> dict[str, Floats]:
    """Read numbers as they are, days from the earliest on, and a label as a column of 0 and 1 for each of its values.

    What is missing is marked in a column beside, and is ``nan`` among numbers and days.
    """
    columns: dict[str, Floats] = {}
    for name in names:
        where, values = Column(table, name), _days(rows[name])
        missing = values.isna().to_numpy()
        numbers = floats_of(values)
        if numbers is None:
            columns |= _indicators(values[~missing], name, where=where, n=len(values), at=np.flatnonzero(~missing))
        else:
            if np.isinf(numbers).any():
                raise SchemaError(_INFINITE(where=where))
            check_size(numbers, where=where)
            columns[name] = numbers
        if missing.any():
            marked = f"{name}={MISSING_LABEL}"
            columns[marked] = columns.get(marked, 0.0) + missing.astype(float)
    return columns


def floats_of(column: pd.Series[Any]) -> Floats | None:
    """Give numbers and flags as floats; None for labels."""
    if is_numeric_dtype(column) or is_bool_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if infer_dtype(column, skipna=True) not in _NUMBERS:
        return None
    return np.array([np.nan if missing else float(value) for value, missing in zip(column, column.isna(), strict=True)])


def check_size(numbers: Floats, *, where: Column) -> None:
    """Raise where the cubes of some numbers could not be added up."""
    known = numbers[~np.isnan(numbers)]
    if len(known) and (largest := float(np.abs(known).max())) > _LARGEST:
        raise SchemaError(_TOO_LARGE(where=where, largest=largest))


def _days(column: pd.Series[Any]) -> pd.Series[Any]:
    """Days as numbers, counted from the earliest; any other column as it is."""
    if infer_dtype(column, skipna=True) == "date":
        column = pd.to_datetime(column)
    if not is_datetime64_any_dtype(column):
        return column
    days: pd.Series[Any] = (column - column.min()) / pd.Timedelta(days=1)
    return days


def _indicators(labels: pd.Series[Any], name: str, *, where: Column, n: int, at: Any) -> dict[str, Floats]:
    """A column for each label, in the order of their texts; ``labels`` stand ``at`` some of ``n`` places."""
    codes, found = pd.factorize(labels.astype(object).map(str), sort=True)
    if len(found) > _MOST_LABELS:
        raise SchemaError(_MANY_LABELS(where=where, n=len(found), most=_MOST_LABELS))
    columns = {f"{name}={label}": np.zeros(n) for label in found}
    for code, column in enumerate(columns.values()):
        column[at[codes == code]] = 1.0
    return columns
