"""Order logs: their rows with standard columns beside them, and the reasons that a row can have."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._calendar import next_day
from crmkit._frames import midnight
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    check_counts,
    check_one_currency,
    clean_codes,
    clean_ids,
    clean_labels,
    clean_numbers,
    clean_statuses,
    clean_times,
    open_rows,
    read_merged_ids,
    read_rates,
    with_merged_ids,
)
from crmkit.transactions._converted import CURRENCY, converted, without_rate
from crmkit.transactions._refunds import (
    NO_AMOUNT,
    NO_REFUND,
    REFUND,
    REFUND_DATE,
    clean_refund_dates,
    note_refunds,
    unread_refund,
    unread_refund_date,
    with_refunds,
)

__all__ = [
    "AMOUNT",
    "AUDIT_REASONS",
    "CURRENCY",
    "CUSTOMER",
    "GIVEN",
    "ORDER",
    "QUANTITY",
    "TIME",
    "further_reasons",
    "goes_back",
    "has_prices",
    "read_orders",
]

CUSTOMER: Final = "__crmkit_customer_id"
TIME: Final = "__crmkit_time"
AMOUNT: Final = "__crmkit_amount"
ORDER: Final = "__crmkit_order_id"
QUANTITY: Final = "__crmkit_quantity"
STATUS: Final = "__crmkit_status"
GIVEN: Final = "__crmkit_amount_given"
REFUND_GIVEN: Final = "__crmkit_refund_as_given"
_UNIT_PRICE: Final = "__crmkit_unit_price"

AUDIT_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "uncounted_status": Label("Status that does not count", "状态不计入"),
        "unusable_amount": Label("Unusable amount", "金额无效"),
        "no_rate": Label("No exchange rate", "无汇率"),
        "after_as_of": Label("After the as-of date", "晚于截止日"),
        "refund": Label("Refund", "退款"),
        "zero_price": Label("Zero price", "零价"),
        "kept": Label("Purchase", "购买"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts, and last comes the sum.

Rows before "after_as_of" are left out. A status is a reason only where there is a column of them.
"""

_UNUSABLE: Final = (
    Reason(
        "no_customer",
        CUSTOMER,
        nw.col(CUSTOMER).is_null(),
        Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    ),
    Reason(
        "unusable_date",
        TIME,
        nw.col(TIME).is_null(),
        Message(en="{n:,} with an unusable date ({shown})", zh="{n:,} 行日期无效（{shown}）"),
    ),
    Reason(
        "unusable_amount",
        AMOUNT,
        nw.col(AMOUNT).is_null(),
        Message(en="{n:,} with an unusable amount ({shown})", zh="{n:,} 行金额无效（{shown}）"),
    ),
)
_UNCOUNTED: Final = Reason(
    "uncounted_status",
    STATUS,
    nw.col(STATUS) == 0,
    Message(en="{n:,} with a status that does not count ({shown})", zh="{n:,} 行状态不计入（{shown}）"),
    wrong=False,
)
_CONTRADICTION: Final = Message(
    en="{@unit_price} is multiplied by {@quantity} where there is no {@amount}: give {@amount=}, or {@quantity=} and "
    "{@unit_price=}; got {given}.",
    zh="没有 {@amount} 时，金额为 {@unit_price} 与 {@quantity} 之积：请给出 {@amount=}，或同时给出 {@quantity=} 与 "
    "{@unit_price=}；得到 {given}。",
)
_UNUSED: Final = Message(
    en="{@quantity} is multiplied by {@unit_price=}, which is not given, and beside {@amount} it has no use. Name the "
    "unit price, or leave {@quantity} out.",
    zh="{@quantity} 须与 {@unit_price=} 相乘，而后者未给出；已有 {@amount} 时，它没有用处。请给出单价，或去掉 "
    "{@quantity}。",
)
_NO_CURRENCY: Final = Message(
    en="{@rates} needs the column of currency codes: pass {@currency=}.",
    zh="使用 {@rates} 时须用 {@currency=} 指明货币代码列。",
)
_NOTHING_TO_CONVERT: Final = Message(
    en="{@rates} would convert money, and the orders carry no price. Leave {@rates} out.",
    zh="{@rates} 用于换算金额，而订单没有价格。请去掉 {@rates}。",
)
_PRODUCT: Final = Message(en="the product of quantity and unit price", zh="数量与单价的乘积")
_NO_MONEY: Final = Message(en="the units", zh="数量")
_DEFAULT: Final = "amount"


def read_orders(
    orders: object,
    *,
    customer_id: str,
    merge_ids: object,
    date: str,
    amount: str | None,
    quantity: str | None,
    unit_price: str | None,
    order_id: str | None,
    currency: str | None,
    rates: object,
    status: str | None,
    counts: Sequence[str] | None,
    refund: str | None,
    refund_date: str | None,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    currency_sign: str | None,
    keep: Sequence[Hashable] = (),
    with_quantity: bool = False,
) -> Rows:
    """Name the columns of an order log and clean their values; no row is left out, and refunds become rows.

    ``with_quantity`` says that the quantity is wanted for itself, beside an amount.
    """
    columns = {
        CUSTOMER: customer_id,
        TIME: date,
        AMOUNT: _amount_column(amount, quantity, unit_price),
        QUANTITY: quantity,
        _UNIT_PRICE: unit_price,
        ORDER: order_id,
        CURRENCY: None if rates is None else currency,
        STATUS: status,
        REFUND: refund,
        REFUND_DATE: refund_date,
    }
    check_counts(counts, status=status)
    if quantity is not None and unit_price is None and amount is not None and not with_quantity:
        raise ValueError(_UNUSED())
    if refund_date is not None and refund is None:
        raise ValueError(NO_REFUND())
    rows = open_rows(orders, columns, table="orders", also=[currency], carried=keep)
    rows = rows.cleaned(clean_ids, CUSTOMER)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, TIME, date_format=date_format, time_zone=time_zone)
    rows = rows.cleaned(clean_refund_dates, REFUND_DATE, date_format=date_format, time_zone=time_zone)
    texts = NumberTexts(decimal=decimal, currency_sign=currency_sign, several=rates is not None)
    rows = rows.cleaned(note_refunds, REFUND)
    rows = rows.cleaned_together(clean_numbers, AMOUNT, QUANTITY, _UNIT_PRICE, REFUND, texts=texts)
    rows = rows.cleaned(clean_labels, ORDER).cleaned(clean_statuses, STATUS, counts=counts)
    if unit_price is not None:
        rows = _priced(rows)
    elif AMOUNT not in rows.sources:
        rows = _counted_in_units(rows)
    if refund is not None and not has_prices(rows):
        raise ValueError(NO_AMOUNT())
    if rates is not None:
        rows = _converted(rows, rates)
    reasons = _reasons(status, refund, refund_date, in_one=rates is None)
    rows = replace(rows, reasons=reasons)
    if rates is None:
        check_one_currency(rows, currency, convertible=True)
    if refund is None:
        return rows
    return with_refunds(rows, amounts={AMOUNT: REFUND, GIVEN: REFUND_GIVEN}, quantity=QUANTITY, time=TIME)


def goes_back(rows: Rows) -> nw.Expr:
    """Whether a row is a refund, also where its amount has no rate."""
    return nw.col(GIVEN if CURRENCY in rows.sources else AMOUNT) < 0


def has_prices(rows: Rows) -> bool:
    """Whether the orders carry money; without it, `AMOUNT` holds units, which tell what came back."""
    return AMOUNT in rows.sources or _UNIT_PRICE in rows.sources


def _reasons(status: str | None, refund: str | None, refund_date: str | None, *, in_one: bool) -> tuple[Reason, ...]:
    """Why rows are left out; the amount of an order that does not count is not asked for, nor its rate."""
    no_customer, no_date, no_amount = _UNUSABLE
    amount, back = (AMOUNT, REFUND) if in_one else (GIVEN, REFUND_GIVEN)
    no_amount = replace(no_amount, holds=nw.col(amount).is_null())
    if refund_date is not None:
        no_date = replace(no_date, holds=no_date.holds | unread_refund_date())
    if refund is not None:
        no_amount = replace(no_amount, holds=no_amount.holds | unread_refund(back))
    money = [no_amount] if in_one else [no_amount, without_rate(given=GIVEN)]
    if status is None:
        return no_customer, no_date, *money
    counted = nw.col(STATUS) == 1
    return no_customer, no_date, _UNCOUNTED, *(replace(reason, holds=reason.holds & counted) for reason in money)


def further_reasons(rows: Rows, *, as_of: datetime | None) -> dict[str, nw.Expr]:
    """Find what a usable row can be other than a purchase."""
    late = nw.lit(value=False) if as_of is None else nw.col(TIME) >= midnight(next_day(as_of), of=rows.frame)
    free = nw.col(AMOUNT) == 0 if has_prices(rows) else nw.lit(value=False)
    return {"after_as_of": late, "refund": nw.col(AMOUNT) < 0, "zero_price": free}


def _converted(rows: Rows, rates: object) -> Rows:
    """Convert the money of all rows."""
    if CURRENCY not in rows.sources:
        raise ValueError(_NO_CURRENCY())
    if not has_prices(rows):
        raise ValueError(_NOTHING_TO_CONVERT())
    return converted(
        rows.cleaned(clean_codes, CURRENCY),
        read_rates(rates),
        money={AMOUNT: GIVEN, REFUND: REFUND_GIVEN},
        amount=AMOUNT,
        time=TIME,
        customer=CUSTOMER,
        order=ORDER,
    )


def _amount_column(amount: str | None, quantity: str | None, unit_price: str | None) -> str | None:
    if unit_price is None:
        return amount
    if quantity is None or amount not in (None, _DEFAULT):
        raise ValueError(_CONTRADICTION(given=f"{amount=}, {quantity=}, {unit_price=}"))
    return None


def _priced(rows: Rows) -> Rows:
    """Multiply quantities by prices."""
    product = nw.col(QUANTITY) * nw.col(_UNIT_PRICE)
    made = replace(rows, frame=rows.frame.with_columns(product.alias(AMOUNT)), where={**rows.where, AMOUNT: _PRODUCT()})
    return made.cleaned_together(clean_numbers, AMOUNT)


def _counted_in_units(rows: Rows) -> Rows:
    """Put units in the place of money; a row whose units are not known is an order."""
    units: nw.Expr = nw.lit(0.0)
    if QUANTITY in rows.sources:
        units = nw.when(~nw.col(QUANTITY).is_null()).then(nw.col(QUANTITY)).otherwise(units)
    frame = rows.frame.with_columns(units.alias(AMOUNT))
    return replace(rows, frame=frame, where={**rows.where, AMOUNT: rows.where.get(QUANTITY, _NO_MONEY())})
