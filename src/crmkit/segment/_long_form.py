"""Columns of long tables in their kinds, whatever is missing in them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

__all__ = ["in_kinds"]


def in_kinds(
    table: pd.DataFrame,
    *,
    texts: Collection[str] = (),
    whole: Collection[str] = (),
    flags: Collection[str] = (),
    labels: Collection[str] = ("segment",),
) -> pd.DataFrame:
    """Give columns their kinds: texts with None for missing, whole numbers, flags; labels as they are; else floats."""
    made = {}
    for name in table.columns:
        values = table[name]
        if name in labels:
            made[name] = values
        elif name in texts:
            made[name] = values.astype(object).where(values.notna(), None)
        elif name in whole:
            made[name] = values.astype(np.float64).astype(np.int64)
        elif name in flags:
            made[name] = pd.Series([each in (True, 1) for each in values], index=table.index, dtype=bool)
        else:
            made[name] = values.astype(np.float64)
    return pd.DataFrame(made)
