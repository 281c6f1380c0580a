"""Movements of recurring revenue and its customers, added up by group and period."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit.metrics._mrr_moves import Moves
from crmkit.metrics._mrr_spells import Ints

__all__ = ["MONEY", "PEOPLE", "sums_of_moves"]

MONEY: Final = ("new", "reactivation", "expansion", "contraction", "churned")
PEOPLE: Final = ("new_customers", "reactivated_customers", "churned_customers")


def sums_of_moves(moves: Moves, period: Ints, *, n_groups: int, n_periods: int, unit: float) -> pd.DataFrame:
    """Add moves up by group and period, and follow what is there at each close: a row per cell, group by group."""
    cell = moves.group * n_periods + period
    size = n_groups * n_periods

    def closes(changes: Any) -> Any:
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, cell, changes)
        return sums.reshape(n_groups, n_periods).cumsum(axis=1)

    def people(flags: Any) -> Any:
        return np.rint(np.bincount(cell, flags, size)).astype(np.int64)

    def opening(closing: Any) -> Any:
        return np.hstack([np.zeros((n_groups, 1), dtype=closing.dtype), closing[:, :-1]]).ravel()

    counts = {name: people(getattr(moves, name)) for name in (*PEOPLE, "moved_customers")}
    net = counts["new_customers"] + counts["reactivated_customers"] - counts["churned_customers"]
    customers = (net + counts["moved_customers"]).reshape(n_groups, n_periods).cumsum(axis=1)
    mrr = closes(moves.change) / unit
    return pd.DataFrame(
        {
            "mrr_start": opening(mrr),
            **{f"{name}_mrr": np.bincount(cell, getattr(moves, name), size) for name in (*MONEY, "moved")},
            "mrr": mrr.ravel(),
            "customers_start": opening(customers),
            **counts,
            "customers": customers.ravel(),
        }
    )
