"""The cutoffs that a log has room for: those to learn from, and the one to try the model on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

__all__ = ["ChurnDays", "churn_days"]

# Cutoffs that a model learns from at most.
_MOST: Final = 4
# They lie a third of gap + horizon apart, so that three of them make room for one whose outcome was known in time.
_A_THIRD: Final = 3


class ChurnDays(NamedTuple):
    """The cutoffs whose outcome is known, ascending, and the last of them by which that of the newest was known."""

    known: Sequence[datetime]
    embargo: int
    days_needed: int
    days_to_try: int

    @property
    def to_learn(self) -> list[datetime]:
        """The cutoffs whose outcome was known on the day of the newest one."""
        if not self.known:
            return []
        last = self.known[-1] - timedelta(days=self.embargo)
        return [day for day in self.known if day <= last]


def churn_days(first_day: datetime, *, as_of: datetime, horizon: int, gap: int) -> ChurnDays:
    """Choose cutoffs back from the newest whose time is up, each with at least ``horizon`` days of history."""
    embargo = horizon + gap
    step = -(-embargo // _A_THIRD)
    newest, earliest = as_of - timedelta(days=embargo), first_day + timedelta(days=horizon - 1)
    known = [day for k in range(_MOST) if (day := newest - timedelta(days=k * step)) >= earliest]
    return ChurnDays(known[::-1], embargo, horizon + embargo, horizon + embargo + _A_THIRD * step)
