"""Where every row and every unit of money of an order log went."""

from collections.abc import Sequence

from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import Day, as_day
from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, rejected_rows
from crmkit.transactions._orders import AMOUNT, further_reasons, has_prices, read_orders

__all__ = ["audit_orders", "rejected_orders"]


def audit_orders(
    orders: FrameT,
    *,
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
    as_of: Day | None = None,
) -> FrameT:
    """Show where every row and every unit of money of an order log goes.

    A row has one reason, the first that holds in this order: no customer, unusable date, status that does
    not count, unusable amount, no rate, after ``as_of``, refund (amount below zero), zero price, kept.
    `as_transactions` leaves rows with one of the first five out, with ``invalid="drop"``; refunds are netted or left
    out, as its ``returns`` says; the last two are orders.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_transactions`.
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
    refund, refund_date : str, optional
        As in `as_transactions`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_transactions`.
    as_of : date or ISO text, optional
        Last day that counts. Without it no row is after it.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "unusable_date", "uncounted_status" (with ``status``), "unusable_amount",
        "no_rate" (with ``rates``), "after_as_of", "refund", "zero_price", "kept", and "given", to which the lines above
        add up; ``n_rows``; ``amount``, the money of the rows, converted if there are rates (an amount that is
        unusable or has no rate adds nothing, whatever the reason of its row; missing for orders without a price);
        ``n_duplicates``, the rows that repeat another one in every column. Duplicates can be legitimate: they are
        counted and never removed.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or options contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", None], "date": ["2024-03-01", "2024-03-05", "2024-03-02"],
    ...     "amount": [20.0, -5.0, 9.0],
    ... })
    >>> audit_orders(orders).query("n_rows > 0")
            reason  n_rows  amount  n_duplicates
    0  no_customer       1     9.0             0
    4       refund       1    -5.0             0
    6         kept       1    20.0             0
    7        given       3    24.0             0
    """
    last_day = None if as_of is None else as_day(as_of, name="as_of")
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
    further = further_reasons(rows, as_of=last_day)
    return audit_table(
        rows, further, money=AMOUNT, called="amount", kept="kept", has_money=has_prices(rows), like=orders
    )


def rejected_orders(
    orders: FrameT,
    *,
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
    """Return the rows that ``invalid="drop"`` leaves out of `as_transactions`, as they were given.

    Parameters
    ----------
    orders : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_transactions`.
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
    refund, refund_date : str, optional
        As in `as_transactions`.
    date_format, time_zone, decimal, currency_sign : str, optional
        As in `as_transactions`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because`` (in the place of one of that name): "no_customer",
        "unusable_date", "uncounted_status", "unusable_amount" or "no_rate". In memory the rows keep their order, and
        on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``orders`` is not a frame.
    ValueError
        If options contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"customer_id": ["ann", ""], "date": ["2024-03-01"] * 2, "amount": ["20", "9"]})
    >>> rejected_orders(orders)
      customer_id        date amount rejected_because
    1              2024-03-01      9      no_customer
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
    return rejected_rows(rows, like=orders)
