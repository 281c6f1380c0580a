"""Periods without their season."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._calendar import Freq, length_of
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import check_int, check_option
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._stats import decomposed
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["seasonal_adjustment_table"]

Method: TypeAlias = Literal["multiplicative", "additive"]

_METHODS: Final = ("multiplicative", "additive")
_IN_A_YEAR: Final = {"Q": 4, "M": 12, "W": 52}
_YEARS: Final = 2
_MADE_BY: Final = "period_table"

_NO_SEASONS: Final = Message(
    en="{@freq} must be months, quarters or weeks, such as 'M', 'Q' or 'W-SAT', got {freq!r}: only these come again "
    "in a year.",
    zh="{@freq} 须为月、季或周，如 'M'、'Q'、'W-SAT'，得到 {freq!r}：只有它们逐年重复。",
)
_HOW_MANY: Final = Message(
    en="With {@calendar}, {@n_seasons} must say how many of its periods make a year, such as 12.",
    zh="使用 {@calendar} 时，须在 {@n_seasons} 中给出一年有几期，如 12。",
)
_IDLE: Final = Message(
    en="{@n_seasons} is for {@calendar} only, got {n}. {@freq} says how many periods a year has.",
    zh="{@n_seasons} 仅用于 {@calendar}，得到 {n}。一年有几期由 {@freq} 决定。",
)
_NO_PERIOD: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Leave these rows out.",
    zh="{where}有 {n:,} 行缺失，请去掉这些行。",
)
_NOT_FIRST: Final = Message(
    en="{@periods} has a period that starts on {day:%Y-%m-%d}, but no period of {periods} starts there. Pass what the "
    "table was made with.",
    zh="{@periods} 中有一期从 {day:%Y-%m-%d} 开始，与 {periods} 的期间不符。请传入生成该表时所用的值。",
)
_TWICE: Final = Message(
    en="{@periods} has {n:,} rows of {day:%Y-%m-%d}. Give the rows of one series, such as one group or one KPI.",
    zh="{@periods} 中 {day:%Y-%m-%d} 有 {n:,} 行。请只给出一个序列（如一个客群、一项指标）的行。",
)
_GAP: Final = Message(
    en="{@periods} has no row of {day:%Y-%m-%d}. Keep empty periods as rows with 0, and periods that are not known as "
    "rows without a value.",
    zh="{@periods} 缺少 {day:%Y-%m-%d} 的行。没有交易的期间请保留为 0，数据不全的期间请保留行、值留空。",
)
_TOO_SHORT: Final = Message(
    en="A season is told from chance by two full years: {@periods} has {n:,} complete {n:period|periods} of {value!r}, "
    "{needed:,} are needed.",
    zh="季节因素至少需要两个完整年度才能识别：{@periods} 的 {value!r} 有 {n:,} 个完整期间，至少需要 {needed:,} 个。",
)
_UNKNOWN: Final = Message(
    en="{where} leaves some seasons unknown, such as that of {day:%Y-%m-%d}: a missing period takes the averages of "
    "the year around it with it. Give more years, or an estimate of the period.",
    zh="{where}使部分季节无从估计，如 {day:%Y-%m-%d} 所属的季节：缺一期，前后一年的移动平均都算不出来。"
    "请给出更多年份，或先估补该期。",
)
_BELOW: Final = Message(
    en="{where} has values below 0 in {n:,} {n:period|periods}, of which no season is a multiple. Use "
    "{@method='additive'}.",
    zh="{where}有 {n:,} 期小于 0，无法用季节系数相乘。请使用 {@method='additive'}。",
)


def seasonal_adjustment_table(
    periods: FrameT,
    *,
    value: str,
    method: Method,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    n_seasons: int | None = None,
) -> FrameT:
    r"""Take the season out of a series of at least two years, by classical decomposition.

    The trend is a moving average over a year, so that every season is in it once; a season's figure is the mean of
    what lies above or below the trend in it, over all years.

    .. math:: \text{adjusted} = \text{value} / \text{seasonal} \quad \text{or} \quad \text{value} - \text{seasonal}

    Parameters
    ----------
    periods : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per period, none left out between the first and the last, with ``period``, its first day, and
        ``is_complete``: as `period_table` gives it, or the rows of one KPI and group of `order_kpis`. If the log begins
        within the first period, leave that out.
    value : str
        The column to adjust. A missing value is left out, such as that of a month that `crmkit.log_coverage_table`
        finds partial; 0 is a value like any other.
    method : {"multiplicative", "additive"}
        Whether the season is a share of the trend, as for revenue that grows, or a fixed amount beside it.
    freq : str, optional
        The length of the periods, as given to the function that made them: months, quarters, or weeks, 52 to the year.
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, as given there.
    n_seasons : int, optional
        With ``calendar``: how many of its periods make a year, such as 12 of a 4-4-5 calendar.

    Returns
    -------
    the kind of frame given
        One row per period, in order. ``period``; ``value``; ``trend``, missing in the first and the last half year;
        ``seasonal``, 1.2 in a season a fifth above the trend, with a mean of 1 over a year, or 20 where it is by 20
        above it, with a mean of 0; ``n_years``, the values its figure rests on; ``remainder``, what is left of the
        value without trend and season, a factor or an amount; ``adjusted``; ``year_over_year``, the relative change of
        ``value`` from the same season of the year before, missing where that is not above 0; ``is_complete``.

        A period that is not complete is used for nothing: only its season is given. An adjusted value is missing where
        the value is, and where the season's figure is 0, as in a month that is always closed. Over a full year
        adjusted values add up to the values if ``method`` is "additive"; otherwise nearly so.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, a period is missing, doubled or not one of ``freq`` or ``calendar``,
        less than two years are complete, missing values leave a season unknown, or values are below 0 with
        "multiplicative".
    TypeError
        If ``periods`` is not a frame, or ``n_seasons`` is not a whole number.
    ValueError
        If ``method`` is not one of those listed, not one of ``freq`` and ``calendar`` is given, ``freq`` is not months,
        quarters or weeks, ``n_seasons`` is missing with ``calendar`` or given without, or a period lies outside
        ``calendar``.

    See Also
    --------
    period_comparison_table : Two periods of the same customers; the same months of two years leave the season out.

    Notes
    -----
    Seasons are taken to be the same in all years. With two years every figure rests on one value, and what happened
    once in a month, such as a promotion, is taken for its season; ``n_years`` says so. Moving holidays (Easter, the
    Spring Festival) and the number of weekends in a month are not adjusted for.

    References
    ----------
    .. [1] Hyndman and Athanasopoulos (2021), *Forecasting: Principles and Practice*, 3rd ed., section 3.4.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.DataFrame({
    ...     "period": pd.date_range("2022-01-01", periods=9, freq="QS"),
    ...     "revenue": [90.0, 100, 120, 130, 99, 110, 132, 143, 20],
    ...     "is_complete": [True] * 8 + [False],
    ... })
    >>> found = seasonal_adjustment_table(quarters, value="revenue", method="multiplicative", freq="Q")
    >>> found = found.set_index("period")
    >>> found[["value", "trend", "seasonal", "adjusted", "year_over_year"]].round(2)
                value   trend  seasonal  adjusted  year_over_year
    period
    2022-01-01   90.0     NaN      0.85    105.64             NaN
    2022-04-01  100.0     NaN      0.92    108.48             NaN
    2022-07-01  120.0  111.12      1.08    111.08             NaN
    2022-10-01  130.0  113.50      1.15    113.45             NaN
    2023-01-01   99.0  116.25      0.85    116.20             0.1
    2023-04-01  110.0  119.38      0.92    119.32             0.1
    2023-07-01  132.0     NaN      1.08    122.19             0.1
    2023-10-01  143.0     NaN      1.15    124.80             0.1
    2024-01-01   20.0     NaN      0.85       NaN             NaN
    """
    check_option(method, _METHODS, name="method")
    calendar_used = calendar_of(freq, calendar)
    n_in_year = _in_a_year(freq, n_seasons)
    name = column_name(value, name="value")
    table, numbers = _opened(periods, name, calendar_used)
    complete = table["is_complete"].to_numpy(dtype=bool)
    values = table[name].to_numpy(dtype=float, na_value=np.nan)
    used = np.where(complete, values, np.nan)
    where = Column("periods", name)
    if (n_known := int((~np.isnan(used)).sum())) < _YEARS * n_in_year:
        raise SchemaError(_TOO_SHORT(n=n_known, value=name, needed=_YEARS * n_in_year))
    if method == "multiplicative" and (n_below := int((used < 0).sum())):
        raise SchemaError(_BELOW(where=where, n=n_below))
    found = decomposed(used, numbers % n_in_year, n_seasons=n_in_year, multiplicative=method == "multiplicative")
    if not found.n_values.all():
        raise SchemaError(_UNKNOWN(where=where, day=table["period"].iloc[int(np.argmin(found.n_values))]))
    adjusted, remainder = _without(used, found.seasonal, found.trend, method)
    result = pd.DataFrame(
        {
            "period": table["period"].to_numpy(),
            "value": values,
            "trend": found.trend,
            "seasonal": found.seasonal,
            "n_years": found.n_values,
            "remainder": remainder,
            "adjusted": adjusted,
            "year_over_year": _over_a_year(used, n_in_year),
            "is_complete": complete,
        }
    )
    return from_pandas(result, like=periods)


def _in_a_year(freq: Freq | None, n_seasons: int | None) -> int:
    """How many periods a year has."""
    if freq is None:
        if n_seasons is None:
            raise ValueError(_HOW_MANY())
        check_int(n_seasons, name="n_seasons", low=2)
        return n_seasons
    if n_seasons is not None:
        raise ValueError(_IDLE(n=n_seasons))
    if length_of(freq) not in _IN_A_YEAR:
        raise ValueError(_NO_SEASONS(freq=freq))
    return _IN_A_YEAR[length_of(freq)]


def _opened(native: Any, value: str, calendar: Calendar) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The rows in order, one of each period, and the numbers of the periods."""
    rows = open_columns(native, ("period", value, "is_complete"), name="periods", made_by=_MADE_BY)
    check_kind(rows, "period", "day", where=Column("periods", "period"), made_by=_MADE_BY)
    check_kind(rows, value, "number", where=Column("periods", value), made_by=_MADE_BY)
    check_kind(rows, "is_complete", "flag", where=Column("periods", "is_complete"), made_by=_MADE_BY)
    table = to_pandas(rows.select(*dict.fromkeys(("period", value, "is_complete"))))
    for name in ("period", "is_complete"):
        if n_missing := int(table[name].isna().sum()):
            raise SchemaError(_NO_PERIOD(where=Column("periods", name), n=n_missing))
    table = table.sort_values("period", ignore_index=True)
    days = [pd.Timestamp(day).to_pydatetime() for day in table["period"]]
    for day in days:
        if not calendar.begins_on(day):
            raise SchemaError(_NOT_FIRST(day=day, periods=calendar.argument))
    numbers = np.array([calendar.number_of(day) for day in days], dtype=np.int64)
    steps = np.diff(numbers)
    if len(twice := np.flatnonzero(steps == 0)):
        raise SchemaError(_TWICE(n=int((numbers == numbers[twice[0]]).sum()), day=days[twice[0]]))
    if len(gaps := np.flatnonzero(steps > 1)):
        raise SchemaError(_GAP(day=calendar.first_day(int(numbers[gaps[0]]) + 1)))
    return table, numbers


def _without(values: Floats, seasonal: Floats, trend: Floats, method: Method) -> tuple[Floats, Floats]:
    """The values without their season, and what is left of these without the trend."""
    if method == "additive":
        return values - seasonal, values - seasonal - trend
    adjusted = values / np.where(seasonal > 0, seasonal, np.nan)
    return adjusted, adjusted / np.where(trend > 0, trend, np.nan)


def _over_a_year(values: Floats, n_in_year: int) -> Floats:
    before = np.concatenate([np.full(n_in_year, np.nan), values[:-n_in_year]])
    return values / np.where(before > 0, before, np.nan) - 1
