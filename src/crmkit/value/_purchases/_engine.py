"""Predictions for customers who stay in their engine: only their cells come into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from crmkit._frames import FrameT, looked_up, open_frame, to_pandas
from crmkit.customers import cells
from crmkit.errors import SchemaError
from crmkit.value._purchases._laws import Floats

__all__ = ["cells_in_memory", "with_predictions"]


def cells_in_memory(customers: FrameT, *, by: Sequence[str]) -> pd.DataFrame:
    """Count the customers of each cell in the engine, and bring the cells into memory."""
    return to_pandas(open_frame(cells(customers, by=by), name="customers"))


def with_predictions(customers: FrameT, few: pd.DataFrame, made: Mapping[str, Floats]) -> FrameT:
    """Join predictions for the cells to the customers."""
    # Engines do not tell capitals from small letters.
    present = {name.lower() for name in open_frame(customers, name="customers").collect_schema()}
    taken = [name for name in made if name in present]
    if taken:
        raise SchemaError(f"`customers` already has the columns {taken}. Drop or rename them.")
    keys = [name for name in few.columns if name != "n_customers"]
    return looked_up(customers, few[keys].assign(**made), on=keys)
