"""Where every row of a table of invoices went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, is_so, rejected_rows
from crmkit.invoices._read import AMOUNT, NegativeAmounts, read_invoices
from crmkit.invoices._related import IS_CREDIT, UNKNOWN

__all__ = ["audit_invoices", "rejected_invoices"]


def audit_invoices(
    invoices: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    invoice_id: str = "invoice_id",
    kind: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    applies_to: str | None = None,
    issued: str = "issued",
    due: str | None = "due",
    terms_days: int | None = None,
    amount: str = "amount",
    negative: NegativeAmounts = "refuse",
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Say where every row of a table of invoices and all of its money goes.

    A row has one reason, the first that holds. Credit notes count below 0, so that the last line is the balance of
    what was billed.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_invoices`.
    customer_id : str, optional
        As in `as_invoices`.
    merge_ids : table of any kind, optional
        As in `as_invoices`.
    invoice_id, kind : str, optional
        As in `as_invoices`.
    kinds : mapping, optional
        As in `as_invoices`.
    applies_to, issued, due : str, optional
        As in `as_invoices`.
    terms_days : int, optional
        As in `as_invoices`.
    amount : str, optional
        As in `as_invoices`.
    negative : {"refuse", "credit_note"}, optional
        As in `as_invoices`.
    currency : str, optional
        As in `as_invoices`.
    date_format, time_zone, decimal, currency_sign : optional
        As in `as_invoices`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_customer", "no_invoice", "unknown_kind", "shared_invoice", "unusable_issued", "unusable_due",
        "no_due", "unusable_applies_to", "unusable_amount", "negative_amount" and "repeated_invoice", each where it can
        be, which ``invalid="drop"`` leaves out of `as_invoices`; "zero_amount", always left out; "unknown_invoice", a
        credit note on an invoice that is not in the table, "credit_note" and "kept"; "given", to which the lines above
        add up. ``n_rows``; ``amount``, the sum of the rows (an unusable one adds nothing); ``n_duplicates``, the rows
        that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``invoices`` is not a frame.
    ValueError
        If an option is not one of those listed, or there is neither a column of due days nor ``terms_days``.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "bo"], "invoice_id": ["A1", "A2", "B1", "B1"],
    ...     "issued": ["2024-03-01", "2024-03-05", "2024-03-04", "2024-03-20"],
    ...     "due": ["2024-03-31", "2024-03-04", "2024-04-03", None], "amount": [100.0, 20.0, 80.0, -30.0],
    ... })
    >>> audit_invoices(ledger, negative="credit_note").query("n_rows > 0")
              reason  n_rows  amount  n_duplicates
    4   unusable_due       1    20.0             0
    10   credit_note       1   -30.0             0
    11          kept       2   180.0             0
    12         given       4   170.0             0
    """
    rows = read_invoices(
        invoices,
        customer_id=customer_id,
        merge_ids=merge_ids,
        invoice_id=invoice_id,
        kind=kind,
        kinds=kinds,
        applies_to=applies_to,
        issued=issued,
        due=due,
        terms_days=terms_days,
        amount=amount,
        negative=negative,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    further = {"unknown_invoice": nw.col(UNKNOWN) == 1, "credit_note": is_so(nw.col(IS_CREDIT) == 1)}
    return audit_table(rows, further, money=AMOUNT, called="amount", kept="kept", like=invoices)


def rejected_invoices(
    invoices: FrameT,
    *,
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    invoice_id: str = "invoice_id",
    kind: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    applies_to: str | None = None,
    issued: str = "issued",
    due: str | None = "due",
    terms_days: int | None = None,
    amount: str = "amount",
    negative: NegativeAmounts = "refuse",
    currency: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
    currency_sign: str | None = None,
) -> FrameT:
    """Return the rows that `as_invoices` leaves out with ``invalid="drop"``, as they were given.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_invoices`.
    customer_id : str, optional
        As in `as_invoices`.
    merge_ids : table of any kind, optional
        As in `as_invoices`.
    invoice_id, kind : str, optional
        As in `as_invoices`.
    kinds : mapping, optional
        As in `as_invoices`.
    applies_to, issued, due : str, optional
        As in `as_invoices`.
    terms_days : int, optional
        As in `as_invoices`.
    amount : str, optional
        As in `as_invoices`.
    negative : {"refuse", "credit_note"}, optional
        As in `as_invoices`.
    currency : str, optional
        As in `as_invoices`.
    date_format, time_zone, decimal, currency_sign : optional
        As in `as_invoices`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_invoices`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, ids of mixed
        kinds or several currencies.
    TypeError
        If ``invoices`` is not a frame.
    ValueError
        If an option is not one of those listed, or there is neither a column of due days nor ``terms_days``.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({
    ...     "customer_id": ["ann", "bo"], "invoice_id": ["A1", "B1"], "issued": ["2024-03-01", "2024-03-04"],
    ...     "due": ["2024-03-31", "2024-03-03"], "amount": [100.0, 80.0],
    ... })
    >>> rejected_invoices(ledger)[["customer_id", "due", "rejected_because"]]
      customer_id         due rejected_because
    1          bo  2024-03-03     unusable_due
    """
    rows = read_invoices(
        invoices,
        customer_id=customer_id,
        merge_ids=merge_ids,
        invoice_id=invoice_id,
        kind=kind,
        kinds=kinds,
        applies_to=applies_to,
        issued=issued,
        due=due,
        terms_days=terms_days,
        amount=amount,
        negative=negative,
        currency=currency,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
        currency_sign=currency_sign,
    )
    return rejected_rows(rows, like=invoices)
