"""Cohorts against each other."""

from __future__ import annotations

from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit.metrics.base_audit._cells import cells_of
from crmkit.metrics.base_audit._cohort_rows import cohort_rows
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["cohort_comparison_table"]


def cohort_comparison_table(
    activity: FrameT, *, as_of: Day, freq: Freq | None = None, calendar: IntoFrame | None = None
) -> FrameT:
    """Set cohorts beside one another at the same age: lens 4.

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

    Returns
    -------
    the kind of frame given
        One row per cohort and period from the cohort's first to that of ``as_of``, sorted; before a cohort is acquired
        it has no row, where it did nothing its row has zeros. ``cohort``: the first day of the period of acquisition,
        as text, or "before" for customers acquired before the data, which come first; ``period``; ``age``, periods
        since acquisition from 0, missing for "before"; ``is_complete``, whether the period is over by ``as_of``: until
        then what it holds is less than what is to come. ``size``, customers acquired; ``active_customers``, those with
        an order in the period; ``active_share`` of ``size``; ``n_orders``, ``spend``; ``purchase_frequency``, orders
        per active customer; ``average_order_value``, spend per order; ``spend_per_acquired`` and
        ``cumulative_spend_per_acquired``, per customer of the cohort, active or not; ``repeat_share``, customers of the
        cohort with a second order by the end of the period, missing for "before". Where the table has profit also
        ``profit``, ``margin``, profit per unit of spend (missing where spend is not above 0), ``profit_per_acquired``
        and ``cumulative_profit_per_acquired``. Ratios whose denominator is 0 are missing.

        Without a column ``cohort`` a customer belongs to the period of their first order. Refunds that came before it,
        or to customers without any order, belong to "before". Of that cohort only customers with a row are known.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, cohorts are not periods, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, or ``as_of`` is not a date.

    See Also
    --------
    crmkit.plotting.plot_cohort_comparison : Draws a measure of it, a line per cohort.
    crmkit.cohort_table : Retention by cohort and age, with intervals.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 4.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> cohorts = cohort_comparison_table(activity, as_of="1998-06-30", freq="M")
    >>> spent = cohorts.pivot(index="cohort", columns="age", values="cumulative_spend_per_acquired")
    >>> spent[[0, 3, 12]].round(2)
    age          0.0    3.0    12.0
    cohort
    1997-01-01  36.61  55.82  89.06
    1997-02-01  39.01  56.50  91.54
    1997-03-01  45.64  60.55  96.91
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    return from_pandas(cohort_rows(cells_of(rows), rows), like=activity)
