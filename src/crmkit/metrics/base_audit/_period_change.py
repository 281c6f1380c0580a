"""What made spend or profit change from one range of periods to another."""

from __future__ import annotations

import numpy as np
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit.metrics.base_audit._customers import customer_sums
from crmkit.metrics.base_audit._drivers import Method, check_method, drivers_of, outcome_of
from crmkit.metrics.base_audit._ranges import Period, ranges_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["period_change_table"]


def period_change_table(
    activity: FrameT,
    *,
    before: Period,
    after: Period,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    outcome: str | None = None,
    method: Method = "log_mean",
) -> FrameT:
    r"""Share out the change of profit, or of spend, among the factors whose product it is: lens 2.

    .. math:: \text{profit} = \text{active customers} \times \frac{\text{orders}}{\text{customers}}
              \times \frac{\text{spend}}{\text{orders}} \times \frac{\text{profit}}{\text{spend}}

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
    outcome : {"profit", "spend"}, optional
        What changed; by default profit, or spend where the table has no profit.
    method : {"log_mean", "shapley", "sequential"}, default "log_mean"
        The additive log-mean Divisia index; the mean over all orders in which the factors could change; or one order,
        as they are listed, in which the later ones weigh more in a growing business. Log means have no negative
        quantities: where spend or profit is below 0 the Shapley value is taken in their place. Where nothing was spent
        though there is a profit or loss, the changes of spend and of cost are shared out, and profit is their
        difference ("spend_minus_cost").

    Returns
    -------
    the kind of frame given
        A row for the outcome, then one for each factor, in the columns of `crmkit.metrics.kpi_driver_table`: ``kpi``,
        its code: "profit" or "spend"; "active_customers", customers with an order; "purchase_frequency", orders per
        active customer; "average_order_value", spend per order; "margin", profit per unit of spend, missing where spend
        is not above 0. ``role``: "outcome" or "factor". ``value`` in ``after``; ``previous``, that in ``before``;
        ``contribution`` to the change of the outcome, and of the outcome its change; ``contribution_share``, of the
        change, missing where there is none; ``method``, the one used.

        If a factor is 0 in one range, the first that is takes all of the change. If nobody was active in one of them,
        nothing can be shared out ("not_shared"): contributions are missing, and a last row of role "new" or "lost" has
        the change ("inactive" if nobody was active in both). Refunds of customers without an order count in spend.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered in both ranges, or the periods are not those of
        ``freq`` or ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, a range is not one, cuts periods in two, is not over by
        ``as_of``, or is not of the same length as the other and before or after it; an option is not one of those
        listed; or there is no profit to be shared out.

    See Also
    --------
    crmkit.plotting.plot_period_change : Draws it.
    change_history_table : The same from period to period.
    customer_flow_table : Who stayed, came and went, and with how much money.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 2.
    .. [2] Ang (2005), "The LMDI approach to decomposition analysis: a practical guide", *Energy Policy* 33(7).

    Examples
    --------
    >>> import pandas as pd
    >>> activity = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "ann", "bo", "cy"],
    ...     "period": pd.to_datetime(["2023-01-01", "2023-01-01", "2024-01-01", "2024-01-01", "2024-01-01"]),
    ...     "n_orders": [1, 1, 2, 1, 1], "amount": [60.0, 40.0, 110.0, 40.0, 50.0],
    ...     "profit": [12.0, 8.0, 24.0, 10.0, 6.0],
    ... })
    >>> change = period_change_table(activity, before="2023", after="2024", as_of="2024-12-31", freq="Y")
    >>> change[["kpi", "previous", "value", "contribution"]].round(3)
                       kpi  previous   value  contribution
    0               profit      20.0  40.000        20.000
    1     active_customers       2.0   3.000        11.699
    2   purchase_frequency       1.0   1.333         8.301
    3  average_order_value      50.0  50.000         0.000
    4               margin       0.2   0.200         0.000
    """
    check_method(method)
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    chosen = outcome_of(outcome, rows.measures, name="outcome")
    both = ranges_of(before, after, rows)
    customers = customer_sums(rows, both)
    names = ("n_orders", "spend", "profit")[: 2 + (chosen == "profit")]
    chains = [
        np.array([[customers.active(place).sum()], *([sums[name].sum()] for name in names)], dtype=float)
        for place, sums in enumerate(customers.sums)
    ]
    return from_pandas(drivers_of(*chains, method=method).rows(0), like=activity)
