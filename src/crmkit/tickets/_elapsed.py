"""How long a ticket took: in hours that went by, not in those that local clocks show.

Hours are worked out by NumPy in memory, and from the parts of dates on engines, which do not all subtract times alike.
"""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_number, period_start
from crmkit._checks import LAST_YEAR
from crmkit._frames import AnyFrame, pandas_series, with_values

__all__ = ["with_days_whole", "with_hours", "with_time_after"]

_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR
# Longer than all years that are read: no duration.
_MOST_HOURS: Final = 200 * 366 * 24.0
_NEVER: Final = np.datetime64("NaT", "us")


def with_hours(frame: AnyFrame, name: str, *, start: str, end: str) -> AnyFrame:
    """Add the hours from one time to another, below 0 if it comes first."""
    if isinstance(frame, nw.DataFrame):
        return _with_floats(frame, name, (_times(frame, end) - _times(frame, start)) / np.timedelta64(1, "h"))
    whole = _microseconds(nw.col(end)) - _microseconds(nw.col(start))
    return frame.with_columns((whole.cast(nw.Float64) / _HOUR).alias(name))


def with_time_after(
    frame: nw.DataFrame[Any], name: str, *, start: str, hours: str, unit_hours: float, zone: str | None
) -> nw.DataFrame[Any]:
    """Add the local time that lies so many hours after another, and turn a column in another unit into those hours.

    With a zone ``start`` is in UTC.
    """
    given = pandas_series(frame[hours]).to_numpy(dtype=np.float64, na_value=np.nan) * unit_hours
    known = np.where(np.abs(given) <= _MOST_HOURS, given, np.nan)
    times = _later(_times(frame, start), known)
    if zone is not None:
        times = _local(times, zone)
    known = np.where(times < np.datetime64(f"{LAST_YEAR + 1}-01-01"), known, np.nan)
    times[np.isnan(known)] = _NEVER
    return _with_floats(with_values(frame, name, times), hours, known)


def with_days_whole(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Move times to the end of their day, where a day is named that still counts."""
    if isinstance(frame, nw.DataFrame):
        days = _times(frame, column).astype("datetime64[D]") + np.timedelta64(1, "D")
        return with_values(frame, column, _of_its_type(days.astype("datetime64[us]"), frame[column].to_native()))
    return frame.with_columns(period_start(nw.col(column), freq="D").dt.offset_by("1d"))


def _of_its_type(times: Any, given: Any) -> Any:
    """Times in Arrow's type if the column had it: older pandas does not compare its own type with Arrow's."""
    dtype = getattr(given, "dtype", None)
    return pd.Series(times).astype(dtype).array if isinstance(dtype, pd.ArrowDtype) else times


def _with_floats(frame: nw.DataFrame[Any], name: str, values: Floats) -> nw.DataFrame[Any]:
    number = nw.col(name)
    return with_values(frame, name, values).with_columns(nw.when(number.is_finite()).then(number).alias(name))


def _times(frame: nw.DataFrame[Any], column: str) -> Any:
    return pandas_series(frame[column]).to_numpy(dtype="datetime64[us]", na_value=_NEVER)


def _later(times: Any, hours: Floats) -> Any:
    known = ~np.isnan(hours)
    later = np.full(len(times), _NEVER)
    later[known] = times[known] + np.round(hours[known] * _HOUR).astype("timedelta64[us]")
    return later


def _local(times: Any, zone: str) -> Any:
    stamps = pd.Series(times).dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return stamps.to_numpy(dtype="datetime64[us]").copy()


def _microseconds(time: nw.Expr) -> nw.Expr:
    """Microseconds since 1970 of the local clock."""
    clock = (time.dt.hour().cast(nw.Int64) * 60 + time.dt.minute().cast(nw.Int64)) * 60 + time.dt.second().cast(
        nw.Int64
    )
    return (day_number(time).cast(nw.Int64) * 86_400 + clock) * 1_000_000 + time.dt.microsecond().cast(nw.Int64)
