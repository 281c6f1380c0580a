"""The period of each cell of a table of KPIs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from crmkit._calendars import Calendar

__all__ = ["beside_periods"]


def beside_periods(
    table: pd.DataFrame, numbers: Sequence[int], periods: Calendar, *, n_groups: int, first: datetime, last: datetime
) -> pd.DataFrame:
    """Put the KPIs of groups in periods, as many of each, beside the periods, group by group."""
    starts = periods.first_days(numbers)
    complete = (starts >= np.datetime64(first)) & (periods.last_days(numbers) <= np.datetime64(last))
    each = len(table) // (len(numbers) * n_groups)
    place = np.tile(np.repeat(np.arange(len(numbers)), each), n_groups)
    beside = pd.DataFrame(
        {
            "period": starts[place],
            "is_complete": complete[place],
        }
    )
    return pd.concat([beside, table], axis=1)
