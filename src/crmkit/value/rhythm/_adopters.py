"""New customers by period as they are given: checked, in order, with the periods to come."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_turnover
from crmkit._frames import to_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import as_floats
from crmkit._tables import check_kind, finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["Adopters", "Days", "is_column", "next_periods", "period_step", "read_adopters"]

Days = npt.NDArray[np.datetime64]

_NAME: Final = "adopters"
_COLUMN: Final = "new_customers"
_MADE_BY: Final = "value.rhythm.adoption_table"
# The longest period over the shortest: months, quarters and 4-4-5 calendars have up to 1.25.
_MOST_UNEVEN: Final = 1.5
# A day that every month has.
_LAST_COMMON_DAY: Final = 28

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Customers who leave are not taken off the new "
    "ones.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。流失客户不应从新增客户中扣除。",
)
_HOLES: Final = Message(
    en="{where} is missing between known values, first at {at}. Give 0 for a period without new customers.",
    zh="{where}在已知值之间有缺失，最先见于 {at}。没有新增客户的期间请填 0。",
)
_NO_PERIOD: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。",
)
_TWICE: Final = Message(
    en="{where} holds {period:%Y-%m-%d} twice. Give one row per period.",
    zh="{where}中 {period:%Y-%m-%d} 出现两次。每个期间只应有一行。",
)
_UNEVEN: Final = Message(
    en="{where} goes from {before:%Y-%m-%d} to {after:%Y-%m-%d}, longer than its other steps. A period without new "
    "customers needs a row with 0.",
    zh="{where}从 {before:%Y-%m-%d} 跳到 {after:%Y-%m-%d}，间隔长于其他期间。没有新增客户的期间也须有一行，值为 0。",
)
_NOT_A_COLUMN: Final = Message(
    en="{@adopters} must be a table or one column of numbers, got an array of {n} dimensions.",
    zh="{@adopters} 须为表或单列数字，得到 {n} 维数组。",
)
_NONE: Final = Message(en="{where} holds no new customer in any period.", zh="{where}在所有期间都没有新增客户。")


class Adopters(NamedTuple):
    """New customers of consecutive periods; ``n_before`` periods before them are not known.

    ``periods`` are their first days, ``NaT`` where they were not given.
    """

    counts: Floats
    periods: Days
    n_before: int

    def since(self, place: int) -> Adopters:
        """Those from a place on."""
        return Adopters(self.counts[place:], self.periods[place:], self.n_before)


def read_adopters(adopters: Any) -> Adopters:
    """Read a table of ``new_customers``, by ``period`` where there is one, or a column of numbers.

    Missing values before the first known one and after the last are left out: they are those of a run-in and of a
    period that is not over.
    """
    of_column = is_column(adopters)
    where = Parameter(_NAME) if of_column else Column(_NAME, _COLUMN)
    counts, periods = _of_column(adopters) if of_column else _of_table(adopters)
    refuse_rows(counts < 0, _BELOW, where=where)
    known = np.flatnonzero(~np.isnan(counts))
    if not counts[known].any():
        raise SchemaError(_NONE(where=where))
    within = slice(known[0], known[-1] + 1)
    counts, periods = counts[within], periods[within]
    if (holes := np.flatnonzero(np.isnan(counts))).size:
        at = periods[holes[0]]
        raise SchemaError(
            _HOLES(where=where, at=f"[{holes[0] + known[0]}]" if np.isnat(at) else f"{_day(at):%Y-%m-%d}")
        )
    with np.errstate(over="ignore"):
        check_turnover(float(counts.sum()), where=where)
    return Adopters(counts, periods, int(known[0]))


def period_step(periods: Days) -> np.timedelta64 | None:
    """The step between periods in months, else in days; None unless all are the same."""
    if len(periods) < 2 or np.isnat(periods).any():
        return None
    days, months = periods.astype("datetime64[D]"), periods.astype("datetime64[M]")
    day_of_month = (days - months.astype("datetime64[D]")).astype(np.int64)
    monthly = (day_of_month == day_of_month[0]).all() and day_of_month[0] < _LAST_COMMON_DAY
    for step, fits in ((np.diff(months), monthly), (np.diff(days), True)):
        if fits and (step == step[0]).all() and step[0].astype(np.int64) > 0:
            return np.timedelta64(step[0])
    return None


def next_periods(periods: Days, n: int) -> Days:
    """The first days of the n periods that follow, ``NaT`` unless they are evenly spaced in months or in days."""
    step = period_step(periods)
    if step is None:
        return np.full(n, np.datetime64("NaT", "us"))
    last, ahead = periods[-1].astype("datetime64[D]"), step * np.arange(1, n + 1)
    if np.datetime_data(step)[0] == "D":
        return np.asarray(last + ahead, dtype="datetime64[us]")
    month = last.astype("datetime64[M]")
    return np.asarray(
        (month + ahead).astype("datetime64[D]") + (last - month.astype("datetime64[D]")), "datetime64[us]"
    )


def is_column(adopters: Any) -> bool:
    """Whether something is a column of numbers rather than a table."""
    if isinstance(adopters, (list, tuple, np.ndarray)):
        return True
    return isinstance(nw.from_native(adopters, allow_series=True, pass_through=True), nw.Series)


def _of_column(adopters: Any) -> tuple[Floats, Days]:
    counts = np.atleast_1d(as_floats(adopters, name=_NAME))
    if counts.ndim > 1:
        raise ValueError(_NOT_A_COLUMN(n=counts.ndim))
    return counts, np.full(len(counts), np.datetime64("NaT", "us"))


def _of_table(adopters: Any) -> tuple[Floats, Days]:
    """The counts and the periods of a table, in order of the periods where it has them."""
    rows = open_columns(adopters, [_COLUMN], name=_NAME, made_by=_MADE_BY)
    counts = finite_columns(adopters, [_COLUMN], name=_NAME)[_COLUMN]
    if "period" not in rows.collect_schema().names():
        return counts, np.full(len(counts), np.datetime64("NaT", "us"))
    where = Column(_NAME, "period")
    check_kind(rows, "period", "day", where=where, made_by=_MADE_BY)
    periods = to_pandas(rows.select("period"))["period"].to_numpy(dtype="datetime64[us]")
    refuse_rows(np.isnat(periods), _NO_PERIOD, where=where)
    order = np.argsort(periods, kind="stable")
    counts, periods = counts[order], periods[order]
    steps = np.diff(periods.astype("datetime64[D]")).astype(np.int64)
    if (twice := np.flatnonzero(steps == 0)).size:
        raise SchemaError(_TWICE(where=where, period=_day(periods[twice[0]])))
    if (long := np.flatnonzero(steps > _MOST_UNEVEN * steps.min(initial=np.iinfo(np.int64).max))).size:
        before, after = periods[long[0]], periods[long[0] + 1]
        raise SchemaError(_UNEVEN(where=where, before=_day(before), after=_day(after)))
    return counts, periods


def _day(moment: np.datetime64) -> pd.Timestamp:
    return pd.Timestamp(moment)
