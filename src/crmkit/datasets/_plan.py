"""The arguments of the simulator, checked and counted in days from the first one."""

import math
from datetime import date, datetime
from numbers import Real

import numpy as np

from crmkit._checks import as_day, check_int
from crmkit.datasets._intensity import Campaign

__all__ = ["acquisition_window", "as_campaign", "as_generator", "check_above", "log_span"]


def check_above(value: object, *, name: str, low: int, or_infinite: bool = False) -> None:
    """Raise unless ``value`` is a number above ``low``, finite or infinite as told."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"`{name}` must be a number above {low}, got {value!r}.")
    if not float(value) > low or (math.isinf(value) and not or_infinite):
        kind = "a number" if or_infinite else "a finite number"
        raise ValueError(f"`{name}` must be {kind} above {low}, got {value!r}.")


def log_span(start: object, end: object) -> tuple[datetime, int]:
    """Give the first day of the log and its number of days, both ends included."""
    first_day, last_day = as_day(start, name="start"), as_day(end, name="end")
    if last_day < first_day:
        raise ValueError(f"`end` must not lie before `start` {first_day:%Y-%m-%d}, got {last_day:%Y-%m-%d}.")
    return first_day, (last_day - first_day).days + 1


def acquisition_window(acquisition_days: int | None, *, n_days: int) -> int:
    """Count the days in which customers arrive: as given, or the first half of the log."""
    if acquisition_days is None:
        return (n_days + 1) // 2
    check_int(acquisition_days, name="acquisition_days", low=1)
    if acquisition_days > n_days:
        raise ValueError(
            f"`acquisition_days` must be at most {n_days}, the days from `start` to `end`, "
            f"got {acquisition_days}. Shorten it, or move `end`."
        )
    return acquisition_days


def as_campaign(
    campaign_start: str | date | None, *, n_days: int, uplift: float, first_day: datetime, log_days: int
) -> Campaign | None:
    """Count the campaign in days from the first one, or None without a start."""
    if campaign_start is None:
        if uplift != 0:
            raise ValueError(
                f"`campaign_uplift` is {uplift!r} but there is no campaign. Give `campaign_start` as well."
            )
        return None
    day = (as_day(campaign_start, name="campaign_start") - first_day).days
    if not 0 <= day < log_days:
        raise ValueError(
            f"`campaign_start` must lie between `start` and `end`, got {campaign_start!r}. Move it, or widen the log."
        )
    return Campaign(first_day=day, n_days=n_days, uplift=uplift)


def as_generator(random_state: object) -> np.random.Generator:
    """Make a generator: the one given, or a new one from a seed or from the system."""
    if isinstance(random_state, np.random.Generator):
        return random_state
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, bool) or not isinstance(random_state, (int, np.integer)):
        raise TypeError(
            "`random_state` must be an int, a numpy.random.Generator or None, "
            f"got {random_state!r}. Make one with numpy.random.default_rng(seed)."
        )
    if random_state < 0:
        raise ValueError(f"`random_state` must be at least 0, got {random_state!r}.")
    return np.random.default_rng(random_state)
