"""Tables of payments: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    check_one_currency,
    clean_ids,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    open_rows,
    read_merged_ids,
    with_merged_ids,
)

__all__ = ["AMOUNT", "CUSTOMER", "DATE", "INVOICE", "PAYMENT_REASONS", "read_payments"]

CUSTOMER: Final = "__crmkit_customer_id"
INVOICE: Final = "__crmkit_invoice_id"
DATE: Final = "__crmkit_date"
AMOUNT: Final = "__crmkit_amount"

PAYMENT_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "unusable_amount": Label("Unusable amount", "金额无效"),
        "zero_amount": Label("Amount of 0, left out", "金额为 0，略去"),
        "paid_back": Label("Paid back, kept", "退回款，保留"),
        "no_invoice": Label("Without an invoice, kept", "未注明发票，保留"),
        "kept": Label("Payment, kept", "付款，保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "paid_back" are left out."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "unusable_date": Message(en="{n:,} with an unusable date ({shown})", zh="{n:,} 行日期无效（{shown}）"),
    "unusable_amount": Message(
        en="{n:,} with an amount that is missing or unusable ({shown})", zh="{n:,} 行金额缺失或无效（{shown}）"
    ),
    "zero_amount": Message(en="{n:,} with an amount of 0 ({shown})", zh="{n:,} 行金额为 0（{shown}）"),
}


def read_payments(
    payments: object,
    *,
    customer_id: Hashable,
    merge_ids: object,
    invoice_id: Hashable | None,
    date: Hashable,
    amount: Hashable,
    currency: Hashable | None,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    currency_sign: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of payments and clean their values; no row is left out."""
    columns = {CUSTOMER: customer_id, INVOICE: invoice_id, DATE: date, AMOUNT: amount}
    rows = open_rows(payments, columns, table="payments", also=[currency], carried=keep)
    check_one_currency(rows, currency)
    rows = rows.cleaned(clean_ids, CUSTOMER, INVOICE)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, DATE, date_format=date_format, time_zone=time_zone).cleaned(cut_to_days, DATE)
    texts = NumberTexts(decimal=decimal, currency_sign=currency_sign)
    rows = rows.cleaned_together(clean_numbers, AMOUNT, texts=texts)
    column = nw.col
    holds = {
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "unusable_date": (DATE, column(DATE).is_null()),
        "unusable_amount": (AMOUNT, column(AMOUNT).is_null()),
        "zero_amount": (AMOUNT, is_so(column(AMOUNT) == 0)),
    }
    reasons = tuple(
        Reason(code, standard, condition, _SAYS[code], wrong=code != "zero_amount")
        for code, (standard, condition) in holds.items()
    )
    return replace(rows, reasons=reasons)
