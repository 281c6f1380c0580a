"""The period of each cell of a table of KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from crmkit._calendar import Freq, first_day_of

__all__ = ["beside_periods"]


def beside_periods(
    table: pd.DataFrame, numbers: Sequence[int], *, n_groups: int, freq: Freq, first: datetime, last: datetime
) -> pd.DataFrame:
    """Put the KPIs of groups in periods, as many of each, beside the periods, group by group."""
    starts = [first_day_of(number, freq=freq) for number in numbers]
    ends = [first_day_of(number + 1, freq=freq) - timedelta(days=1) for number in numbers]
    complete = [first <= start and end <= last for start, end in zip(starts, ends, strict=True)]
    each = len(table) // (len(numbers) * n_groups)
    place = np.tile(np.repeat(np.arange(len(numbers)), each), n_groups)
    periods = pd.DataFrame(
        {
            "period": np.array(starts, dtype="datetime64[us]")[place],
            "is_complete": np.array(complete)[place],
        }
    )
    return pd.concat([periods, table], axis=1)
