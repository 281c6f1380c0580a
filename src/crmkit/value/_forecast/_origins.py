"""The earlier days of a log on which a forecast is tried."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LEAST_DAYS", "Origins", "origins_of"]

# A log must be so old before anything is forecast from it for a test, and at least half as old as the test is long.
LEAST_DAYS = 56
# Shorter tests than this tell nothing.
_LEAST_HORIZON = 14
# Tests begin a quarter of the horizon apart.
_STEPS = 4
_MOST = 8


class Origins(NamedTuple):
    """Days on which forecasts are tried, the newest first, and the days that each looks ahead."""

    days: tuple[int, ...]
    horizon: int

    def effective(self) -> float:
        """Number of tests that do not overlap."""
        return 1 + (self.days[0] - self.days[-1]) / self.horizon if self.days else 0.0


def origins_of(first_day: int, as_of: int, *, horizon: float) -> Origins:
    """Choose days whose horizon has passed; where the log is too short for one, days with a horizon of half the log."""
    age = as_of - first_day
    full = max(round(horizon), 1)
    found = _spaced(first_day, as_of, horizon=full)
    if not found and age // 2 >= _LEAST_HORIZON:
        full = min(full, age // 2)
        found = _spaced(first_day, as_of, horizon=full)
    return Origins(found, full)


def _spaced(first_day: int, as_of: int, *, horizon: int) -> tuple[int, ...]:
    least = first_day + max(LEAST_DAYS, horizon / 2)
    step = max(horizon // _STEPS, 1)
    return tuple(day for day in range(as_of - horizon, as_of - horizon - _MOST * step, -step) if day >= least)
