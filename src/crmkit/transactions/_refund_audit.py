"""Refunds of a column beside the amount: on which day they are booked."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._reading import DecimalMark
from crmkit.transactions._orders import AMOUNT, read_orders
from crmkit.transactions._refunds import BOOKED

__all__ = ["audit_refunds"]


def audit_refunds(
    orders: FrameT,
    *,
    refund: str,
    refund_date: str | None = None,
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
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Count the refunds of a column beside the amount by the date on which they are booked.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_transactions`.
    refund : str
        Column of money that went back, as in `as_transactions`.
    refund_date : str, optional
        Column of the dates on which it did, as in `as_transactions`. Without it all stand on the order's date.
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
        As in `as_transactions`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_transactions`.

    Returns
    -------
    the kind of frame given
        ``booked_on``, "own_date" or "order_date"; ``n_refunds``; ``amount``, below zero. Refunds of rows that cannot be
        used are not among them.

    Raises
    ------
    SchemaError
        As in `as_transactions`.
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
    ...     "customer_id": ["ann", "bo", "cy"], "date": ["2024-03-01"] * 3, "amount": [10.0, 20.0, 5.0],
    ...     "back": [10.0, 4.0, None], "back_on": ["2024-03-09", None, None],
    ... })
    >>> audit_refunds(orders, refund="back", refund_date="back_on")
        booked_on  n_refunds  amount
    0    own_date          1   -10.0
    1  order_date          1    -4.0
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
    refunds = rows.frame.filter(nw.col(BOOKED) > 0).group_by(BOOKED).agg(nw.len().alias("n"), nw.col(AMOUNT).sum())
    found = to_pandas(refunds).set_index(BOOKED).reindex([1, 2], fill_value=0)
    table = pd.DataFrame(
        {
            "booked_on": ["own_date", "order_date"],
            "n_refunds": found["n"].to_numpy(dtype="int64"),
            "amount": found[AMOUNT].to_numpy(dtype="float64"),
        }
    )
    return from_pandas(table, like=orders)
