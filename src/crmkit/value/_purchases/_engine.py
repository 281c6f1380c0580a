"""Predictions for customers in an engine: only their distinct histories come into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, looked_up, open_frame, to_pandas, without_nan
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["histories_in_memory", "with_predictions"]

_TAKEN: Final = Message(
    en="{@customers} already has the columns {taken}. Drop or rename them.",
    zh="{@customers} 中已有列 {taken}，请删除或改名。",
)


def histories_in_memory(customers: FrameT, columns: Sequence[str]) -> pd.DataFrame:
    """Bring the distinct histories into memory, without prospects, who lack the first of the columns."""
    columns = list(dict.fromkeys(columns))
    rows = open_columns(customers, columns, name="customers", made_by="customer_summary")
    return to_pandas(without_nan(rows.select(*columns)).filter(~nw.col(columns[0]).is_null()).unique())


def with_predictions(customers: FrameT, few: pd.DataFrame, made: Mapping[str, Floats]) -> FrameT:
    """Join predictions for the histories to the customers."""
    # Engines ignore case in names.
    present = {name.lower() for name in open_frame(customers, name="customers").collect_schema()}
    taken = [name for name in made if name in present]
    if taken:
        raise SchemaError(_TAKEN(taken=taken))
    return looked_up(customers, few.assign(**made), on=list(few.columns))
