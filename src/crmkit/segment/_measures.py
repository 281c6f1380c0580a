"""The columns of a customers table that segments are made of, read once as floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_columns, check_turnover, some
from crmkit._frames import collected, in_memory, is_engine, open_frame, pandas_series
from crmkit.errors import SchemaError

__all__ = ["Floats", "Measures", "measured"]

Floats: TypeAlias = npt.NDArray[np.float64]
Measures: TypeAlias = dict[str, Floats]


def measured(table: Any, columns: Sequence[str], *, name: str) -> Measures:
    """Read the columns of a table in memory; `n_orders` everywhere, the others where somebody ordered."""
    frame = in_memory(open_frame(table, name=name))
    if is_engine(frame):
        raise TypeError(f"`{name}` must be a table in memory. Collect it first; once fitted, an engine runs to_sql().")
    check_columns(frame.collect_schema(), columns, name=name, made_by="customer_summary")
    rows = collected(frame.select(*dict.fromkeys(columns)))
    for column, kind in rows.schema.items():
        if not kind.is_numeric():
            raise SchemaError(f"`{name}[{column!r}]` must hold numbers, got {kind}.")
    values = {
        column: pandas_series(rows[column]).to_numpy(dtype=np.float64, na_value=np.nan) for column in rows.columns
    }
    ordered = values["n_orders"] > 0
    for column, floats in values.items():
        needed = ~np.isfinite(floats) if column == "n_orders" else ~np.isfinite(floats) & ordered
        if needed.any():
            at = np.flatnonzero(needed)
            who = "" if column == "n_orders" else " of those with an order"
            raise SchemaError(
                f"`{name}[{column!r}]` is missing or infinite in {len(at)} rows{who}, first at rows "
                f"{some(at.tolist())}. Fill or drop them."
            )
        with np.errstate(over="ignore"):
            check_turnover(float(np.nansum(np.abs(floats))), where=f"`{name}[{column!r}]`")
    return values
