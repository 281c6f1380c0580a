"""Where every row of a ready table of customers went."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit._checks import Day
from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, rejected_rows
from crmkit.customers._ready import ORDERS, SPEND, read_customers

__all__ = ["audit_customers", "rejected_customers"]


def audit_customers(
    customers: FrameT,
    *,
    customer_id: str = "customer_id",
    n_orders: str = "n_orders",
    spend: str = "spend",
    days_since_last: str | None = None,
    last_order: str | None = None,
    tenure_days: str | None = None,
    first_order: str | None = None,
    as_of: Day | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Show where every row and every unit of money of a ready table of customers goes.

    A row has one reason, the first that holds.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_customers`.
    customer_id, n_orders, spend, days_since_last, last_order, tenure_days, first_order : str, optional
        As in `as_customers`.
    as_of : date or ISO text, optional
        As in `as_customers`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_customers`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "unusable_n_orders", "unusable_spend", "unusable_days_since_last" and
        "unusable_tenure" (where it is named), which ``invalid="drop"`` leaves out of `as_customers`; "no_order" and
        "kept"; "given", to which the lines above add up. ``n_rows``; ``spend``, the money of the rows (an unusable one
        adds nothing); ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows or ids of mixed kinds.
    TypeError
        If ``customers`` is not a frame.
    ValueError
        If options contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> totals = pd.DataFrame({
    ...     "customer_id": [7, 8, 9], "spend": [120.0, 0.0, 35.5], "n_orders": [4, 0, 1], "days_since_last": [3, 9, -1],
    ... })
    >>> audit_customers(totals).query("n_rows > 0")
                         reason  n_rows  spend  n_duplicates
    3  unusable_days_since_last       1   35.5             0
    4                  no_order       1    0.0             0
    5                      kept       1  120.0             0
    6                     given       3  155.5             0
    """
    rows = read_customers(
        customers,
        customer_id=customer_id,
        n_orders=n_orders,
        spend=spend,
        days_since_last=days_since_last,
        last_order=last_order,
        tenure_days=tenure_days,
        first_order=first_order,
        as_of=as_of,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    return audit_table(
        rows, {"no_order": nw.col(ORDERS) == 0}, money=SPEND, called="spend", kept="kept", like=customers
    )


def rejected_customers(
    customers: FrameT,
    *,
    customer_id: str = "customer_id",
    n_orders: str = "n_orders",
    spend: str = "spend",
    days_since_last: str | None = None,
    last_order: str | None = None,
    tenure_days: str | None = None,
    first_order: str | None = None,
    as_of: Day | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Return the rows that ``invalid="drop"`` leaves out of `as_customers`, as they were given.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_customers`.
    customer_id, n_orders, spend, days_since_last, last_order, tenure_days, first_order : str, optional
        As in `as_customers`.
    as_of : date or ISO text, optional
        As in `as_customers`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_customers`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_customers`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows or ids of mixed kinds.
    TypeError
        If ``customers`` is not a frame.
    ValueError
        If options contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> totals = pd.DataFrame({
    ...     "customer_id": [7, 9], "spend": [120.0, 35.5], "n_orders": [4, 1.5], "days_since_last": [3, 4],
    ... })
    >>> rejected_customers(totals)[["customer_id", "rejected_because"]]
       customer_id   rejected_because
    1            9  unusable_n_orders
    """
    rows = read_customers(
        customers,
        customer_id=customer_id,
        n_orders=n_orders,
        spend=spend,
        days_since_last=days_since_last,
        last_order=last_order,
        tenure_days=tenure_days,
        first_order=first_order,
        as_of=as_of,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    return rejected_rows(rows, like=customers)
