"""Who went from which tenth of the customers to which."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit.metrics.base_audit._customers import customer_sums
from crmkit.metrics.base_audit._drivers import outcome_of
from crmkit.metrics.base_audit._ranges import Period, ranges_of
from crmkit.metrics.base_audit._ranks import N_DECILES, deciles_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["decile_movement_table"]

_RANKED: Final = ("n_orders", "spend", "profit")
# The states in the order of the table; the last is only before, of customers who were not there yet.
_CODES: Final = np.array([*(str(decile) for decile in range(1, N_DECILES + 1)), "inactive", None], dtype=object)
_NAMES: Final = {
    "en": np.array([*(f"Decile {decile}" for decile in range(1, N_DECILES + 1)), "Inactive", None], dtype=object),
    "zh": np.array([*(f"第 {decile} 十分位" for decile in range(1, N_DECILES + 1)), "不活跃", None], dtype=object),
}


def decile_movement_table(
    activity: FrameT,
    *,
    before: Period,
    after: Period,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    value: str | None = None,
) -> FrameT:
    """Count who went from which tenth of the active customers to which: lens 2.

    Tenths are ranked separately in each range, so for each who rises somebody falls. Some of this is chance: who had a
    very good year is likely to have a lesser one next.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    before, after : str or pair of dates
        The two ranges of periods, of the same length: a year, quarter or month such as "2019", "2019Q1" or "2019-03",
        a name in ``calendar``, or the first and the last day.
    as_of : date or ISO text
        The last day that counts; both ranges end by then.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.
    value : {"n_orders", "spend", "profit"}, optional
        What customers are ranked by in each range; by default profit, or spend where the table has no profit.

    Returns
    -------
    the kind of frame given
        One row per pair, in the columns of `crmkit.segment.movement.movement_table`: ``segment_before`` and
        ``segment_after``, "1", the tenth with the highest values, to "10", or "inactive", without an order;
        ``segment_before`` is missing for customers who were not acquired by the end of ``before``, and their rows come
        last; ``n_customers``; ``share`` of those in ``segment_before``, missing where it is or where nobody was;
        ``name_en_before``, ``name_en_after``, ``name_zh_before``, ``name_zh_after``.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered in both ranges, or the periods are not those of
        ``freq`` or ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, a range is not one, cuts periods in two, is not over by
        ``as_of``, or is not of the same length as the other and before or after it; ``value`` is not one of those
        listed; or there is no profit to rank by.

    See Also
    --------
    crmkit.plotting.plot_movement : Draws it.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 2.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> moves = decile_movement_table(activity, before="1997Q4", after="1998Q1", as_of="1998-06-30", freq="Q")
    >>> moves[moves["segment_before"] == "1"][["segment_after", "n_customers", "share"]].head(3).round(3)
      segment_after  n_customers  share
    0             1           12  0.293
    1             2            7  0.171
    2             3            2  0.049
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    ranked = outcome_of(value, rows.measures, name="value", options=_RANKED)
    customers = customer_sums(rows, ranges_of(before, after, rows))
    sides = []
    for place in range(2):
        ties = {f"other_{name}": values for name, values in customers.sums[1 - place].items()}
        ties["acquired"] = customers.acquired.astype(np.float64)
        found = deciles_of(customers.sums[place], customers.active(place), value=ranked, ties=ties)
        sides.append(np.where(found == 0, N_DECILES, found - 1))
    start, end = sides
    was_there = (customers.acquired == 0) | customers.active(0)
    start = np.where(was_there, start, N_DECILES + 1)
    n = N_DECILES + 2
    counts = np.bincount(start * n + end, minlength=n * n).reshape(n, n)[:, :-1]
    base = counts.sum(axis=1)
    row, column = (axis.ravel() for axis in np.indices(counts.shape))
    known = (row < N_DECILES + 1) & (base[row] > 0)
    table = pd.DataFrame(
        {
            "segment_before": _CODES[row],
            "segment_after": _CODES[column],
            "n_customers": counts.ravel().astype(np.int64),
            "share": np.where(known, counts.ravel() / np.maximum(base[row], 1), np.nan),
            **{f"name_{language}_before": names[row] for language, names in _NAMES.items()},
            **{f"name_{language}_after": names[column] for language, names in _NAMES.items()},
        }
    )
    return from_pandas(table, like=activity)
