"""The earlier days of a log on which a forecast is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._time_units import DAYS_A_YEAR

__all__ = ["LEAST_DAYS", "Origins", "origins_of", "whole_tests"]

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


def whole_tests(days: Sequence[int], *, horizon: int) -> Floats:
    """How much each test counts: those that overlap share the number of them that would not."""
    order = np.argsort(days, kind="stable")
    ordered = np.asarray(days)[order]
    run = np.cumsum(np.diff(ordered, prepend=ordered[:1]) >= horizon)
    n = np.bincount(run)
    last = np.cumsum(n) - 1
    counts = (1 + (ordered[last] - ordered[last - n + 1]) / horizon) / n
    shares = np.empty(len(ordered))
    shares[order] = counts[run]
    return shares


def origins_of(first_day: int, as_of: int, *, horizon: float) -> Origins:
    """Choose days whose horizon has passed; where the log is too short for one, days with a horizon of half the log.

    A day a year ago is among them where the others do not go back as far: its test saw the season that comes.
    """
    age = as_of - first_day
    full = max(round(horizon), 1)
    found = _spaced(first_day, as_of, horizon=full)
    if not found and age // 2 >= _LEAST_HORIZON:
        full = min(full, age // 2)
        found = _spaced(first_day, as_of, horizon=full)
    year_ago = as_of - round(DAYS_A_YEAR)
    if found and year_ago < found[-1] and year_ago >= _earliest(first_day, horizon=full):
        found = (*found, year_ago)
    return Origins(found, full)


def _spaced(first_day: int, as_of: int, *, horizon: int) -> tuple[int, ...]:
    least = _earliest(first_day, horizon=horizon)
    step = max(horizon // _STEPS, 1)
    return tuple(day for day in range(as_of - horizon, as_of - horizon - _MOST * step, -step) if day >= least)


def _earliest(first_day: int, *, horizon: int) -> float:
    return first_day + max(LEAST_DAYS, horizon / 2)
