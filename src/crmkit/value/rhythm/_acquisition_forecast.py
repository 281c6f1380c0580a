"""New customers to come of a shop past its launch: simple forecasts side by side, judged on their own past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas, from_pandas_beside
from crmkit._messages import Message, Parameter
from crmkit._tables import refuse_rows
from crmkit.value.rhythm._adopters import Days, is_column, next_periods, period_step, read_adopters
from crmkit.value.rhythm._count_interval import count_interval, expected_squares
from crmkit.value.rhythm._damped_trend import FEWEST_PERIODS, damped_trend

__all__ = ["acquisition_forecast_table"]

_MOST_PERIODS: Final = 1_000
_MOST_ORIGINS: Final = 24
_FEW_ORIGINS: Final = 8
# Customers in all known periods together that leave room for one to come after periods without any.
_LEAST: Final = 0.5
_YEAR: Final = {"M": 12, "D": 364}
_MOST_WHOLE: Final = 2**53

_NOT_COUNTS: Final = Message(
    en="{where} must hold whole numbers up to 2^53, but does not in {n:,} {n:row|rows}, first at rows {rows}. The "
    "intervals are those of counts: give customers, not thousands of them.",
    zh="{where}须为不超过 2^53 的整数，但有 {n:,} 行不是，最先见于行 {rows}。区间按计数计算："
    "请给出客户数，而不是千人数。",
)


class _Method(NamedTuple):
    """A forecast of n steps from counts, the fewest counts it needs to be tried, and why it is not made, if so."""

    made: Callable[[Floats, int], Floats]
    fewest: int
    reason: str | None


def acquisition_forecast_table(
    adopters: Any, *, n_periods: int, season_length: int | None = None, level: float = 0.95
) -> Any:
    """Forecast new customers in three simple ways, side by side, each tried on earlier periods.

    - "last_value": as in the last period.
    - "seasonal_naive": as in the same period a year ago; needs two years.
    - "damped_trend": exponential smoothing with a trend that flattens; needs eight periods.

    For a launch use `BassModel`. None of these knows of budgets, prices or campaigns to come.

    Parameters
    ----------
    adopters : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame; or array-like of int
        ``new_customers`` of each period, and ``period``, its first day, where known, as `adoption_table` gives them; or
        the numbers alone, in order. A period without new customers is 0. Missing values at the start and at the end,
        those of a run-in or of a period that is not over, are left out.
    n_periods : int
        Periods to come, 1 to 1,000.
    season_length : int, optional
        Periods in a year, 2 or more. By default it follows from ``period``: 12 for months, 4 for quarters, 52 for
        weeks, 364 for days, so that weekdays fit.
    level : float, default 0.95
        Probability with which an interval is meant to hold what comes: each by itself.

    Returns
    -------
    the kind of frame given; pandas for lists and arrays
        A row per method and period to come:

        - ``method``; ``step``, the periods since the last known one, from 1; ``period``, its first day, missing if the
          periods have none or are not evenly spaced.
        - ``new_customers``, not below 0, with ``lower`` and ``upper`` from a negative binomial distribution. Its
          variance is the mean squared error that the method had so many steps ahead, not below that of Poisson's.
        - ``mean_absolute_error`` on earlier periods, of all steps together, and ``relative_error``, this over that of
          "last_value", both on the origins that all methods share; missing without any. Below 1 a method was better
          than the last value.
        - ``n_origins``: the periods from which it was tried there, at most the newest 24; ``too_few``: whether they are
          fewer than 8.
        - ``is_best``: whether its error is the smallest, the first method listed of equal ones.
        - ``reason`` why there is no forecast, else missing: "too_short", or "no_season" if the length of a year is not
          known.

    Raises
    ------
    SchemaError
        If ``new_customers`` is missing as a column or between known values, holds no numbers, is negative, infinite,
        not whole, or 0 throughout; or ``period`` repeats or leaves out a period.
    TypeError
        If ``adopters`` is neither a frame nor a column of numbers, or a number is not one.
    ValueError
        If a number lies outside its range.

    See Also
    --------
    crmkit.segment.movement.customer_forecast_table : What becomes of the base with these customers coming in.

    References
    ----------
    .. [1] Tashman (2000), "Out-of-sample tests of forecasting accuracy", *International Journal of Forecasting* 16(4).
    .. [2] Gardner and McKenzie (1985), "Forecasting Trends in Time Series", *Management Science* 31(10), 1237-1246.

    Examples
    --------
    >>> new = [52, 48, 55, 61, 50, 47, 58, 66, 59, 54, 63, 70, 60, 58]
    >>> table = acquisition_forecast_table(new, n_periods=2, season_length=4)
    >>> table[["method", "new_customers", "lower", "upper", "relative_error", "is_best"]].round(1)
               method  new_customers  lower  upper  relative_error  is_best
    0      last_value           58.0   42.0   75.0             1.0    False
    1      last_value           58.0   36.0   83.0             1.0    False
    2  seasonal_naive           63.0   48.0   79.0             0.6     True
    3  seasonal_naive           70.0   54.0   87.0             0.6     True
    4    damped_trend           63.1   48.0   80.0             0.7    False
    5    damped_trend           63.6   46.0   84.0             0.7    False
    """
    check_int(n_periods, name="n_periods", low=1, high=_MOST_PERIODS)
    check_fraction(level, name="level")
    if season_length is not None:
        check_int(season_length, name="season_length", low=2)
    read = read_adopters(adopters)
    counts = read.counts
    refuse_rows((counts != np.floor(counts)) | (counts > _MOST_WHOLE), _NOT_COUNTS, where=Parameter("adopters"))
    season = _periods_a_year(read.periods) if season_length is None else int(season_length)
    methods = _methods(len(counts), season)
    errors = {name: _errors(each, counts, n_periods) for name, each in methods.items() if each.reason is None}
    shared = min(len(each) for each in errors.values())
    judged = {name: _mean_absolute(each[len(each) - shared :]) for name, each in errors.items()}
    best = min(judged, key=lambda name: (np.isnan(judged[name]), judged[name]))
    naive = judged["last_value"]
    ahead, steps = next_periods(read.periods, n_periods), np.arange(1, n_periods + 1)
    parts = []
    for name, method in methods.items():
        forecast = lower = upper = np.full(n_periods, np.nan)
        error = judged.get(name, np.nan)
        if method.reason is None:
            forecast = method.made(counts, n_periods)
            own = errors[name]
            lower, upper = count_interval(
                forecast,
                expected_squares(own),
                usual=float(counts.mean()),
                least=_LEAST / len(counts),
                n_origins=len(own),
                level=level,
            )
        parts.append(
            pd.DataFrame(
                {
                    "method": np.array([name] * n_periods, dtype=object),
                    "step": steps,
                    "period": ahead,
                    "new_customers": forecast,
                    "lower": lower,
                    "upper": upper,
                    "mean_absolute_error": error,
                    "relative_error": error / naive if naive > 0 else np.nan,
                    "n_origins": shared if method.reason is None else 0,
                    "too_few": shared < _FEW_ORIGINS or method.reason is not None,
                    "is_best": name == best and shared > 0,
                    "reason": np.array([method.reason] * n_periods, dtype=object),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return from_pandas_beside(table, column=adopters) if is_column(adopters) else from_pandas(table, like=adopters)


def _methods(n: int, season: int | None) -> dict[str, _Method]:
    """The methods, in the order in which they are shown."""

    def last_value(counts: Floats, n_periods: int) -> Floats:
        return np.full(n_periods, counts[-1])

    def seasonal_naive(counts: Floats, n_periods: int) -> Floats:
        year = counts[len(counts) - (season or 1) :]
        return np.asarray(year[np.arange(n_periods) % len(year)])

    def trended(counts: Floats, n_periods: int) -> Floats:
        return np.maximum(damped_trend(counts, n_periods), 0.0)

    no_season = "no_season" if season is None else "too_short" if n < 2 * season else None
    return {
        "last_value": _Method(last_value, 1, None),
        "seasonal_naive": _Method(seasonal_naive, season or 1, no_season),
        "damped_trend": _Method(trended, FEWEST_PERIODS, "too_short" if n < FEWEST_PERIODS else None),
    }


def _errors(method: _Method, counts: Floats, n_periods: int) -> Floats:
    """What came less what was forecast, a row per origin, the newest last, a column per step; ``nan`` after the end."""
    origins = range(max(method.fewest, len(counts) - _MOST_ORIGINS), len(counts))
    errors = np.full((len(origins), n_periods), np.nan)
    for row, origin in enumerate(origins):
        came = counts[origin : origin + n_periods]
        errors[row, : len(came)] = came - method.made(counts[:origin], n_periods)[: len(came)]
    return errors


def _mean_absolute(errors: Floats) -> float:
    return float(np.nanmean(np.abs(errors))) if errors.size else np.nan


def _periods_a_year(periods: Days) -> int | None:
    """How many periods make a year, if that is a whole number above 1."""
    step = period_step(periods)
    if step is None:
        return None
    unit, n = np.datetime_data(step)[0], int(step.astype(np.int64))
    season, rest = divmod(_YEAR[unit], n)
    return season if season > 1 and not rest else None
