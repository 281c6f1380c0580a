"""How far customers differ in orders, spend and profit, in few numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import TOP_SHARE, gini_coefficient, share_of_top
from crmkit.metrics.base_audit._customers import customer_sums
from crmkit.metrics.base_audit._ranges import Period, range_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["customer_quantile_table"]

_QUANTILES = {"lowest": 0.0, "q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9, "q99": 0.99, "highest": 1}


def customer_quantile_table(
    activity: FrameT, *, period: Period, as_of: Day, freq: Freq | None = None, calendar: IntoFrame | None = None
) -> FrameT:
    """Tell how far the customers active in a period differ in orders, spend and profit: lens 1.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it.
    period : str or pair of dates
        A range of its periods: a year, quarter or month such as "2019", "2019Q1" or "2019-03", a name in ``calendar``,
        or the first and the last day.
    as_of : date or ISO text
        The last day that counts; the range ends by then.
    freq : str, optional
        The length of the periods of ``activity``, as given to the function that made it.
    calendar : table of any kind, optional
        Its periods where they are one's own, as given there; in place of ``freq``.

    Returns
    -------
    the kind of frame given
        A row for each measure: "n_orders", "spend" and, where the table has it, "profit". ``measure``; ``n_customers``,
        those with an order; ``total`` and ``mean`` of theirs; ``lowest``, ``q10``, ``q25``, ``median``, ``q75``,
        ``q90``, ``q99`` and ``highest``, quantiles with straight lines between the values; ``top_share``, that of the
        20 % with the most, rounded up, of the total, missing where that is not above 0; ``gini``, missing there and
        where values are below 0; ``n_below_zero``, customers whose value is below 0, in profit the loss makers; and
        ``below_zero``, how much theirs is below 0. ``inactive``: what customers without an order brought in; below 0
        for refunds.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``period`` is not one, cuts periods in two or is not over by
        ``as_of``.

    See Also
    --------
    customer_decile_table : The tenths of the customers beside one another.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 1.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> found = customer_quantile_table(activity, period="1997", as_of="1998-06-30", freq="Q")
    >>> found[["measure", "n_customers", "mean", "median", "q90", "top_share"]].round(3)
        measure  n_customers    mean  median      q90  top_share
    0  n_orders         2357   2.430    1.00    5.000      0.545
    1     spend         2357  85.373   38.99  186.766      0.654
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    customers = customer_sums(rows, [range_of(period, rows)])
    active = customers.active()
    found = []
    for name, all_values in customers.sums[0].items():
        values = all_values[active]
        below = np.minimum(values, 0.0)
        quantiles = np.quantile(values, list(_QUANTILES.values()))
        found.append(
            {
                "measure": name,
                "n_customers": len(values),
                "total": values.sum(),
                "mean": values.mean(),
                **dict(zip(_QUANTILES, quantiles.tolist(), strict=True)),
                "top_share": share_of_top(values, share=TOP_SHARE),
                "gini": gini_coefficient(values) if not below.any() else np.nan,
                "n_below_zero": int((values < 0).sum()),
                "below_zero": -below.sum() + 0.0,
                "inactive": all_values[~active].sum() + 0.0,
            }
        )
    return from_pandas(pd.DataFrame(found), like=activity)
