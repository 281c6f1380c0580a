"""What the money of each currency of an order log was converted at."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT, flag, from_pandas, to_pandas
from crmkit._reading import DecimalMark
from crmkit.transactions._converted import CURRENCY, RATE
from crmkit.transactions._orders import AMOUNT, GIVEN, read_orders

__all__ = ["audit_currencies"]


def audit_currencies(
    orders: FrameT,
    *,
    currency: str,
    rates: IntoFrame,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    amount: str | None = "amount",
    quantity: str | None = None,
    unit_price: str | None = None,
    order_id: str | None = None,
    status: str | None = None,
    counts: Sequence[str] | None = None,
    refund: str | None = None,
    refund_date: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Show the money of each currency of an order log, before and after it is converted, and the rates used.

    Rows count that `as_transactions` takes, and those that it leaves out for want of a rate.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_transactions`.
    currency : str
        Column of currency codes.
    rates : table of any kind
        As in `as_transactions`.
    customer_id : str, optional
        As in `as_transactions`.
    merge_ids : table of any kind, optional
        As in `as_transactions`.
    date, amount, quantity, unit_price, order_id, status : str, optional
        As in `as_transactions`.
    counts : sequence of str, optional
        As in `as_transactions`.
    refund, refund_date : str, optional
        As in `as_transactions`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_transactions`.

    Returns
    -------
    the kind of frame given
        One row per currency, in the order of their codes, rows without one last:

        ``currency``
            The code, in capitals.
        ``n_rows``
            Rows, refunds included.
        ``n_without_rate``
            Those of them whose currency has no rate, or none yet on their day.
        ``lowest_rate``, ``highest_rate``
            Of the rates used; missing where no row has one.
        ``amount_given``
            Net money in the currency itself.
        ``amount``
            The same after it was converted; money without a rate adds nothing.

    Raises
    ------
    SchemaError
        As in `as_transactions`, or if ``rates`` is not a table of rates.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If options contradict one another.

    See Also
    --------
    audit_orders : Where every row and every unit of money went.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "date": ["2024-03-01", "2024-03-05", "2024-03-05"],
    ...     "amount": [10.0, 20.0, 5.0], "code": ["EUR", "usd", "GBP"],
    ... })
    >>> rates = pd.DataFrame({"currency": ["EUR", "USD"], "rate": [1.0, 0.9]})
    >>> table = audit_currencies(orders, currency="code", rates=rates)
    >>> table[["currency", "n_rows", "n_without_rate", "highest_rate", "amount_given", "amount"]]
      currency  n_rows  n_without_rate  highest_rate  amount_given  amount
    0      EUR       1               0           1.0          10.0    10.0
    1      GBP       1               1           NaN           5.0     0.0
    2      USD       1               0           0.9          20.0    18.0
    """
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
    others = [reason for reason in rows.reasons if reason.code != "no_rate"]
    shown = rows.frame.filter(*(flag(reason.holds) == 0 for reason in others))
    rate = nw.col(RATE)
    found = to_pandas(
        shown.select(
            nw.col(CURRENCY).alias("currency"),
            flag(rate.is_null()).alias("n_without_rate"),
            rate.alias("lowest_rate"),
            rate.alias("highest_rate"),
            nw.col(GIVEN).alias("amount_given"),
            nw.when(~rate.is_null()).then(nw.col(AMOUNT)).otherwise(nw.lit(0.0)).alias("amount"),
        )
        .group_by("currency")
        .agg(
            nw.len().alias("n_rows"),
            nw.col("n_without_rate").sum(),
            nw.col("lowest_rate").min(),
            nw.col("highest_rate").max(),
            nw.col("amount_given", "amount").sum(),
        )
    )
    return from_pandas(_sorted(found), like=orders)


def _sorted(found: pd.DataFrame) -> pd.DataFrame:
    table = found.sort_values("currency", ignore_index=True)
    codes = table["currency"].astype(object)
    counts = {name: table[name].astype("int64") for name in ("n_rows", "n_without_rate")}
    money = ("lowest_rate", "highest_rate", "amount_given", "amount")
    floats = {name: table[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in money}
    return pd.DataFrame({"currency": codes.where(codes.notna(), None), **counts, **floats})
