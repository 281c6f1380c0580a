"""Periods as the page shows them: the newest ones, with dashes where the log holds nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from crmkit._calendar import period_end
from crmkit.activity import touching
from crmkit.report._facts import Facts

__all__ = ["is_missing", "is_touched", "newest_periods"]

# A decade of months, for a log may hold placeholder dates and then two centuries.
_MOST_PERIODS: Final = 120


def newest_periods(periods: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest periods."""
    return periods.tail(_MOST_PERIODS)


def is_touched(facts: Facts, month: pd.Timestamp) -> bool:
    """Whether a hole touches a month."""
    return facts.touched(*_days(facts, month))


def is_missing(facts: Facts, month: pd.Timestamp) -> bool:
    """Whether a hole holds all days of a month."""
    first, last = _days(facts, month)
    holes = touching(facts.holes, first, last)
    return any(hole.kind == "missing" and hole.start <= first and last <= hole.end for hole in holes)


def _days(facts: Facts, month: pd.Timestamp) -> tuple[datetime, datetime]:
    """The days of a month that count."""
    first = month.to_pydatetime()
    return max(first, facts.first_day), min(period_end(first, freq="M"), facts.as_of)
