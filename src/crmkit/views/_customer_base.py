"""The customer-base audit of an activity table: all five lenses, of periods chosen by what the table holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq, next_day
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import AnyFrame, midnight, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import ACTIVITY, open_table
from crmkit._time_units import DAYS, DAYS_A_YEAR
from crmkit.errors import SchemaError
from crmkit.metrics import base_audit

__all__ = ["CustomerBase", "base_freq", "customer_base"]

Days = tuple[datetime, datetime]

_BEFORE: Final = "before"
# Of fewer years, customers acquired in the same quarter make a layer.
_YEARS: Final = 3
# Months from which on periods are quarters, and years.
_BY_QUARTER: Final = 24
_BY_YEAR: Final = 72
# Parts of a year that are compared: the longest of which there are two.
_PARTS: Final = (1, 2, 4)

_TOO_SHORT: Final = Message(
    en="{@activity} has {n:,} {n:period|periods} that {n:is|are} over by {day:%Y-%m-%d}; comparing takes two. Give "
    "a later {@as_of}, or shorter periods.",
    zh="截至 {day:%Y-%m-%d}，{@activity} 仅有 {n:,} 期已结束，比较至少需要两期。请给出更晚的 {@as_of}，或更短的期间。",
)


_ONE_RANGE: Final = Message(
    en="Give {@before} and {@after}, or neither.", zh="{@before} 与 {@after} 须都给出或都不给。"
)


def base_freq(first_day: Day, *, as_of: Day) -> Freq:
    """Choose the length of the periods by which a log is looked at.

    Parameters
    ----------
    first_day, as_of : date or ISO text
        The first and the last day of the log.

    Returns
    -------
    str
        "M" for less than 24 months, to the nearest, "Q" for less than 72, otherwise "Y": some 24 periods at most.

    Raises
    ------
    ValueError
        If a day is not a date.

    Examples
    --------
    >>> base_freq("2022-01-01", as_of="2024-12-31")
    'Q'
    """
    first, last = as_day(first_day, name="first_day"), as_day(as_of, name="as_of")
    months = round((last - first).days / DAYS["M"])
    return "M" if months < _BY_QUARTER else "Q" if months < _BY_YEAR else "Y"


class CustomerBase(NamedTuple):
    """The five lenses of the customer-base audit; `customer_base` makes it.

    Attributes
    ----------
    before, after : pair of datetime, or as given
        First and last day of the two ranges of periods compared.
    cohort : str, or as given
        First day of the period in which the customers of lens 3 were acquired.
    distribution, deciles, quantiles : the kind of table given
        Lens 1, of ``after``, as they are given by `crmkit.metrics.base_audit.customer_distribution_table`,
        `crmkit.metrics.base_audit.customer_decile_table` and `crmkit.metrics.base_audit.customer_quantile_table`.
    groups, change, moves : the kind of table given
        Lens 2: `crmkit.metrics.base_audit.customer_flow_table`, `crmkit.metrics.base_audit.period_change_table` and
        `crmkit.metrics.base_audit.decile_movement_table`.
    history : the kind of table given
        Lens 3: `crmkit.metrics.base_audit.cohort_history_table`.
    cohorts : the kind of table given
        Lens 4: `crmkit.metrics.base_audit.cohort_comparison_table`.
    layers, changes : the kind of table given
        Lens 5: `crmkit.metrics.base_audit.base_history_table` and `crmkit.metrics.base_audit.change_history_table`.
    """

    before: Any
    after: Any
    cohort: Any
    distribution: Any
    deciles: Any
    quantiles: Any
    groups: Any
    change: Any
    moves: Any
    history: Any
    cohorts: Any
    layers: Any
    changes: Any


def customer_base(
    activity: Any,
    *,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    before: Any = None,
    after: Any = None,
    cohort: Any = None,
    first_day: Day | None = None,
) -> CustomerBase:
    """Look at a customer base through the five lenses of the customer-base audit.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    as_of : date or ISO text
        The last day that counts.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    before, after : str or pair of dates, optional
        The two ranges of periods to compare, as in `crmkit.metrics.base_audit.period_change_table`; give both or
        neither. By default the last 12 months that are over by ``as_of`` (or as many periods as make a year) and the 12
        before; where the table is too short for that, 6, 3 or single ones.
    cohort : date or text, optional
        The period of acquisition whose customers are followed, as in
        `crmkit.metrics.base_audit.cohort_history_table`. By default the oldest of which it is known that they are new:
        without a column ``cohort`` the first period of the table has old customers too.
    first_day : date or ISO text, optional
        Where the log begins: periods of which some days lie before it are not compared by default. Without it, the
        first period of the table is taken to be whole.

    Returns
    -------
    CustomerBase
        The tables of the five lenses, in the kind of frame given, and the days that they are of.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, fewer than two periods are over by ``as_of``, nobody ordered in both
        ranges, or the periods are not those of ``freq`` or ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``before`` and ``after`` are not given together, or another
        argument is not as described.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> base = customer_base(activity, as_of="1998-06-30", freq="M")
    >>> [f"{day:%Y-%m-%d}" for day in (*base.before, *base.after)], base.cohort
    (['1997-07-01', '1997-12-31', '1998-01-01', '1998-06-30'], '1997-02-01')
    >>> base.change[["kpi", "previous", "value", "contribution"]].round(2)
                       kpi  previous     value  contribution
    0                spend  55096.58  42867.12     -12229.46
    1     active_customers    619.00    515.00      -8962.64
    2   purchase_frequency      2.46      2.31      -3050.60
    3  average_order_value     36.15     35.99       -216.22
    """
    periods = calendar_of(freq, calendar)
    divided: dict[str, Any] = {"as_of": as_of, "freq": freq, "calendar": calendar}
    if (before is None) != (after is None):
        raise ValueError(_ONE_RANGE())
    rows = open_table(activity, ACTIVITY, columns=("customer_id", "period"))
    whole = _whole_periods(rows, periods, as_day(as_of, name="as_of"))
    a_year = max(1, round(DAYS_A_YEAR / _mean_days(periods, whole)))
    if before is None:
        since = None if first_day is None else as_day(first_day, name="first_day")
        before, after = _compared(periods, whole, a_year=a_year, since=since)
    compared: dict[str, Any] = {"before": before, "after": after, **divided}
    change = base_audit.period_change_table(activity, **compared)
    cohorts = base_audit.cohort_comparison_table(activity, **divided)
    if cohort is None:
        cohort = _oldest(cohorts, has_cohort="cohort" in rows.collect_schema().names())
    lag = a_year if len(whole) > a_year else 1
    return CustomerBase(
        before=before,
        after=after,
        cohort=cohort,
        distribution=base_audit.customer_distribution_table(activity, period=after, **divided),
        deciles=base_audit.customer_decile_table(activity, period=after, **divided),
        quantiles=base_audit.customer_quantile_table(activity, period=after, **divided),
        groups=base_audit.customer_flow_table(activity, **compared),
        change=change,
        moves=base_audit.decile_movement_table(activity, **compared),
        history=base_audit.cohort_history_table(activity, cohort=cohort, **divided),
        cohorts=cohorts,
        layers=base_audit.base_history_table(
            activity, **divided, cohort_freq="Y" if len(whole) >= _YEARS * a_year else "Q"
        ),
        changes=base_audit.change_history_table(activity, **divided, lag=lag),
    )


def _whole_periods(rows: AnyFrame, periods: Calendar, day: datetime) -> range:
    """The periods of the table that are over by a day."""
    early = rows.filter(nw.col("period") < midnight(next_day(day), of=rows)).select(nw.col("period").min())
    first = to_pandas(early)["period"].iloc[0]
    whole = range(0) if pd.isna(first) else range(periods.number_of(first.to_pydatetime()), periods.last_over(day) + 1)
    if len(whole) < 2:
        raise SchemaError(_TOO_SHORT(n=len(whole), day=day))
    return whole


def _mean_days(periods: Calendar, numbers: range) -> float:
    return ((periods.last_day(numbers[-1]) - periods.first_day(numbers[0])).days + 1) / len(numbers)


def _compared(periods: Calendar, whole: range, *, a_year: int, since: datetime | None) -> tuple[Days, Days]:
    """The last two ranges of equal length: years, else parts of a year, else periods."""
    room = sum(since is None or periods.first_day(number) >= since for number in whole)
    n = next((length for part in _PARTS if 0 < (length := a_year // part) <= room // 2), 1)
    middle = len(whole) - n
    before, after = (
        (periods.first_day(each[0]), periods.last_day(each[-1]))
        for each in (whole[middle - n : middle], whole[middle:])
    )
    return before, after


def _oldest(cohorts: Any, *, has_cohort: bool) -> str:
    """The oldest cohort that is known to be new, else the oldest."""
    known = to_pandas(open_frame(cohorts, name="cohorts").select("cohort").unique())["cohort"]
    acquired = sorted(set(known) - {_BEFORE})
    return str(acquired[0 if has_cohort or len(acquired) == 1 else 1])
