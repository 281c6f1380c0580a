"""How recurring revenue and its customers move from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq, day_numbers
from crmkit._calendars import calendar_of
from crmkit._checks import Day, as_day, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._grouping import beside_labels, label_names, labels_of
from crmkit._messages import Message
from crmkit.metrics._cell_periods import beside_periods
from crmkit.metrics._mrr_moves import Moves, moves_of
from crmkit.metrics._mrr_spells import Ints, begun_by, number_of_day, rows_of_spells, spells_of
from crmkit.metrics._mrr_sums import MONEY, PEOPLE, sums_of_moves

__all__ = ["mrr_movement_table"]

Measure: TypeAlias = Literal["closing", "daily"]

_OWN: Final = (
    "scope",
    "period",
    "is_complete",
    "measure",
    "mrr_start",
    "mrr",
    "customers_start",
    "customers",
    *(f"{name}_mrr" for name in (*MONEY, "moved")),
    *PEOPLE,
    "moved_customers",
    *("customer_id", "subscription_id", "start", "end", "end_known", "trial", "currency"),
)

_NAME_TAKEN: Final = Message(
    en="{@by} has {names}, which the table or the result has too. Keep the column under another name.",
    zh="{@by} 中的 {names} 与订阅表或结果表的列重名，请以别的列名保留。",
)


def mrr_movement_table(
    subscriptions: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    measure: Measure = "closing",
    by: str | Sequence[str] = (),
) -> FrameT:
    r"""Follow monthly recurring revenue from period to period: what is new, what grows, what shrinks, what is lost.

    .. math:: \text{MRR} = \text{MRR at the start} + \text{new} + \text{reactivation} + \text{expansion}
              - \text{contraction} - \text{churned}\;[{} + \text{moved}]

    Movements are those of a customer's sum over all subscriptions. A customer counts from the first day of a spell
    with a price, as long as any spell runs: a spell at price 0 or a trial after it keeps the customer and contracts
    their MRR. Those who never paid are not counted, and trials are worth 0.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes them.
    as_of : date or ISO text
        The last day that counts. An end that became known after it does not exist yet.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `crmkit.retail_calendar` makes one.
    measure : {"closing", "daily"}, default "closing"
        Whether movements are measured from the close of a period to the close of the next (50, 80, then 60 within a
        month is an expansion of 10), or those of each day are added up (an expansion of 30, a contraction of 20). Only
        "daily" shows customers who joined and left within a period. MRR and customers at the close are the same.
    by : str or sequence of str, optional
        Columns that `crmkit.as_subscriptions` kept, such as a plan or a region. A missing label makes a group of its
        own.

    Returns
    -------
    the kind of frame given
        One row per group and period, from that of the first spell to that of ``as_of``, including empty ones; the rows
        of all groups together are last. The columns of ``by`` and ``scope``: "group", "no label" where a label is
        missing, "all" for all groups together, whose labels are missing; only with ``by``. ``period``: first day.
        ``is_complete``: whether it ends by ``as_of``. ``measure``: as given. ``mrr_start``, ``new_mrr``,
        ``reactivation_mrr``, ``expansion_mrr``, ``contraction_mrr``, ``churned_mrr``, ``moved_mrr`` and ``mrr``, that
        at the close: money per month. ``customers_start``, ``new_customers``, ``reactivated_customers``,
        ``churned_customers``, ``moved_customers`` and ``customers``. ``moved_mrr`` and ``moved_customers`` are what
        customers who stayed shifted between groups, beyond what they pay more or less in all, and are there only with
        ``by``; with ``moved_mrr``, which adds up to 0, the money of the groups adds up to the whole. A customer in two
        groups counts in both.

    Raises
    ------
    SchemaError
        If a column is missing or of the wrong kind, no spell begins by ``as_of``, spells of one subscription overlap,
        there are several currencies, or the periods of ``calendar`` do not follow one another.
    TypeError
        If ``subscriptions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, an option is not one of those listed, a day lies outside ``calendar``, or ``by``
        names a column of the table's own.

    References
    ----------
    .. [1] Stripe, Billing analytics glossary.
    .. [2] ChartMogul, Help center, "MRR movements".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_subscriptions
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "start": ["2024-01-01", "2024-02-10", "2024-01-15"],
    ...     "end": ["2024-02-10", None, "2024-03-05"], "mrr": [50, 80, 20],
    ... })
    >>> table = mrr_movement_table(as_subscriptions(spells), as_of="2024-03-31")
    >>> table[["period", "mrr_start", "new_mrr", "expansion_mrr", "churned_mrr", "mrr", "customers"]]
          period  mrr_start  new_mrr  expansion_mrr  churned_mrr    mrr  customers
    0 2024-01-01        0.0     70.0            0.0          0.0   70.0          2
    1 2024-02-01       70.0      0.0           30.0          0.0  100.0          2
    2 2024-03-01      100.0      0.0            0.0         20.0   80.0          1
    """
    periods = calendar_of(freq, calendar, default="M")
    check_option(measure, ("closing", "daily"), name="measure")
    day = as_day(as_of, name="as_of")
    labels = label_names(by)
    if taken := [name for name in labels if name in _OWN]:
        raise ValueError(_NAME_TAKEN(names=taken))
    rows = rows_of_spells(subscriptions, by=labels, until=day)
    begun_by(rows, day)
    spells = spells_of(rows, day)
    first = rows["start"].min().to_pydatetime()
    numbers = periods.numbers(first, day)
    starts = day_numbers(periods.first_days(numbers))

    def period_of(days: Ints) -> Ints:
        return np.searchsorted(starts, days, side="right") - 1

    found = labels_of(rows, labels) if labels else None
    whole, parts = moves_of(
        spells,
        groups=np.zeros(len(rows), dtype=np.int64) if found is None else found.codes,
        steps=period_of if measure == "closing" else lambda days: days - starts[0],
        last=number_of_day(day),
    )

    def summed(moves: Moves, n_groups: int) -> pd.DataFrame:
        period = moves.step if measure == "closing" else period_of(moves.step + starts[0])
        return sums_of_moves(moves, period, n_groups=n_groups, n_periods=len(numbers), unit=spells.unit)

    table = summed(whole, 1)
    if found is None:
        table = table.drop(columns=["moved_mrr", "moved_customers"])
    else:
        table = pd.concat([summed(parts, len(found.groups)), table], ignore_index=True)
    table.insert(0, "measure", pd.Series([measure] * len(table)))
    early = periods.first_day(numbers[0])
    n_groups = len(table) // len(numbers)
    table = beside_periods(table, numbers, periods, n_groups=n_groups, first=early, last=day)
    return from_pandas(table if found is None else beside_labels(table, *found.with_whole()), like=subscriptions)
