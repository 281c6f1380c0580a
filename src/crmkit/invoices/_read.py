"""Tables of invoices and credit notes: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_int, check_option
from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    check_one_currency,
    clean_ids,
    clean_kinds,
    clean_labels,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    open_rows,
    read_kinds,
    read_merged_ids,
    unread,
    was_given,
    with_merged_ids,
)
from crmkit.invoices._related import IS_CREDIT, REPEATED, SHARED, with_relations

__all__ = [
    "AMOUNT",
    "APPLIES_TO",
    "CUSTOMER",
    "DUE",
    "INVOICE",
    "INVOICE_KINDS",
    "INVOICE_REASONS",
    "ISSUED",
    "NegativeAmounts",
    "read_invoices",
]

NegativeAmounts: TypeAlias = Literal["refuse", "credit_note"]
"""What an amount below 0 is: a mistake, or a credit note."""

CUSTOMER: Final = "__crmkit_customer_id"
INVOICE: Final = "__crmkit_invoice_id"
KIND: Final = "__crmkit_kind"
APPLIES_TO: Final = "__crmkit_applies_to"
ISSUED: Final = "__crmkit_issued"
DUE: Final = "__crmkit_due"
AMOUNT: Final = "__crmkit_amount"
_BELOW_ZERO: Final = "__crmkit_below_zero"
_DAYS: Final = (ISSUED, DUE)
# Ten years.
_MOST_TERMS: Final = 3_660

INVOICE_KINDS: Final = MappingProxyType(
    {"invoice": Label("Invoice", "发票"), "credit_note": Label("Credit note", "贷项通知单")}
)
"""The kinds of rows by code."""
# As accounting systems write them, in small letters.
_WORDS: Final = {
    "invoice": ("invoice", "发票", "蓝字发票"),
    "credit_note": (
        "credit_note", "credit note", "credit-note", "creditnote", "credit memo", "credit_memo", "贷项通知单",
        "贷项凭证", "红字发票",
    ),
}  # fmt: skip

INVOICE_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "no_invoice": Label("No invoice id", "无发票编号"),
        "unknown_kind": Label("Unknown kind", "类别未知"),
        "shared_invoice": Label("Invoice id of several customers", "发票编号属于多位客户"),
        "unusable_issued": Label("Unusable day of issue", "开票日期无效"),
        "unusable_due": Label("Unusable due day", "到期日无效"),
        "no_due": Label("No due day", "无到期日"),
        "unusable_applies_to": Label("Invoice that applies to another", "发票指向另一张发票"),
        "unusable_amount": Label("Unusable amount", "金额无效"),
        "negative_amount": Label("Amount below 0", "金额小于 0"),
        "repeated_invoice": Label("Invoice and due day on several rows", "同一发票与到期日重复"),
        "zero_amount": Label("Amount of 0, left out", "金额为 0，略去"),
        "unknown_invoice": Label("Credit note on an unknown invoice, kept", "所冲发票未知的贷项通知单，保留"),
        "credit_note": Label("Credit note, kept", "贷项通知单，保留"),
        "kept": Label("Invoice, kept", "发票，保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "unknown_invoice" are left out."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "no_invoice": Message(en="{n:,} without an invoice id ({shown})", zh="{n:,} 行无发票编号（{shown}）"),
    "unknown_kind": Message(
        en="{n:,} of an unknown kind ({shown}): name yours with {@kinds}",
        zh="{n:,} 行类别未知（{shown}），请用 {@kinds} 指明",
    ),
    "shared_invoice": Message(
        en="{n:,} whose invoice id stands with several customers ({shown}): make the ids differ, or join the customers "
        "with {@merge_ids}",
        zh="{n:,} 行的发票编号同属多位客户（{shown}），请区分编号，或用 {@merge_ids} 合并客户",
    ),
    "unusable_issued": Message(
        en="{n:,} with an unusable day of issue ({shown})", zh="{n:,} 行开票日期无效（{shown}）"
    ),
    "unusable_due": Message(
        en="{n:,} with a due day that is unusable or before the day of issue ({shown})",
        zh="{n:,} 行到期日无效或早于开票日期（{shown}）",
    ),
    "no_due": Message(
        en="{n:,} without a due day ({shown}): {@terms_days} fills it",
        zh="{n:,} 行无到期日（{shown}），可用 {@terms_days} 补上",
    ),
    "unusable_applies_to": Message(
        en="{n:,} that apply to another invoice but are not credit notes ({shown})",
        zh="{n:,} 行指向另一张发票，却不是贷项通知单（{shown}）",
    ),
    "unusable_amount": Message(
        en="{n:,} with an amount that is missing or unusable ({shown})", zh="{n:,} 行金额缺失或无效（{shown}）"
    ),
    "negative_amount": Message(
        en="{n:,} with an amount below 0 ({shown}): if these are credit notes, pass {@negative='credit_note'}",
        zh="{n:,} 行金额小于 0（{shown}），若为贷项通知单，请使用 {@negative='credit_note'}",
    ),
    "repeated_invoice": Message(
        en="{n:,} that repeat an invoice and its due day, or a credit note on the same day ({shown}): add lines up, "
        "and keep copies once",
        zh="{n:,} 行重复同一发票与到期日，或同日的同一贷项通知单（{shown}），明细请先汇总，重复行只保留一行",
    ),
    "zero_amount": Message(en="{n:,} with an amount of 0 ({shown})", zh="{n:,} 行金额为 0（{shown}）"),
}
_NO_DUE: Final = Message(
    en="Without a column of due days, {@terms_days} must say how many days after the issue invoices are due.",
    zh="没有到期日列时，须用 {@terms_days} 给出开票后多少天到期。",
)


def read_invoices(
    invoices: object,
    *,
    customer_id: Hashable,
    merge_ids: object,
    invoice_id: Hashable,
    kind: Hashable | None,
    kinds: Mapping[Any, str] | None,
    applies_to: Hashable | None,
    issued: Hashable,
    due: Hashable | None,
    terms_days: int | None,
    amount: Hashable,
    negative: NegativeAmounts,
    currency: Hashable | None,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    currency_sign: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of invoices and clean their values; no row is left out.

    The amounts of credit notes are below 0 here, as they count in the balance.
    """
    check_option(negative, ("refuse", "credit_note"), name="negative")
    if terms_days is not None:
        check_int(terms_days, name="terms_days", low=0, high=_MOST_TERMS)
    elif due is None:
        raise ValueError(_NO_DUE())
    words = read_kinds(kinds, usual=_WORDS)
    columns = {
        CUSTOMER: customer_id,
        INVOICE: invoice_id,
        KIND: kind,
        APPLIES_TO: applies_to,
        ISSUED: issued,
        DUE: due,
        AMOUNT: amount,
    }
    rows = open_rows(invoices, columns, table="invoices", also=[currency], carried=keep)
    check_one_currency(rows, currency)
    rows = rows.cleaned(clean_ids, CUSTOMER, INVOICE, APPLIES_TO).cleaned(clean_labels, KIND).cleaned(note_given, DUE)
    rows = rows.cleaned(clean_kinds, KIND, words=words)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, *_DAYS, date_format=date_format, time_zone=time_zone).cleaned(cut_to_days, *_DAYS)
    texts = NumberTexts(decimal=decimal, currency_sign=currency_sign)
    rows = rows.cleaned_together(clean_numbers, AMOUNT, texts=texts)
    rows = replace(rows, frame=_with_kinds(rows, negative_is_credit=negative == "credit_note"))
    rows = replace(rows, frame=_with_due(rows, terms_days))
    rows = with_relations(rows, customer=CUSTOMER, invoice=INVOICE, applies_to=APPLIES_TO, due=DUE, issued=ISSUED)
    return replace(rows, reasons=_reasons(rows, refuses_negative=negative == "refuse"))


def _with_kinds(rows: Rows, *, negative_is_credit: bool) -> AnyFrame:
    """Mark credit notes, and turn their amounts below 0; a kind that is not known is missing."""
    frame, amount = rows.frame, nw.col(AMOUNT)
    below = is_so(amount < 0)
    if KIND in rows.sources:
        # Floats: older pandas warns where whole numbers are missing.
        is_credit = nw.when(is_so(nw.col(KIND) == "credit_note")).then(nw.lit(1.0))
        kind = is_credit.otherwise(nw.when(is_so(nw.col(KIND) == "invoice")).then(nw.lit(0.0)))
    else:
        kind = nw.lit(0.0)
    frame = frame.with_columns(kind.cast(nw.Float64).alias(IS_CREDIT), flag(below).alias(_BELOW_ZERO))
    if negative_is_credit:
        known = ~nw.col(IS_CREDIT).is_null()
        kind = nw.when(below & known).then(nw.lit(1.0)).otherwise(nw.col(IS_CREDIT))
        frame = frame.with_columns(kind.alias(IS_CREDIT))
    signed = nw.when(is_so(nw.col(IS_CREDIT) == 1)).then(amount.abs() * -1).otherwise(amount)
    return frame.with_columns(signed.alias(AMOUNT))


def _with_due(rows: Rows, terms_days: int | None) -> AnyFrame:
    """Fill in what is not given by the terms; credit notes are not due."""
    frame, is_credit = rows.frame, is_so(nw.col(IS_CREDIT) == 1)
    if terms_days is not None:
        fallback = "__crmkit_by_terms"
        if isinstance(frame, nw.DataFrame):
            never = np.datetime64("NaT", "us")
            days: Any = pandas_series(frame[ISSUED]).to_numpy(dtype="datetime64[us]", na_value=never)
            frame = with_values(frame, fallback, days + np.timedelta64(terms_days, "D"))
        else:
            frame = frame.with_columns(nw.col(ISSUED).dt.offset_by(f"{terms_days}d").alias(fallback))
        by_terms = nw.col(fallback)
        due = nw.when(~was_given(DUE)).then(by_terms).otherwise(nw.col(DUE)) if DUE in rows.sources else by_terms
        frame = frame.with_columns(due.alias(DUE)).drop(fallback)
    return frame.with_columns(nw.when(~is_credit).then(nw.col(DUE)).alias(DUE))


def _reasons(rows: Rows, *, refuses_negative: bool) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there."""
    column, here = nw.col, rows.sources
    is_invoice = is_so(column(IS_CREDIT) == 0)
    holds = {
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "no_invoice": (INVOICE, column(INVOICE).is_null()),
        "unknown_kind": (KIND, column(IS_CREDIT).is_null()),
        "shared_invoice": (INVOICE, column(SHARED) == 1),
        "unusable_issued": (ISSUED, column(ISSUED).is_null()),
    }
    if DUE in here:
        read_badly = unread(DUE) & is_invoice
        holds["unusable_due"] = (DUE, read_badly | is_so(column(DUE) < column(ISSUED)))
        holds["no_due"] = (DUE, is_invoice & column(DUE).is_null())
    if APPLIES_TO in here:
        holds["unusable_applies_to"] = (APPLIES_TO, is_invoice & ~column(APPLIES_TO).is_null())
    holds["unusable_amount"] = (AMOUNT, column(AMOUNT).is_null())
    if refuses_negative:
        holds["negative_amount"] = (AMOUNT, column(_BELOW_ZERO) == 1)
    holds["repeated_invoice"] = (INVOICE, column(REPEATED) == 1)
    holds["zero_amount"] = (AMOUNT, is_so(column(AMOUNT) == 0))
    return tuple(
        Reason(code, standard, condition, _SAYS[code], wrong=code != "zero_amount")
        for code, (standard, condition) in holds.items()
        if standard in here
    )
