"""Who stayed, came and went between two ranges of periods, and with how much money."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit.metrics.base_audit._customers import CustomerSums, customer_sums
from crmkit.metrics.base_audit._ranges import Period, ranges_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["customer_flow_table"]

_GROUPS: Final = ("both", "lapsed", "new", "acquired_between", "returned", "neither")


def customer_flow_table(
    activity: FrameT,
    *,
    before: Period,
    after: Period,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
) -> FrameT:
    """Compare two ranges of periods by who was active in which: lens 2.

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

    Returns
    -------
    the kind of frame given
        One row per group, then one of all. ``group``: "both", customers with an order in both ranges; "lapsed", only in
        the first; only in the second: "new", acquired in it, "acquired_between", after the first range and before the
        second (none if one follows the other), and "returned", acquired earlier; "neither", customers without an order
        in either, whose refunds may be in them; "all". ``n_customers``, acquired by the end of ``after``;
        ``n_orders_before`` and ``n_orders_after``; ``spend_before``, ``spend_after`` and ``spend_change``; and where
        the table has profit ``profit_before``, ``profit_after`` and ``profit_change``.

        When a customer was acquired is told by ``cohort``; without that column, by their first order: nothing is known
        from before the data, so customers who return for the first time in them look new.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered in both ranges, or the periods are not those of
        ``freq`` or ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, a range is not one, cuts periods in two, is not over by
        ``as_of``, or is not of the same length as the other and before or after it.

    See Also
    --------
    period_change_table : The factors of the change.
    decile_movement_table : Who went from which decile to which.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 2.

    Examples
    --------
    >>> import pandas as pd
    >>> activity = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "ann", "cy"],
    ...     "period": pd.to_datetime(["2023-01-01", "2023-01-01", "2024-01-01", "2024-01-01"]),
    ...     "n_orders": [1, 1, 2, 1], "amount": [60.0, 40.0, 110.0, 50.0],
    ... })
    >>> groups = customer_flow_table(activity, before="2023", after="2024", as_of="2024-12-31", freq="Y")
    >>> groups[groups["n_customers"] > 0][["group", "n_customers", "spend_before", "spend_after", "spend_change"]]
        group  n_customers  spend_before  spend_after  spend_change
    0    both            1          60.0        110.0          50.0
    1  lapsed            1          40.0          0.0         -40.0
    2     new            1           0.0         50.0          50.0
    6     all            3         100.0        160.0          60.0
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    customers = customer_sums(rows, ranges_of(before, after, rows))
    group = _groups(customers)
    n = len(_GROUPS)
    counts = np.bincount(group, minlength=n)
    table = pd.DataFrame({"group": [*_GROUPS, "all"], "n_customers": np.append(counts, counts.sum()).astype("int64")})
    for name in rows.measures:
        earlier, later = (
            _with_all(np.bincount(group, weights=sums[name], minlength=n).astype(float)) for sums in customers.sums
        )
        if name == "n_orders":
            table["n_orders_before"], table["n_orders_after"] = earlier.astype("int64"), later.astype("int64")
        else:
            table[f"{name}_before"], table[f"{name}_after"] = earlier, later
            table[f"{name}_change"] = later - earlier
    return from_pandas(table, like=activity)


def _with_all(sums: Floats) -> Floats:
    return np.append(sums, sums.sum())


def _groups(customers: CustomerSums) -> npt.NDArray[np.int64]:
    """The position of each customer's group."""
    first, second = customers.active(0), customers.active(1)
    arrived = np.select([customers.acquired == 2, customers.acquired == 1], [2, 3], 4)
    return np.where(first, np.where(second, 0, 1), np.where(second, arrived, 5)).astype(np.int64)
