"""The rows of a table as JSON holds them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

__all__ = ["plain", "records"]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a dict per row, of plain values by column."""
    columns = [str(name) for name in table.columns]
    return [dict(zip(columns, map(plain, row), strict=True)) for row in table.itertuples(index=False, name=None)]


def plain(value: Any) -> Any:
    """Give what JSON holds of a value: None where it is missing or infinite, the day of a time, else text."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    known = value.item() if hasattr(value, "item") else value
    if isinstance(known, float) and not math.isfinite(known):
        return None
    return known if isinstance(known, (bool, int, float, str)) else str(known)
