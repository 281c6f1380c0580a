"""How busy each day is: the intensity of purchases over the calendar, and its inverse."""

from datetime import datetime
from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Campaign", "busy_time", "busy_time_curve", "calendar_time", "seasonal_intensity"]


# Middle of 15 December, the 349th day of an ordinary year, as a share of the year.
_PEAK = 348.5 / 365


class Campaign(NamedTuple):
    """A stretch of days, counted from the first simulated one, in which purchases speed up."""

    first_day: int
    n_days: int
    uplift: float


def seasonal_intensity(first_day: datetime, *, n_days: int, amplitude: float) -> Floats:
    """Give each day its intensity: a wave per calendar year, of mean 1, that peaks on 15 December."""
    days = np.datetime64(first_day, "D") + np.arange(n_days).astype("timedelta64[D]")
    years = days.astype("datetime64[Y]")
    year_start = years.astype("datetime64[D]")
    year_length = ((years + np.timedelta64(1, "Y")).astype("datetime64[D]") - year_start).astype(np.float64)
    middle_of_day = (days - year_start).astype(np.float64) + 0.5
    return np.asarray(1 + amplitude * np.cos(2 * np.pi * (middle_of_day / year_length - _PEAK)))


def busy_time_curve(intensity: Floats, *, campaign: Campaign | None = None) -> Floats:
    """Sum the intensity up to each midnight, from 0 on; between midnights it is a straight line."""
    lifted = intensity.copy()
    if campaign is not None:
        lifted[campaign.first_day : campaign.first_day + campaign.n_days] *= 1 + campaign.uplift
    return np.concatenate([[0.0], np.cumsum(lifted)])


def busy_time(day: Floats, *, curve: Floats) -> Floats:
    """Sum the intensity up to a moment, given in days since the start."""
    return np.interp(day, np.arange(len(curve), dtype=np.float64), curve)


def calendar_time(busy: Floats, *, curve: Floats) -> Floats:
    """Invert `busy_time`: the moment by which this much intensity has gathered."""
    return np.interp(busy, curve, np.arange(len(curve), dtype=np.float64))
