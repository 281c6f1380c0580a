"""Where every row of a table by customer and period went."""

from __future__ import annotations

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, rejected_rows
from crmkit.activity._ready import AMOUNT, ORDERS, read_activity

__all__ = ["audit_activity", "rejected_activity"]


def audit_activity(
    activity: FrameT,
    *,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    customer_id: str = "customer_id",
    period: str = "period",
    n_orders: str = "n_orders",
    amount: str | None = None,
    profit: str | None = None,
    cohort: str | None = None,
    before: str = "before",
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Show where every row and every unit of money of a table by customer and period goes.

    A row has one reason, the first that holds.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_activity`.
    freq : str, optional
        As in `as_activity`.
    calendar : table of any kind, optional
        As in `as_activity`.
    customer_id, period, n_orders, amount, profit, cohort, before : str, optional
        As in `as_activity`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_activity`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "unusable_period", "not_acquired", "unusable_n_orders", and "unusable_amount",
        "unusable_profit" and "unusable_cohort" where they are named, which are left out of `as_activity`; "inactive"
        and "kept"; "given", to which the lines above add up. ``n_rows``; ``amount``, the money of the rows, missing
        where no column is named; ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows or ids of mixed kinds.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If an option is not one of those listed, not one of ``freq`` and ``calendar`` is given, or a period lies outside
        ``calendar``.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({
    ...     "customer_id": [7, 7, 8], "period": ["2016-01", "2016-02", "2016-13"], "n_orders": [0, 2, 1],
    ...     "amount": [0.0, 50.0, 9.0],
    ... })
    >>> audit_activity(months, freq="M", amount="amount").query("n_rows > 0")
                reason  n_rows  amount  n_duplicates
    1  unusable_period       1     9.0             0
    5         inactive       1     0.0             0
    6             kept       1    50.0             0
    7            given       3    59.0             0
    """
    rows = read_activity(
        activity,
        freq=freq,
        calendar=calendar,
        customer_id=customer_id,
        period=period,
        n_orders=n_orders,
        amount=amount,
        profit=profit,
        cohort=cohort,
        before=before,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    inactive = {"inactive": nw.col(ORDERS) == 0}
    has_money = AMOUNT in rows.sources
    money = AMOUNT if has_money else ORDERS
    return audit_table(rows, inactive, money=money, called="amount", kept="kept", has_money=has_money, like=activity)


def rejected_activity(
    activity: FrameT,
    *,
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    customer_id: str = "customer_id",
    period: str = "period",
    n_orders: str = "n_orders",
    amount: str | None = None,
    profit: str | None = None,
    cohort: str | None = None,
    before: str = "before",
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Return the rows that are left out of `as_activity`, as they were given.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_activity`.
    freq : str, optional
        As in `as_activity`.
    calendar : table of any kind, optional
        As in `as_activity`.
    customer_id, period, n_orders, amount, profit, cohort, before : str, optional
        As in `as_activity`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_activity`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_activity`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows or ids of mixed kinds.
    TypeError
        If ``activity`` is not a frame.
    ValueError
        If an option is not one of those listed, not one of ``freq`` and ``calendar`` is given, or a period lies outside
        ``calendar``.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({
    ...     "customer_id": [7, 7, 8], "period": ["2016-01", "2016-02", "2016-13"], "n_orders": [0, 2, 1],
    ...     "amount": [0.0, 50.0, 9.0],
    ... })
    >>> rejected_activity(months, freq="M")[["customer_id", "period", "rejected_because"]]
       customer_id   period rejected_because
    2            8  2016-13  unusable_period
    """
    rows = read_activity(
        activity,
        freq=freq,
        calendar=calendar,
        customer_id=customer_id,
        period=period,
        n_orders=n_orders,
        amount=amount,
        profit=profit,
        cohort=cohort,
        before=before,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    return rejected_rows(rows, like=activity)
