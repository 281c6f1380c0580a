"""Where every row of a table of payments went."""

from __future__ import annotations

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, is_so, rejected_rows
from crmkit.invoices._payments import AMOUNT, INVOICE, read_payments

__all__ = ["audit_payments", "rejected_payments"]


def audit_payments(
    payments: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    invoice_id: str | None = None,
    date: str = "date",
    amount: str = "amount",
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Say where every row of a table of payments and all of its money goes.

    A row has one reason, the first that holds.

    Parameters
    ----------
    payments : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_payments`.
    customer_id : str, optional
        As in `as_payments`.
    merge_ids : table of any kind, optional
        As in `as_payments`.
    invoice_id, date, amount, currency : str, optional
        As in `as_payments`.
    date_format, time_zone, decimal, currency_sign : optional
        As in `as_payments`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "unusable_date" and "unusable_amount", which ``invalid="drop"`` leaves out of
        `as_payments`; "zero_amount", always left out; "paid_back", "no_invoice", where a column of invoices is named,
        and "kept"; "given", to which the lines above add up. ``n_rows``; ``amount``, the sum of the rows (an unusable
        one adds nothing); ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``payments`` is not a frame.
    ValueError
        If an option is not one of those listed.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "bo"], "date": ["2024-03-28", "2024-03-28", "2024-04-10", "soon"],
    ...     "amount": [100.0, 100.0, -10.0, 5.0],
    ... })
    >>> audit_payments(bank).query("n_rows > 0")
              reason  n_rows  amount  n_duplicates
    1  unusable_date       1     5.0             0
    4      paid_back       1   -10.0             0
    5           kept       2   200.0             1
    6          given       4   195.0             1
    """
    rows = read_payments(
        payments,
        customer_id=customer_id,
        merge_ids=merge_ids,
        invoice_id=invoice_id,
        date=date,
        amount=amount,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    further = {"paid_back": is_so(nw.col(AMOUNT) < 0)}
    if invoice_id is not None:
        further["no_invoice"] = nw.col(INVOICE).is_null()
    return audit_table(rows, further, money=AMOUNT, called="amount", kept="kept", like=payments)


def rejected_payments(
    payments: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    invoice_id: str | None = None,
    date: str = "date",
    amount: str = "amount",
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Return the rows that `as_payments` leaves out with ``invalid="drop"``, as they were given.

    Parameters
    ----------
    payments : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_payments`.
    customer_id : str, optional
        As in `as_payments`.
    merge_ids : table of any kind, optional
        As in `as_payments`.
    invoice_id, date, amount, currency : str, optional
        As in `as_payments`.
    date_format, time_zone, decimal, currency_sign : optional
        As in `as_payments`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_payments`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``payments`` is not a frame.
    ValueError
        If an option is not one of those listed.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({
    ...     "customer_id": ["ann", "bo"], "date": ["2024-03-28", "soon"], "amount": [100.0, 5.0],
    ... })
    >>> rejected_payments(bank)
      customer_id  date  amount rejected_because
    1          bo  soon     5.0    unusable_date
    """
    rows = read_payments(
        payments,
        customer_id=customer_id,
        merge_ids=merge_ids,
        invoice_id=invoice_id,
        date=date,
        amount=amount,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    return rejected_rows(rows, like=payments)
