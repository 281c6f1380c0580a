"""Tenths of the customers, the most profitable first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit.metrics.base_audit._customers import customer_sums
from crmkit.metrics.base_audit._drivers import outcome_of
from crmkit.metrics.base_audit._measures import group_sums, rates, share_of_total
from crmkit.metrics.base_audit._ranges import Period, range_of
from crmkit.metrics.base_audit._ranks import N_DECILES, deciles_of
from crmkit.metrics.base_audit._rows import activity_rows

__all__ = ["customer_decile_table"]

_RANKED: tuple[str, ...] = ("n_orders", "spend", "profit")


def customer_decile_table(
    activity: FrameT,
    *,
    period: Period,
    as_of: Day,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    value: str | None = None,
) -> FrameT:
    r"""Set tenths of the customers active in a period beside one another, the best first: lens 1.

    .. math:: \text{spend} = \text{customers} \times \text{orders per customer} \times \text{order value}, \qquad
              \text{profit} = \text{spend} \times \text{margin}

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
    value : {"n_orders", "spend", "profit"}, optional
        What customers are ranked by; by default profit, or spend where the table has no profit.

    Returns
    -------
    the kind of frame given
        Eleven rows. ``decile``: 1 for the tenth of the active customers with the highest values to 10; 0 for customers
        acquired by the end of the range who have no order in it. Numbers of customers are rounded up from the top, so
        that deciles 1 and 2 are the top 20 %. ``n_customers``, ``n_orders``, ``spend``; ``customer_share``, of the
        active customers (missing for decile 0); ``order_share``, ``spend_share`` and ``cumulative_spend_share``, of all
        rows, missing where the total is not above 0; ``purchase_frequency``, orders per customer;
        ``average_order_value``, spend per order; ``spend_per_customer``; ``lowest`` and ``highest`` of ``value``. Where
        the table has profit also ``profit``, ``profit_share``, ``cumulative_profit_share``, ``margin``, profit per unit
        of spend (missing where spend is not above 0), ``profit_per_customer``, ``n_loss_makers``, customers whose
        profit is below 0, and ``loss``, what they lose.

        Refunds of customers without an order are in decile 0, so that the rows add up to what came in.

    Raises
    ------
    SchemaError
        If a column is missing, money is missing, nobody ordered, or the periods are not those of ``freq`` or
        ``calendar``.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If not one of ``freq`` and ``calendar`` is given, ``period`` is not one, cuts periods in two or is not over by
        ``as_of``; ``value`` is not one of those listed; or there is no profit to rank by.

    See Also
    --------
    customer_distribution_table : How many customers have how many orders, or how much spend or profit.
    customer_quantile_table : Mean, median, extremes, the share of the top and loss makers of each measure.

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*, lens 1.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> deciles = customer_decile_table(activity, period="1997", as_of="1998-06-30", freq="Q")
    >>> deciles[["decile", "n_customers", "purchase_frequency", "average_order_value", "spend_share"]].head(3).round(3)
       decile  n_customers  purchase_frequency  average_order_value  spend_share
    0       1          236               8.398               49.533        0.488
    1       2          236               3.775               37.445        0.166
    2       3          236               2.648               33.196        0.103
    """
    rows = activity_rows(activity, as_of=as_of, periods=calendar_of(freq, calendar))
    ranked = outcome_of(value, rows.measures, name="value", options=_RANKED)
    customers = customer_sums(rows, [range_of(period, rows)])
    sums, active = customers.sums[0], customers.active()
    decile = deciles_of(sums, active, value=ranked)
    table = group_sums(sums, decile, N_DECILES + 1)
    n = table["n_customers"].to_numpy(dtype=float)
    table["customer_share"] = np.append(np.nan, n[1:] / active.sum())
    table["order_share"] = share_of_total(table["n_orders"], table["n_orders"].sum())
    for name in rows.measures[1:]:
        shares = share_of_total(table[name], table[name].sum())
        table[f"{name}_share"] = shares
        # Customers without an order come last.
        table[f"cumulative_{name}_share"] = np.append(shares.sum(), np.cumsum(shares[1:]))
    table = table.assign(**rates(table, rows.measures, customers="n_customers"))
    for name in rows.measures[1:]:
        table[f"{name}_per_customer"] = table[name] / np.where(n > 0, n, np.nan)
    if "profit" in rows.measures:
        loss = np.where(sums["profit"] < 0, -sums["profit"], 0.0)
        table["n_loss_makers"] = np.bincount(decile, weights=loss > 0, minlength=len(table)).astype(np.int64)
        table["loss"] = np.bincount(decile, weights=loss, minlength=len(table))
    ends = pd.Series(sums[ranked]).groupby(decile).agg(["min", "max"]).reindex(range(len(table)))
    table["lowest"], table["highest"] = ends["min"].to_numpy(float), ends["max"].to_numpy(float)
    table.insert(0, "decile", np.arange(len(table)))
    order = [*range(1, len(table)), 0]
    return from_pandas(table.iloc[order].reset_index(drop=True), like=activity)
