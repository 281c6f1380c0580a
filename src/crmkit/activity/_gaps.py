"""The days from each purchase day to the customer's next one, counted."""

from __future__ import annotations

from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._calendar import day_number
from crmkit._frames import AnyFrame, collected, sort_by_day, sorted_codes

__all__ = ["GapCounts", "gap_counts"]


class GapCounts(NamedTuple):
    """Lengths of gaps in days, each once and sorted, and how often each occurs."""

    days: npt.NDArray[np.int64]
    n_gaps: npt.NDArray[np.int64]


def gap_counts(transactions: AnyFrame) -> GapCounts:
    """Count the gaps between purchase days of checked transactions; both are empty if nobody bought on two days."""
    bought = transactions.filter(nw.col("n_orders") > 0)
    found = collected(bought.select("customer_id", day_number(nw.col("date")).cast(nw.Int64).alias("day")))
    if found.is_empty():
        return GapCounts(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    codes, day = sorted_codes(found["customer_id"]), found["day"].to_numpy()
    order = sort_by_day(codes, day)
    same = codes[order][1:] == codes[order][:-1]
    days, counts = np.unique(np.diff(day[order])[same], return_counts=True)
    return GapCounts(days.astype(np.int64), counts.astype(np.int64))
