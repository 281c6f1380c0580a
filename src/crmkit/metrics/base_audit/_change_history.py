"""What made spend or profit change from each period to the next."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.metrics.base_audit._cells import cells_of
from crmkit.metrics.base_audit._cohort_history import cohort_number
from crmkit.metrics.base_audit._drivers import Method, check_method, drivers_of, outcome_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["change_history_table"]

_TOO_FEW: Final = Message(
    en="Only {n} {n:period is|periods are} over by {day:%Y-%m-%d}, so none can be compared with the one {lag} "
    "before it. Give a later {@as_of} or a smaller {@lag}.",
    zh="截至 {day:%Y-%m-%d} 已完结的期间只有 {n} 个，无法与之前第 {lag} 期比较。"
    "请给出更晚的 {@as_of} 或更小的 {@lag}。",
)


def change_history_table(
    activity: FrameT,
    *,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    cohort: Day | None = None,
    lag: int = 1,
    outcome: str | None = None,
    method: Method = "log_mean",
) -> FrameT:
    """Share out the change of profit, or of spend, from period to period among its factors: lenses 3 and 5.

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
    cohort : date or text, optional
        Customers acquired in one period, named as in `cohort_history_table`; by default the whole base.
    lag : int, default 1
        With how many periods before a period is compared: 4 compares quarters with those of the year before, whatever
        the season.
    outcome : {"profit", "spend"}, optional
        What changed; by default profit, or spend where the table has no profit.
    method : {"log_mean", "shapley", "sequential"}, default "log_mean"
        As in `period_change_table`.

    Returns
    -------
    the kind of frame given
        For each period that is over by ``as_of``, and has one ``lag`` before it, the rows of `period_change_table`:
        ``period``, its first day; ``previous_period``, that of the one compared with; ``kpi``, ``role``, ``value``,
        ``previous``, ``contribution``, ``contribution_share`` and ``method``. A period that is not over is left out,
        for it would look like a decline.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, cohorts are not periods, the periods are not those of ``freq`` or
        ``calendar``, or too few of them are over.
    TypeError
        If ``activity`` is not a frame or ``lag`` is not a whole number.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``as_of`` is not a date, ``cohort`` is not one period or has
        no customers, ``lag`` is below 1, an option is not one of those listed, or there is no profit to be shared out.

    See Also
    --------
    period_change_table : The same for two ranges of periods.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lenses 3 and 5.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> changes = change_history_table(activity, cohort="1997Q1", as_of="1998-06-30", freq="Q")
    >>> changes.pivot(index="period", columns="kpi", values="contribution").round(0)
    kpi         active_customers  average_order_value  purchase_frequency    spend
    period
    1997-04-01          -98210.0               2705.0             16636.0 -78869.0
    1997-07-01           -6823.0               -163.0               343.0  -6642.0
    1997-10-01            -938.0                688.0              1372.0   1122.0
    1998-01-01           -1344.0                 76.0             -1955.0  -3223.0
    1998-04-01           -5245.0               -981.0              -680.0  -6906.0
    """
    check_method(method)
    check_int(lag, name="lag", low=1)
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    chosen = outcome_of(outcome, rows.measures, name="outcome")
    cells = cells_of(rows)
    sums = cells.sums[cells.sums["number"] <= rows.last_over]
    if cohort is not None:
        sums = sums[sums["born"] == cohort_number(cohort, cells, rows)]
    names = ["active_customers", "n_orders", "spend", "profit"][: 3 + (chosen == "profit")]
    by_period = sums.groupby("number")[names].sum()
    if len(by_period) <= lag:
        raise SchemaError(_TOO_FEW(n=len(by_period), day=rows.last_day, lag=lag))
    chain = by_period.to_numpy(dtype=float).T
    drivers = drivers_of(chain[:, :-lag], chain[:, lag:], method=method)
    days = rows.days(by_period.index)
    parts = []
    for place in range(len(days) - lag):
        part = drivers.rows(place)
        part.insert(0, "previous_period", np.repeat(days[place], len(part)))
        part.insert(0, "period", np.repeat(days[place + lag], len(part)))
        parts.append(part)
    return from_pandas(pd.concat(parts, ignore_index=True), like=activity)
