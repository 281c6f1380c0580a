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
from crmkit.loyalty.campaigns._sizes import SMALLEST, check_size

__all__ = ["MISSING_LABEL", "floats_of", "read_covariates"]

MISSING_LABEL: Final = "missing"
"""What a missing value is called beside labels."""

_MOST_LABELS: Final = 50
_NUMBERS: Final = frozenset({"boolean", "decimal", "integer", "floating", "mixed-integer-float", "empty"})

_INFINITE: Final = Message(
    en="{where} has infinite values. Correct them, or leave these rows out.",
    zh="{where}含有无穷大，请更正或去掉这些行。",
)
_MANY_LABELS: Final = Message(
    en="{where} has {n:,} labels; at most {most} are compared. Group them, or give a number.",
    zh="{where}有 {n:,} 个标签，最多比较 {most} 个。请先归并，或改用数值列。",
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
            check_size(numbers, where=where, least=SMALLEST)
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
