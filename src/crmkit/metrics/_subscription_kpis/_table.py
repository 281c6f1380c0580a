"""The KPIs of the subscriptions of a period, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_if_any
from crmkit._checks import Day, as_day, check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._grouping import beside_labels, label_names, labels_of
from crmkit._kpi import KPI_COLUMNS, long_form, tells
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.metrics._cell_periods import beside_periods
from crmkit.metrics._mrr_spells import begun_by, number_of_day, rows_of_spells, spells_of
from crmkit.metrics._subscription_kpis._contracts import contracts_of
from crmkit.metrics._subscription_kpis._counts import Days, Groups, counts_of
from crmkit.metrics._subscription_kpis._intervals import with_drawn_intervals
from crmkit.metrics._subscription_kpis._records import COUNTED
from crmkit.metrics._subscription_kpis._rows import rows_of

__all__ = ["subscription_kpis"]

_OWN: Final = (
    *("scope", "period", "is_complete", *KPI_COLUMNS),
    *("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "list_mrr", "trial", "currency"),
)

_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)
_NOT_OVER: Final = Message(
    en="{@as_of} is the day on which the table was drawn, and must not lie before {@end}, got {as_of:%Y-%m-%d} and "
    "{end:%Y-%m-%d}. Give an earlier {@end}.",
    zh="{@as_of} 为订阅表的导出日期，不得早于 {@end}，得到 {as_of:%Y-%m-%d} 与 {end:%Y-%m-%d}。请给出更早的 {@end}。",
)
_NAME_TAKEN: Final = Message(
    en="{@by} has {names}, which the table or the result has too. Keep the column under another name.",
    zh="{@by} 中的 {names} 与订阅表或结果表的列重名，请以别的列名保留。",
)


@tells(*COUNTED)
def subscription_kpis(
    subscriptions: FrameT,
    *,
    start: Day,
    end: Day,
    as_of: Day | None = None,
    by: str | Sequence[str] = (),
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    level: float = 0.95,
    n_draws: int = 500,
    random_state: int | np.random.Generator | None = None,
) -> FrameT:
    """Compute the KPIs of the subscriptions of a period, or of each period from one day to another, by group.

    `kpi_catalogue` defines them; what counts as a customer and as a movement is told at `mrr_movement_table`. Money is
    compared from the close of the day before a period to that of its last day.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes them.
    start, end : date or ISO text
        First and last day that count. An end that became known after ``end`` does not exist yet.
    as_of : date or ISO text, optional
        The day on which the table was drawn, not before ``end``. Only ``committed_mrr`` asks for it: on that day all
        that the table says is known, contracts that begin later and ends without ``end_known`` among it.
    by : str or sequence of str, optional
        Columns that `crmkit.as_subscriptions` kept, such as a plan or a region. A missing label makes a group of its
        own.
    freq : str, optional
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year, each with its own rows.
        Another last weekday or month is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    n_draws : int, default 500
        Draws for the intervals of ratios of money; 0 for no such intervals.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same intervals each time, None new ones.

    Returns
    -------
    the kind of frame given
        One row per group, period and KPI; those of all groups together are last. The columns of ``by`` and ``scope``:
        "group", "no label" where a label is missing, "all" for all groups together, whose labels are missing; only with
        ``by``. ``period``, its first day, and ``is_complete``, whether all of its days lie between ``start`` and
        ``end``; only with ``freq`` or ``calendar``. Then the long form: ``kpi``, those with several definitions once
        for each, as in "customer_churn_rate[open]"; ``value``; ``numerator`` and ``denominator``, missing if a KPI
        is not a ratio; ``n``, the customers or trials it rests on; ``lower`` and ``upper``. A ratio whose denominator
        is 0 is missing.

        The interval is Wilson's for shares of customers and trials. For ratios of money it is that of a bootstrap over
        customers with Rubin's weights: how the ratio might have come out with other customers of the same kind. It is
        missing where no draw differs from another, as where nothing was lost. Sums have none.

        ``committed_mrr`` counts contracts at ``list_mrr``, or at ``mrr`` where that is missing, until their end is
        known. A spell that another one of the same subscription follows at once goes on, at its price until the next
        one is known. It is missing where a spell has an end ahead without ``end_known``, unless the period ends
        on ``as_of``: what was known of it would be a look into the future.

        A trial ends in the period of its ``end``, and has become paid if the same subscription goes on at a price on
        that day. ``trial_conversion_rate[ended]`` leaves trials that still run out, ``open_trials`` counts them.

        In groups, what customers who stayed shifted from one group to another is neither won nor lost: they do not
        count as churned or as new, and ``net_new_mrr`` leaves it out. ``mrr_movement_table`` shows it as ``moved_mrr``.
        An expansion or contraction counts in the group in which it comes about. ``customer_churn_rate[open]`` has
        those who moved into the group in its base.

    Raises
    ------
    SchemaError
        If a column is missing or of the wrong kind, no spell begins by ``end``, spells of one subscription overlap, or
        there are several currencies.
    TypeError
        If ``subscriptions`` is not a frame, or an option is of the wrong kind.
    ValueError
        If a day is not a date, the days are not in order, ``freq`` is not one of those listed, ``by`` names a column
        of the table's own, ``level`` is not between 0 and 1, or ``n_draws`` or ``random_state`` is below 0.

    References
    ----------
    .. [1] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).

    See Also
    --------
    mrr_movement_table : The movements, period by period.
    kpi_catalogue : Definitions, units and sources.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_subscriptions
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "start": ["2024-01-01", "2024-02-10", "2024-01-15"],
    ...     "end": ["2024-02-10", None, "2024-02-20"], "mrr": [100, 80, 50],
    ... })
    >>> kpis = subscription_kpis(as_subscriptions(spells), start="2024-02-01", end="2024-02-29")
    >>> kpis.set_index("kpi")["value"].round(3)[["mrr", "net_new_mrr", "gross_revenue_retention"]]
    kpi
    mrr                        80.000
    net_new_mrr               -70.000
    gross_revenue_retention     0.533
    Name: value, dtype: float64

    By month:

    >>> months = subscription_kpis(as_subscriptions(spells), start="2024-01-01", end="2024-03-15", freq="M")
    >>> months[months["kpi"] == "mrr_per_customer"][["period", "is_complete", "value", "numerator", "denominator"]]
           period  is_complete  value  numerator  denominator
    4  2024-01-01         True   75.0      150.0          2.0
    25 2024-02-01         True   80.0       80.0          1.0
    46 2024-03-01        False   80.0       80.0          1.0
    """
    check_fraction(level, name="level")
    check_int(n_draws, name="n_draws", low=0)
    rng = as_generator(random_state)
    periods = calendar_if_any(freq, calendar)
    first, last = as_day(start, name="start"), as_day(end, name="end")
    if last < first:
        raise ValueError(_ENDS_EARLY(start=first, end=last))
    drawn = None if as_of is None else as_day(as_of, name="as_of")
    if drawn is not None and drawn < last:
        raise ValueError(_NOT_OVER(as_of=drawn, end=last))
    names = label_names(by)
    if taken := [name for name in names if name in _OWN]:
        raise ValueError(_NAME_TAKEN(names=taken))

    rows = rows_of_spells(subscriptions, by=names, also=["list_mrr"])
    begun = begun_by(rows, last)
    contracts = contracts_of(rows, last=number_of_day(last), drawn=None if drawn is None else number_of_day(drawn))
    # Of what has not begun, only contracts that are known already count.
    known = begun | (contracts.since <= number_of_day(last))
    labels = labels_of(rows[known], names) if names else None
    groups = None if labels is None else Groups(len(labels.groups), labels.codes[begun[known]], labels.codes)
    numbers = range(1) if periods is None else periods.numbers(first, last)
    spells = spells_of(rows[begun].reset_index(drop=True), last)
    counts, moves = counts_of(spells, contracts.at(known), _days(numbers, periods, first, last), groups)
    lines = rows_of(counts, level=level)
    if n_draws > 0:
        lines = with_drawn_intervals(
            lines, moves, unit=spells.unit, n_periods=len(numbers), n_draws=n_draws, level=level, rng=rng
        )
    table = long_form(lines)
    if periods is not None:
        n_groups = 1 if labels is None else len(labels.groups) + 1
        table = beside_periods(table, numbers, periods, n_groups=n_groups, first=first, last=last)
    return from_pandas(table if labels is None else beside_labels(table, *labels.with_whole()), like=subscriptions)


def _days(numbers: Sequence[int], periods: Calendar | None, first: datetime, last: datetime) -> Days:
    """The first and last day of each period; the days that count may cut the first and the last one short."""
    starts, closes = [first], [last]
    if periods is not None:
        starts = [max(first, periods.first_day(number)) for number in numbers]
        closes = [min(last, periods.last_day(number)) for number in numbers]
    return Days(*(np.array([number_of_day(day) for day in days], dtype=np.int64) for days in (starts, closes)))
