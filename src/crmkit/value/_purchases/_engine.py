"""Predictions for customers who stay in their engine: only their distinct histories come into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, looked_up, open_frame, to_pandas, without_nan
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["histories_in_memory", "with_predictions"]


def histories_in_memory(customers: FrameT, columns: Sequence[str]) -> pd.DataFrame:
    """Bring the distinct histories into memory: all but those of prospects, who lack the first of the columns."""
    columns = list(dict.fromkeys(columns))
    rows = open_columns(customers, columns, name="customers", made_by="customer_summary")
    return to_pandas(without_nan(rows.select(*columns)).filter(~nw.col(columns[0]).is_null()).unique())


def with_predictions(customers: FrameT, few: pd.DataFrame, made: Mapping[str, Floats]) -> FrameT:
    """Join predictions for the histories to the customers."""
    # Engines do not tell capitals from small letters.
    present = {name.lower() for name in open_frame(customers, name="customers").collect_schema()}
    taken = [name for name in made if name in present]
    if taken:
        raise SchemaError(f"`customers` already has the columns {taken}. Drop or rename them.")
    return looked_up(customers, few.assign(**made), on=list(few.columns))
