"""The months that the page shows: a decade, for a log may hold placeholder dates and then two centuries."""

from __future__ import annotations

from typing import Final

import pandas as pd

__all__ = ["newest_months"]

_MOST_MONTHS: Final = 120


def newest_months(months: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest months."""
    return months.tail(_MOST_MONTHS)
