"""From any table of invoices, or of payments, to checked ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import check_option
from crmkit._frames import FrameT, as_name
from crmkit._reading import DecimalMark, Invalid, made_table
from crmkit.invoices import _payments as paid
from crmkit.invoices._read import (
    AMOUNT,
    APPLIES_TO,
    CUSTOMER,
    DUE,
    INVOICE,
    ISSUED,
    NegativeAmounts,
    read_invoices,
)
from crmkit.invoices._related import IS_CREDIT

__all__ = ["as_invoices", "as_payments"]


def as_invoices(
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
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table of invoices and credit notes into a checked one.

    An invoice that is paid in instalments has one row per due day. A credit note reduces an invoice of the same
    customer: the one that it names or, where it names none, the one whose id it bears; one that reduces several has a
    row for each. A credit note that names an invoice which is not in the table, because that is older, is kept.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per invoice and due day, at least one; lines of an invoice are added up before. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`.
    invoice_id : str, default "invoice_id"
        Column of invoice ids, likewise. An id belongs to one customer: one of several is refused, as its payments
        could not be told apart.
    kind : str, optional
        Column of kinds: "invoice" and "credit_note", or the same in other words, such as "Credit memo" and 红字发票.
        Without it every row is an invoice, unless ``negative`` says otherwise.
    kinds : mapping, optional
        Further labels of that column, such as ``{"INV": "invoice", "CN": "credit_note"}``.
    applies_to : str, optional
        Column of the ids of the invoices that credit notes reduce; missing for invoices, and where there is none.
    issued : str, default "issued"
        Column of the days of issue: typed, or in memory ISO text, or text in ``date_format``. A time of day is cut
        off. Years outside 1901 to 2099 are placeholders and count as unusable.
    due : str or None, default "due"
        Column of the last days on which invoices are paid in time, written likewise; not before ``issued``. It is not
        looked at for credit notes.
    terms_days : int, optional
        Days from the issue to the due day, 0 or more, for invoices without one. Without it these are refused.
    amount : str, default "amount"
        Column of amounts, taxes included as they are owed, above 0, in one currency. Rows with an amount of 0 owe
        nothing and are left out.
    negative : {"refuse", "credit_note"}, default "refuse"
        What a row with an amount below 0 is: a mistake, or a credit note of that amount, as many exports write it.
    currency : str, optional
        Column of currency codes; more than one code is refused.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y".
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    decimal : {".", ","}, optional
        The decimal mark of amounts in text, where both 1.234 and 1,234 could be thousands.
    currency_sign : str, optional
        A sign that stands before or after amounts in text, beside those known.
    keep : sequence of str, default ()
        Further columns to carry along, such as region or salesperson.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_invoices` returns the rows that "drop" leaves out. Of rows
        that repeat an invoice and its due day, or a credit note on the same day, none can be used.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``invoice_id``; ``kind``, "invoice" or "credit_note"; ``applies_to``, the invoice that a
        credit note reduces; ``issued`` and ``due``, naive midnights, ``due`` missing for credit notes; ``amount``,
        above 0; ``currency``, missing where no column is named; then the columns of ``keep``. In memory the rows keep
        their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, if there are several currencies, or if a column of
        ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``invoices`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed, or there is neither a column of due days nor ``terms_days``.

    See Also
    --------
    audit_invoices : Where every row and its money went.
    as_payments : What was paid.

    Examples
    --------
    >>> import pandas as pd
    >>> ledger = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "bo"], "invoice_id": ["A1", "A1", "B1", "C1"],
    ...     "issued": ["2024-03-01", "2024-03-01", "2024-03-04", "2024-03-20"],
    ...     "due": ["2024-03-31", "2024-04-30", "2024-04-03", None],
    ...     "amount": [100.0, 100.0, 80.0, -30.0], "against": [None, None, None, "B1"],
    ... })
    >>> as_invoices(ledger, applies_to="against", negative="credit_note").drop(columns="currency")
      customer_id invoice_id         kind applies_to     issued        due  amount
    0         ann         A1      invoice        NaN 2024-03-01 2024-03-31   100.0
    1         ann         A1      invoice        NaN 2024-03-01 2024-04-30   100.0
    2          bo         B1      invoice        NaN 2024-03-04 2024-04-03    80.0
    3          bo         C1  credit_note         B1 2024-03-20        NaT    30.0
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
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
        keep=keep,
    )
    is_credit = nw.col(IS_CREDIT) == 1
    columns = {
        "customer_id": nw.col(CUSTOMER),
        "invoice_id": nw.col(INVOICE),
        "kind": nw.when(is_credit).then(nw.lit("credit_note")).otherwise(nw.lit("invoice")),
        "applies_to": nw.col(APPLIES_TO),
        "issued": nw.col(ISSUED),
        "due": nw.col(DUE),
        "amount": nw.col(AMOUNT).abs(),
        "currency": _currency(currency),
    }
    return made_table(rows, columns, keep=keep, invalid=invalid, key=CUSTOMER, money=AMOUNT, like=invoices)


def as_payments(
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
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table of payments into a checked one.

    Equal rows are kept and counted by `audit_payments`, for a customer may pay the same amount twice on a day. A
    payment before its invoice is a deposit and is kept too: what is open on a day is worked out where invoices and
    payments meet.

    Parameters
    ----------
    payments : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per payment, and per invoice where one payment settles several; at least one. It is not changed.
    customer_id : str, default "customer_id"
        Column of customer ids: whole numbers or text. An empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`.
    invoice_id : str, optional
        Column of the ids of the invoices paid; may be missing. Without it no payment is assigned.
    date : str, default "date"
        Column of the days on which money came in: typed, or in memory ISO text, or text in ``date_format``. A time of
        day is cut off. Years outside 1901 to 2099 are placeholders and count as unusable.
    amount : str, default "amount"
        Column of amounts in one currency; below 0 what was paid back. Rows with an amount of 0 are left out.
    currency : str, optional
        Column of currency codes; more than one code is refused.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y".
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    decimal : {".", ","}, optional
        The decimal mark of amounts in text, where both 1.234 and 1,234 could be thousands.
    currency_sign : str, optional
        A sign that stands before or after amounts in text, beside those known.
    keep : sequence of str, default ()
        Further columns to carry along, such as the way of payment.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_payments` returns the rows that "drop" leaves out.

    Returns
    -------
    the kind of frame given
        ``customer_id``; ``invoice_id``, missing where it is not known; ``date``, naive midnight; ``amount``;
        ``currency``, missing where no column is named; then the columns of ``keep``. In memory the rows keep their
        order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, if there are several currencies, or if a column of
        ``keep`` is missing or has a name of the table's own.
    TypeError
        If ``payments`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed.

    See Also
    --------
    audit_payments : Where every row and its money went.
    as_invoices : What is owed.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "bo"], "invoice_id": ["A1", "B1", None],
    ...     "date": ["2024-03-28", "2024-04-10", "2024-04-12"], "amount": ["100.00", "60.00", "-10.00"],
    ... })
    >>> as_payments(bank, invoice_id="invoice_id")[["customer_id", "invoice_id", "date", "amount"]]
      customer_id invoice_id       date  amount
    0         ann         A1 2024-03-28   100.0
    1          bo         B1 2024-04-10    60.0
    2          bo        NaN 2024-04-12   -10.0
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = paid.read_payments(
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
        keep=keep,
    )
    who = nw.col(paid.CUSTOMER)
    columns = {
        "customer_id": who,
        "invoice_id": nw.when(who.is_null()).then(who) if invoice_id is None else nw.col(paid.INVOICE),
        "date": nw.col(paid.DATE),
        "amount": nw.col(paid.AMOUNT),
        "currency": _currency(currency),
    }
    return made_table(rows, columns, keep=keep, invalid=invalid, key=CUSTOMER, money=AMOUNT, like=payments)


def _currency(column: str | None) -> nw.Expr:
    # A literal that is missing would be the text "None" in older pandas.
    return nw.when(nw.col(CUSTOMER).is_null()).then(nw.lit("")) if column is None else nw.col(as_name(column))
