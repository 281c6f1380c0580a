"""What the tickets of a period come to, in one table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq, next_day
from crmkit._calendars import Calendar, calendar_if_any
from crmkit._checks import Day, as_day, check_fraction, check_int, check_number
from crmkit._frames import FrameT, from_pandas, midnight, to_pandas
from crmkit._grouping import beside_labels, check_labels, label_names
from crmkit._kpi import KPI_COLUMNS, tells
from crmkit._messages import Message, Parameter
from crmkit._tables import TICKETS, open_table
from crmkit.metrics._cell_periods import beside_periods
from crmkit.metrics._service_kpis._cases import Limits, cases_as_of
from crmkit.metrics._service_kpis._cells import cells_of
from crmkit.metrics._service_kpis._records import COUNTED
from crmkit.metrics._service_kpis._rows import counts_of, rows_of
from crmkit.metrics._service_kpis._working_time import working_time

__all__ = ["service_kpis"]

_READ: Final = (
    "customer_id",
    "kind",
    "created",
    "first_response",
    "first_response_hours",
    "resolved",
    "resolution_hours",
    "due",
    "n_contacts",
    "ever_resolved",
    "reopened",
    "escalated",
)
_NUMBER: Final = "__crmkit_number"
_OWN: Final = ("scope", "period", "is_complete", *KPI_COLUMNS, *_READ)

_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)
_NOT_OVER: Final = Message(
    en="{@as_of} is the day on which the tickets stand as they do, and must not lie before {@end}, got "
    "{as_of:%Y-%m-%d} and {end:%Y-%m-%d}. Give an earlier {@end}.",
    zh="{@as_of} 为工单状态的截至日期，不得早于 {@end}，得到 {as_of:%Y-%m-%d} 与 {end:%Y-%m-%d}。请给出更早的 {@end}。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} has {names}, which the table or the result has too. Keep the column under another name.",
    zh="{@by} 中的 {names} 与工单表或结果表的列重名，请以别的列名保留。",
)
_NOT_ABOVE: Final = Message(en="{name} must be above 0, got {value!r}.", zh="{name} 须大于 0，得到 {value!r}。")
_BELOW: Final = Message(en="{name} must not be below 0, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
_BASE_OF_PERIODS: Final = Message(
    en="{name} is of the whole period, and {divided} divides it. Leave that out, or add the complaints of each period "
    "to a table of orders and customers, for {@kpi_table()}.",
    zh="{name} 为整个期间的数，而 {divided} 将其分段。请去掉后者，或将各期投诉数加入订单与客户的汇总表，再用 "
    "{@kpi_table()} 计算。",
)
_KINDS: Final = Message(
    en="{@complaint_kinds} must be a sequence of labels, got {value!r}. Pass [{value!r}].",
    zh="{@complaint_kinds} 应为标签的序列，得到 {value!r}。请写作 [{value!r}]。",
)


@tells(*COUNTED)
def service_kpis(
    tickets: FrameT,
    *,
    start: Day,
    end: Day,
    as_of: Day,
    by: str | Sequence[str] = (),
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    customers: float | None = None,
    orders: float | None = None,
    complaint_kinds: Collection[object] = ("complaint",),
    sla_hours: float | None = None,
    complaint_days: int | None = None,
    horizon_hours: float | None = None,
    working_hours: Sequence[float] | None = None,
    working_days: str = "Mon Tue Wed Thu Fri",
    holidays: Iterable[Day] = (),
    extra_working_days: Iterable[Day] = (),
    level: float = 0.95,
) -> FrameT:
    """Compute the KPIs of the tickets received in a period, as they stand at the end of a day.

    `kpi_catalogue` defines them. A ticket that is still open has taken some time already and will take more: it counts
    as censored, and the times are medians of Kaplan and Meier's curve with their intervals. The mean of resolved
    tickets alone is too low while others are open, so it is missing then; give ``horizon_hours`` for a mean that is
    not.

    Parameters
    ----------
    tickets : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_tickets` makes them.
    start, end : date or ISO text
        First and last day on which the tickets were created.
    as_of : date or ISO text
        The day at whose end the tickets stand as they do, not before ``end`` and not after the day on which the table
        was drawn: answers and resolutions after it are not known yet. The flags, which have no date, count as they are
        given.
    by : str or sequence of str, optional
        Columns that `crmkit.as_tickets` kept, such as a channel or a team. A missing label makes a group of its own.
    freq : str, optional
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year of creation, each with its own
        rows. Another last weekday or month is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    customers, orders : float, optional
        What complaints are compared with: the customers and the orders of the period. For the rows of all groups
        together; not with ``freq`` or ``calendar``.
    complaint_kinds : collection of labels, default ("complaint",)
        The values of ``kind`` that are complaints.
    sla_hours : float, optional
        Hours within which tickets are to be resolved. The ticket's own ``due`` time otherwise.
    complaint_days : int, optional
        Working days after the day of creation within which complaints are to be answered. Otherwise a complaint is in
        time if it is resolved within the limit of all tickets.
    horizon_hours : float, optional
        Where the restricted mean of the resolution times ends; no longer than the tickets were watched. Without it that
        mean is missing.
    working_hours : pair of float, optional
        Hours of the day between which time counts, such as (9, 18), on working days. All durations and ``sla_hours``
        are then in working hours. Without it all hours that go by count.
    working_days : str, default "Mon Tue Wed Thu Fri"
        Weekdays that are worked, as in NumPy's business days.
    holidays, extra_working_days : sequence of date or ISO text, default ()
        Days that are not worked, and days that are worked all the same.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per group, period and KPI; those of all groups together are last. The columns of ``by`` and ``scope``:
        "group", "no label" where a label is missing, "all" for all groups together, whose labels are missing; only with
        ``by``. ``period``, its first day, and ``is_complete``, whether all of its days lie between ``start`` and
        ``end``; only with
        ``freq`` or ``calendar``. Then the long form: ``kpi``; ``value``; ``numerator`` and ``denominator``, missing
        if a KPI is not a ratio; ``n``, the tickets or complaints it rests on; ``lower`` and ``upper``: Brookmeyer and
        Crowley's interval for medians, Wilson's for shares, Poisson's for events per base, otherwise missing.

        ``sla_attainment`` and ``complaint_timeliness`` rest on those whose limit is past on ``as_of``, so that all of
        them had the same chance; one that is still pending then has missed it. ``first_contact_resolution`` rests on
        resolved tickets, ``reopen_rate`` on those that were resolved at least once. What is not recorded is missing,
        and so is a median that is not reached.

    Raises
    ------
    SchemaError
        If a column is missing or of the wrong kind.
    TypeError
        If ``tickets`` is not a frame, or an option is of the wrong kind.
    ValueError
        If a day is not a date, the days are not in order, or an option lies outside its range.

    See Also
    --------
    crmkit.as_tickets : The door for tickets.
    kpi_catalogue : Definitions, units and sources.

    References
    ----------
    .. [1] Brookmeyer and Crowley (1982), "A Confidence Interval for the Median Survival Time", *Biometrics* 38.

    Examples
    --------
    >>> from crmkit import as_tickets, make_tickets
    >>> cases = make_tickets(random_state=1).tickets
    >>> tickets = as_tickets(cases, first_response="first_response", due="due", kind="kind", keep=["channel"])
    >>> kpis = service_kpis(tickets, start="2024-06-01", end="2024-06-30", as_of="2024-06-30", orders=9000)
    >>> shown = ["n_tickets", "open_tickets", "first_response_time", "median_resolution_time", "sla_attainment"]
    >>> kpis.set_index("kpi").loc[shown, ["value", "lower", "upper", "n"]].round(2)
                             value  lower  upper      n
    kpi
    n_tickets               309.00    NaN    NaN  309.0
    open_tickets             11.00    NaN    NaN  309.0
    first_response_time       2.75   2.33   3.03  309.0
    median_resolution_time   32.18  25.80  36.73  309.0
    sla_attainment            0.78   0.73   0.83  309.0
    """
    check_fraction(level, name="level")
    first, last, day = (as_day(given, name=name) for given, name in ((start, "start"), (end, "end"), (as_of, "as_of")))
    if last < first:
        raise ValueError(_ENDS_EARLY(start=first, end=last))
    if day < last:
        raise ValueError(_NOT_OVER(as_of=day, end=last))
    labels = label_names(by)
    if taken := [name for name in labels if name in _OWN]:
        raise ValueError(_NAME_TAKEN(names=taken))
    periods = calendar_if_any(freq, calendar)
    bases = _bases(customers, orders, periods)
    for name, value in (("sla_hours", sla_hours), ("horizon_hours", horizon_hours)):
        _check_above_zero(value, name=name)
    if complaint_days is not None:
        check_int(complaint_days, name="complaint_days", low=1)
    if isinstance(complaint_kinds, str) or not isinstance(complaint_kinds, Iterable):
        raise TypeError(_KINDS(value=complaint_kinds))
    time = working_time(
        working_hours, working_days=working_days, holidays=holidays, extra_working_days=extra_working_days
    )
    limits = Limits(time, working_hours is not None, sla_hours, complaint_days)
    rows = _read(tickets, labels, first, last, periods)
    cases = cases_as_of(rows, day, limits=limits, complaint_kinds=complaint_kinds)
    numbers = range(1) if periods is None else periods.numbers(first, last)
    cells = cells_of(rows, by=labels, number=_NUMBER, numbers=numbers)
    counts = [counts_of(cases.at(places), horizon_hours=horizon_hours, level=level) for places in cells.places]
    # What complaints are compared with is known of the whole alone.
    per_customer, per_order = (np.where(cells.whole, base, np.nan) for base in bases)
    found = rows_of(counts, customers=per_customer, orders=per_order, level=level)
    if periods is not None:
        found = beside_periods(found, numbers, periods, n_groups=len(cells.groups), first=first, last=last)
    table = beside_labels(found, cells.groups, cells.scopes) if labels else found
    return from_pandas(table, like=tickets)


def _bases(customers: float | None, orders: float | None, periods: Calendar | None) -> list[float]:
    for name, value in (("customers", customers), ("orders", orders)):
        if value is None:
            continue
        check_number(value, name=name)
        if value < 0:
            raise ValueError(_BELOW(name=Parameter(name), value=value))
        if periods is not None:
            raise ValueError(_BASE_OF_PERIODS(name=Parameter(name), divided=periods.argument))
    return [np.nan if value is None else float(value) for value in (customers, orders)]


def _check_above_zero(value: float | None, *, name: str) -> None:
    if value is not None:
        check_number(value, name=name)
        if value <= 0:
            raise ValueError(_NOT_ABOVE(name=Parameter(name), value=value))


def _read(
    tickets: object, labels: Sequence[str], first: datetime, last: datetime, periods: Calendar | None
) -> pd.DataFrame:
    """The tickets created in a period, in memory, with the number of the period they were created in."""
    rows = open_table(tickets, TICKETS, columns=_READ, also=labels)
    check_labels(rows, labels, table="tickets")
    created = nw.col("created")
    within = (created >= midnight(first, of=rows)) & (created < midnight(next_day(last), of=rows))
    rows = rows.filter(within).select(*_READ, *labels)
    if periods is None:
        return to_pandas(rows.with_columns(nw.lit(0).alias(_NUMBER)))
    return to_pandas(periods.numbered(rows, "created", into=_NUMBER))
