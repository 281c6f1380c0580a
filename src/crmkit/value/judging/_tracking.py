"""Repeat purchases over time, actual ones and those that a model expects of new customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame
from scipy.sparse import csr_array

from crmkit._arrays import Floats
from crmkit._calendar import Freq, day_number, day_numbers
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day, some
from crmkit._frames import AnyFrame, FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to
from crmkit.value.judging._followed import Followed, purchases_by_day
from crmkit.value.judging._judged import Judged, as_new, days_per_unit, floats

__all__ = ["tracking_table"]

_EPOCH = datetime(1970, 1, 1)

_ENDS_EARLY: Final = Message(
    en="{@observation_end} must be after {@calibration_end}, got {end:%F} and {split:%F}.",
    zh="{@observation_end} 须晚于 {@calibration_end}，得到 {end:%F} 与 {split:%F}。",
)
_NOBODY: Final = Message(
    en="{@calibration_end} is {split:%F}; nobody bought by then. Give a later day.",
    zh="{@calibration_end} 为 {split:%F}，此前无人购买。请给出更晚的日期。",
)
_NO_CUSTOMERS: Final = Message(
    en="{@customers} must be a table of customer_id and {covariates} for this model, got None.",
    zh="此模型需要 {@customers}：含 customer_id 与 {covariates} 的表，得到 None。",
)
_TWICE: Final = Message(
    en="{@customers} has ids more than once: {ids}. Leave one row of each.",
    zh="{@customers} 中有重复的编号：{ids}。请每位客户只留一行。",
)
_LACKING: Final = Message(
    en="{@customers} lacks ids that have transactions: {ids}. Add them.",
    zh="{@customers} 缺少有交易的编号：{ids}。请补上。",
)


def tracking_table(
    transactions: FrameT,
    *,
    model: Judged,
    calibration_end: Day,
    observation_end: Day,
    freq: Freq = "W",
    calendar: IntoFrame | None = None,
    customers: FrameT | None = None,
) -> FrameT:
    r"""Compare the repeat purchases of a group of customers, period by period, with those that a model expects.

    All customers who bought by ``calibration_end`` are followed. The model is asked about new customers, from
    their first purchase day :math:`d_i` to the end of the last day :math:`e` of the period:

    .. math:: \sum_i E[X(e + 1 - d_i)]

    so this judges the model itself, not what it has learned about each customer.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    model : a fitted model of purchases
        Of any class.
    calibration_end : date or ISO text
        Last day of the calibration period.
    observation_end : date or ISO text
        The last day counted.
    freq : str, default "W"
        "W", "D", "M", "Q" or "Y": weeks from Monday, days, months, quarters or years. Another last weekday or
        month is named: "W-SAT", "Q-JAN", "Y-MAR". The literature counts weeks from the first purchase day:
        take every seventh row of ``freq="D"``.
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    customers : the same kind of frame, optional
        For a model with covariates: ``customer_id`` and the covariates, a row for each customer followed.

    Returns
    -------
    the kind of frame given
        One row per period from the first purchase to ``observation_end``.

        ``number``
            1, 2 …
        ``period``, ``last_day``
            First and last day; the last period ends with ``observation_end``.
        ``is_complete``
            False where ``observation_end`` cuts the period short.
        ``is_holdout``
            Whether it starts after ``calibration_end``.
        ``actual``, ``expected``
            Purchase days in the period, without each customer's first.
        ``actual_cumulative``, ``expected_cumulative``
            The same since the beginning.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing, or ``customers`` lacks a customer or has one twice.
    TypeError
        If ``model`` is not a model, or a table is not a frame.
    ValueError
        If a day is not a date or the days are in the wrong order, nobody bought by ``calibration_end``, ``freq`` is
        not one of those listed, a day lies outside ``calendar``, or a model with covariates comes without
        ``customers``.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way", *Marketing Science* 24(2),
       figure 4.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> transactions = as_transactions(load_cdnow())
    >>> model = BetaGeoModel().fit(customer_summary(transactions, as_of="1997-09-30"))
    >>> weeks = tracking_table(transactions, model=model, calibration_end="1997-09-30", observation_end="1998-06-30")
    >>> weeks[["number", "actual", "expected", "actual_cumulative", "expected_cumulative"]].tail(2).round(1)
        number  actual  expected  actual_cumulative  expected_cumulative
    77      78      35      35.6               4336               4155.5
    78      79       3      10.1               4339               4165.7
    """
    periods = calendar_of(freq, calendar, default="W")
    unit = days_per_unit(model)
    split, end = as_day(calibration_end, name="calibration_end"), as_day(observation_end, name="observation_end")
    if end <= split:
        raise ValueError(_ENDS_EARLY(end=end, split=split))
    rows = up_to(checked_transactions(transactions), end, name="observation_end")
    bought = rows.filter(nw.col("n_orders") > 0).select("customer_id", day_number(nw.col("date")).alias("day"))
    followed = purchases_by_day(bought, first_until=_number(split))
    if not len(followed.day):
        raise ValueError(_NOBODY(split=split))
    new = _new_customers(model, followed, customers, bought=bought, cohort_end=_number(split))
    starts, ends = _days(periods, int(followed.day[0]), _number(end))
    last = np.minimum(ends, _number(end))
    expected = _cumulative(model, new, last, unit=unit)
    period_of = np.searchsorted(starts, followed.day, side="right") - 1
    repeats = followed.n_customers - followed.n_new
    actual = np.bincount(period_of, weights=repeats, minlength=len(starts)).astype(np.int64)
    table = pd.DataFrame(
        {
            "number": np.arange(1, len(starts) + 1),
            "period": _dates(starts),
            "last_day": _dates(last),
            "is_complete": ends <= _number(end),
            "is_holdout": starts > _number(split),
            "actual": actual,
            "expected": np.diff(expected, prepend=0.0),
            "actual_cumulative": np.cumsum(actual),
            "expected_cumulative": expected,
        }
    )
    return from_pandas(table, like=transactions)


class _New(NamedTuple):
    """Distinct customers without a history; which of them, and how many, first bought on which day."""

    customers: pd.DataFrame
    codes: npt.NDArray[np.intp]
    first: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]


def _new_customers(model: Judged, followed: Followed, customers: Any, *, bought: AnyFrame, cohort_end: int) -> _New:
    covariates = [*getattr(model, "purchase_covariates", ()), *getattr(model, "dropout_covariates", ())]
    covariates = list(dict.fromkeys(covariates))
    if not covariates:
        begun = followed.n_new > 0
        first, n = followed.day[begun], followed.n_new[begun]
        return _New(as_new(pd.DataFrame(index=[0])), np.zeros(len(first), dtype=np.intp), first, n)
    if customers is None:
        raise ValueError(_NO_CUSTOMERS(covariates=covariates))
    columns = ["customer_id", *covariates]
    frame = open_columns(customers, columns, name="customers", made_by=None)
    known = to_pandas(frame.select(*columns)).set_index("customer_id")
    copies = known.index[known.index.duplicated()].unique()
    if len(copies):
        raise SchemaError(_TWICE(ids=some(copies.tolist())))
    started = to_pandas(bought.group_by("customer_id").agg(nw.col("day").min()).filter(nw.col("day") <= cohort_end))
    strangers = pd.Index(started["customer_id"]).difference(known.index)
    if len(strangers):
        raise SchemaError(_LACKING(ids=some(strangers.tolist())))
    own = known.loc[started["customer_id"]]
    codes = np.asarray(own.groupby(covariates, sort=False, dropna=False).ngroup(), dtype=np.intp)
    first_of_each = np.unique(codes, return_index=True)[1]
    first = started["day"].to_numpy(dtype=np.int64)
    return _New(as_new(own.iloc[first_of_each]), codes, first, np.ones_like(first))


def _cumulative(model: Judged, new: _New, last: npt.NDArray[np.int64], *, unit: float) -> Floats:
    """Purchases expected up to the end of each last day: a curve by age, in days, for each kind of customer."""
    start = int(new.first.min())
    span = int(new.first.max()) - start + 1
    shape = (span, len(new.customers))
    counts = csr_array((new.n.astype(np.float64), (new.first - start, new.codes)), shape=shape)
    ages = np.unique(last[:, None] + 1 - np.unique(new.first))
    ages = ages[ages > 0]
    total: Floats = np.zeros(len(last))
    for age, of_each in zip(ages, _by_age(model, new.customers, ages / unit), strict=True):
        by_first_day = counts @ of_each
        at = last + 1 - age - start
        there = (at >= 0) & (at < span)
        total[there] += by_first_day[at[there]]
    return total


def _by_age(model: Judged, new: pd.DataFrame, ages: Floats) -> Iterable[Floats]:
    """Purchases expected of each kind of customer up to each age, in the model's unit."""
    covariates = new.drop(columns=["frequency", "recency", "T"])
    if len(new) == 1:
        curve = model.expected_curve(ages, covariates=covariates.iloc[0].to_dict())
        return np.asarray(curve["expected_purchases"], dtype=np.float64)[:, None]
    return (floats(model.expected_purchases(new, horizon=age)) for age in ages)


def _days(periods: Calendar, first: int, end: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last days of the periods that hold the days from one to another."""
    numbers = periods.numbers(*(datetime.fromordinal(day + _EPOCH.toordinal()) for day in (first, end)))
    return day_numbers(periods.first_days(numbers)), day_numbers(periods.last_days(numbers))


def _number(day: datetime) -> int:
    return (day - _EPOCH).days


def _dates(days: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[D]").astype("datetime64[us]")
