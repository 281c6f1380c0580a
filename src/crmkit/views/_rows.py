"""Tables in memory: worked on in pandas, and given back in the kind that came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import AnyFrame, FrameT, collected, give_back, is_engine, open_as_given, rows_like, to_pandas
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, open_columns, open_table

__all__ = ["all_in_pandas", "in_pandas", "open_customers", "with_columns"]

_IN_AN_ENGINE: Final = Message(
    en="{@customers} must be a table in memory. Collect it first.", zh="{@customers} 须为内存中的表，请先取回内存。"
)


def open_customers(customers: Any, *, columns: Sequence[str], also: Sequence[str] = ()) -> nw.DataFrame[Any]:
    """Open a customers table in memory by its schema; ``also`` are columns of the caller's own."""
    return _here(open_table(customers, CUSTOMERS, columns=columns, also=also))


def in_pandas(customers: Any, *, columns: Sequence[str], also: Sequence[str] = ()) -> pd.DataFrame:
    """Do what `open_customers` does, and give the rows in pandas, in the order given and numbered from 0."""
    return to_pandas(open_customers(customers, columns=columns, also=also))


def all_in_pandas(customers: Any) -> pd.DataFrame:
    """Give a table in memory of whatever columns in pandas, in the order given and numbered from 0."""
    return to_pandas(_here(open_columns(customers, (), name="customers", made_by="")))


def with_columns(customers: FrameT, columns: Mapping[str, pd.Series[Any]]) -> FrameT:
    """Add columns to a customers table, a value per row in the order of the rows."""
    made = rows_like({name: _values(column) for name, column in columns.items()}, like=customers)
    added = collected(open_as_given(made, name="customers"))
    rows = collected(open_as_given(customers, name="customers"))
    return give_back(rows.with_columns(*added.iter_columns()), like=customers)


def _here(rows: AnyFrame) -> nw.DataFrame[Any]:
    if is_engine(rows):
        raise TypeError(_IN_AN_ENGINE())
    return collected(rows)


def _values(column: pd.Series[Any]) -> Any:
    if pd.api.types.is_float_dtype(column.dtype) and isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    return column.array if pd.api.types.is_integer_dtype(column.dtype) else column.to_numpy(dtype=object)
