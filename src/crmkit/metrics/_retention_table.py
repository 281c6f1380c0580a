"""Who stayed, left and joined from period to period."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._frames import AnyFrame, FrameT, from_pandas, join_frames, to_pandas
from crmkit._messages import Message
from crmkit._stats import wilson_interval
from crmkit._tables import ACTIVITY, open_table
from crmkit.errors import SchemaError
from crmkit.metrics._churn import customer_churn_rate
from crmkit.metrics._retention import retention_rate

__all__ = ["retention_table"]

_NOBODY: Final = Message(
    en="{@activity} has no active customers. {@activity_table()} makes it from transactions.",
    zh="{@activity} 中没有活跃客户。可用 {@activity_table()} 由交易生成。",
)
_OTHER_PERIODS: Final = Message(
    en="{@activity} has a period that starts on {day:%Y-%m-%d}, but no period of {periods} starts there. "
    "Pass what {@activity_table()} was given.",
    zh="{@activity} 中有一期从 {day:%Y-%m-%d} 开始，与 {periods} 的期间不符。"
    "请传入生成该表时 {@activity_table()} 所用的值。",
)


def retention_table(
    activity: FrameT, *, freq: Freq | None = None, calendar: IntoFrame | None = None, level: float = 0.95
) -> FrameT:
    """Count who stayed, left and joined from period to period.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` makes it.
    freq : str, optional
        The length of its periods, as given there.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per period from the second to the last with activity. ``period``: first day. ``start``: customers
        active in the period before. ``retained``: those of them active in this period. ``lost``: the others.
        ``joined``: active in this period but not in the one before, whether new or returning. ``retention_rate`` and
        ``customer_churn_rate``: their shares of ``start``, ``nan`` where it is 0. ``retention_lower``,
        ``retention_upper``: Wilson's interval. If the last period is cut short, it looks like churn.

    Raises
    ------
    SchemaError
        If a column is missing, nobody was active, or the periods are others than those of ``freq`` or ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``freq`` is not one of those listed, a period lies outside
        ``calendar``, or ``level`` is not between 0 and 1.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 5.

    Examples
    --------
    >>> import pandas as pd
    >>> activity = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "ann", "cy"],
    ...     "period": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
    ...     "n_orders": [1, 1, 2, 1], "amount": [5.0, 5.0, 9.0, 5.0],
    ... })
    >>> retention_table(activity, freq="M")[["period", "start", "retained", "lost", "joined", "retention_rate"]]
          period  start  retained  lost  joined  retention_rate
    0 2024-02-01      2         1     1       1             0.5
    """
    periods = calendar_of(freq, calendar)
    rows = open_table(activity, ACTIVITY, columns=("customer_id", "period", "n_orders"))
    active = rows.filter(nw.col("n_orders") > 0).select("customer_id", "period")
    active = periods.numbered(active, "period", into="number")
    _check_periods(active, periods)
    before = active.select("customer_id", (nw.col("number") + 1).alias("number"))
    stayed = join_frames(active, before, on=["customer_id", "number"], how="inner")
    n_active, n_retained = (
        to_pandas(frame.group_by("number").agg(nw.len().alias("n"))).set_index("number")["n"]
        for frame in (active, stayed)
    )
    if n_active.empty:
        raise SchemaError(_NOBODY())
    return from_pandas(_flows(n_active, n_retained, periods, level=level), like=activity)


def _check_periods(active: AnyFrame, periods: Calendar) -> None:
    """Refuse periods of another length, as far as their first days show it."""
    firsts = active.group_by("number").agg(nw.col("period").min().alias("first"), nw.col("period").max().alias("last"))
    for row in to_pandas(firsts).to_dict("records"):
        start = periods.first_day(int(row["number"]))
        if row["first"] != start or row["last"] != start:
            raise SchemaError(_OTHER_PERIODS(day=row["last"], periods=periods.argument))


def _flows(n_active: pd.Series[int], n_retained: pd.Series[int], periods: Calendar, *, level: float) -> pd.DataFrame:
    every = range(int(n_active.index.min()), int(n_active.index.max()) + 1)
    active = n_active.reindex(every, fill_value=0).to_numpy()
    retained = n_retained.reindex(every, fill_value=0).to_numpy()[1:]
    start = active[:-1]
    lower, upper = wilson_interval(retained, start, level=level)
    return pd.DataFrame(
        {
            "period": periods.first_days(every[1:]),
            "start": start,
            "retained": retained,
            "lost": start - retained,
            "joined": active[1:] - retained,
            "retention_rate": np.asarray(retention_rate(retained=retained, customers_start=start)),
            "retention_lower": lower,
            "retention_upper": upper,
            "customer_churn_rate": np.asarray(
                customer_churn_rate(lost=start - retained, customers_start=start, method="cohort")
            ),
        }
    )
