"""Sales without a customer, by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._frames import AnyFrame, FrameT, flag, from_pandas, to_pandas
from crmkit._reading import DecimalMark, Rows, check_one_currency
from crmkit.transactions._orders import AMOUNT, CUSTOMER, ORDER, TIME, goes_back, has_prices, read_orders

__all__ = ["unidentified_sales_table"]


def unidentified_sales_table(
    orders: FrameT,
    *,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    amount: str | None = "amount",
    quantity: str | None = None,
    unit_price: str | None = None,
    order_id: str | None = None,
    currency: str | None = None,
    rates: IntoFrame | None = None,
    status: str | None = None,
    counts: Sequence[str] | None = None,
    refund: str | None = None,
    refund_date: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Add up the rows of an order log that name no customer, by period, and their share of all rows and money.

    They are the line "no_customer" of `audit_orders`, to which they add up: guests, cash sales, orders whose customer
    was not recorded. All that is known of customers leaves this money out.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_transactions`.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``, such as 4-4-5 months: ``period``, a name; ``start`` and ``end``, the
        first and the last day; one after another. `retail_calendar` makes one.
    customer_id : str, optional
        As in `as_transactions`.
    merge_ids : table of any kind, optional
        As in `as_transactions`.
    date, amount, quantity, unit_price, order_id, currency : str, optional
        As in `as_transactions`.
    rates : table of any kind, optional
        As in `as_transactions`.
    status : str, optional
        As in `as_transactions`.
    counts : sequence of str, optional
        As in `as_transactions`; rows without a customer are counted whatever their status.
    refund, refund_date : str, optional
        As in `as_transactions`; refunds of rows without a customer are not looked at.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_transactions`.

    Returns
    -------
    the kind of frame given
        One row per period with rows in the log, sorted; rows with an unusable date come last, with a missing period,
        if there are any without a customer. Of the rows without a customer:

        ``period``
            First day of the period.
        ``n_rows``
            Rows, refunds included.
        ``n_orders``
            Different orders, refunds left out; where orders have no ids, rows.
        ``amount``
            Net money; an amount that is unusable or has no rate adds nothing. Missing for orders without a price.
        ``row_share``
            Share of all rows of the period, in [0, 1].
        ``amount_share``
            Share of all money of the period; missing unless that is above 0. It lies outside [0, 1] only where
            refunds outweigh sales on one side.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If ``freq`` is not one of those listed, a day lies outside ``calendar``, or options contradict one another.

    See Also
    --------
    audit_orders : Where every row and every unit of money went.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", None, "bo", None], "date": ["2024-03-01", "2024-03-05", "2024-04-02", "2024-04-02"],
    ...     "amount": [30.0, 10.0, 5.0, -1.0],
    ... })
    >>> unidentified_sales_table(orders)
          period  n_rows  n_orders  amount  row_share  amount_share
    0 2024-03-01       1         1    10.0        0.5          0.25
    1 2024-04-01       1         0    -1.0        0.5         -0.25
    """
    periods = calendar_of(freq, calendar, default="M")
    rows = read_orders(
        orders,
        customer_id=customer_id,
        merge_ids=merge_ids,
        date=date,
        amount=amount,
        quantity=quantity,
        unit_price=unit_price,
        order_id=order_id,
        currency=currency,
        rates=rates,
        status=status,
        counts=counts,
        refund=refund,
        refund_date=refund_date,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    # Here the rows without a customer are those that count.
    if rates is None:
        check_one_currency(replace(rows, reasons=()), currency, convertible=True)
    dated = replace(rows, frame=periods.started(rows.frame, TIME, into="period"))
    sums, sold = to_pandas(_sums(dated)), to_pandas(_orders(dated))
    return from_pandas(_table(sums, sold, priced=has_prices(rows)), like=orders)


def _sums(rows: Rows) -> AnyFrame:
    """Rows and money of each period, of all and of those without a customer."""
    unknown = nw.col(CUSTOMER).is_null()
    money = nw.when(~nw.col(AMOUNT).is_null()).then(nw.col(AMOUNT)).otherwise(nw.lit(0.0))
    marked = rows.frame.select(
        "period",
        flag(unknown).alias("n_rows"),
        money.alias("all_amount"),
        nw.when(unknown).then(money).otherwise(nw.lit(0.0)).alias("amount"),
    )
    return marked.group_by("period").agg(nw.len().alias("all_rows"), nw.col("n_rows", "all_amount", "amount").sum())


def _orders(rows: Rows) -> AnyFrame:
    """The orders of each period that name no customer and are not refunds; a row without an order id is one."""
    sold = rows.frame.filter(nw.col(CUSTOMER).is_null()).filter(flag(goes_back(rows)) == 0)
    named = [nw.col(ORDER).alias("order")] if ORDER in rows.sources else []
    orders = sold.select("period", *named)
    if not named:
        return orders.group_by("period").agg(nw.len().alias("n_orders"))
    counted = orders.group_by("period", "order").agg(nw.len().alias("n_rows"))
    counts = nw.when(nw.col("order").is_null()).then(nw.col("n_rows")).otherwise(nw.lit(1))
    return counted.with_columns(counts.alias("n_orders")).group_by("period").agg(nw.col("n_orders").sum())


def _table(sums: pd.DataFrame, sold: pd.DataFrame, *, priced: bool) -> pd.DataFrame:
    sums = sums[sums["period"].notna() | (sums["n_rows"] > 0)]
    table = sums.merge(sold, on="period", how="left").sort_values("period", ignore_index=True)
    whole = table["all_amount"].to_numpy(dtype=np.float64)
    money = table["amount"].to_numpy(dtype=np.float64) if priced else np.full(len(table), np.nan)
    return pd.DataFrame(
        {
            "period": table["period"].to_numpy().astype("datetime64[us]"),
            "n_rows": table["n_rows"].astype("int64"),
            "n_orders": table["n_orders"].fillna(0).astype("int64"),
            "amount": money,
            "row_share": table["n_rows"].to_numpy(dtype=np.float64) / table["all_rows"].to_numpy(dtype=np.float64),
            "amount_share": np.where(whole > 0, money / np.where(whole > 0, whole, 1.0), np.nan),
        }
    )
