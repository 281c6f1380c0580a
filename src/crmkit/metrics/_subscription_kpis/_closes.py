"""What runs at the close of each period."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit.metrics._mrr_spells import Ints

__all__ = ["running_at"]


def running_at(closes: Ints, *, since: Ints, until: Ints, values: Ints, groups: Ints, n_groups: int) -> Any:
    """Add up what runs from a first day until before another, by group and close: shape (n_groups, n_closes)."""
    first, after = (np.searchsorted(closes, days) for days in (since, until))
    runs = first < after
    width = len(closes) + 1
    sums = np.zeros(n_groups * width, dtype=np.int64)
    np.add.at(sums, (groups * width + first)[runs], values[runs])
    np.add.at(sums, (groups * width + after)[runs], -values[runs])
    return sums.reshape(n_groups, width).cumsum(axis=1)[:, :-1]
