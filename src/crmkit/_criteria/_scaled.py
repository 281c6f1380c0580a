"""Criteria on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crmkit._arrays import Floats

__all__ = ["scaled_criteria"]


def scaled_criteria(values: Mapping[str, Floats], *, falling: Sequence[str]) -> Floats:
    """Scale the criteria of those who have all to run from 0 to 1, the better the higher; a constant one is 0."""
    columns = np.column_stack(list(values.values()))
    complete = columns[~np.isnan(columns).any(axis=1)]
    if not len(complete):
        return complete
    low, high = complete.min(axis=0), complete.max(axis=0)
    # Halves, for the difference of the largest numbers would overflow.
    width = high / 2 - low / 2
    scaled = (complete / 2 - low / 2) / np.where(width > 0, width, 1.0)
    turned = np.array([name in falling for name in values]) & (width > 0)
    return np.asarray(np.where(turned, 1 - scaled, scaled))
