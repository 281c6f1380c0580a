"""Ready tables of customers: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import day_number, period_start
from crmkit._checks import Day, as_day
from crmkit._frames import flag
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    clean_ids,
    clean_numbers,
    clean_times,
    open_rows,
)

__all__ = [
    "CUSTOMER",
    "CUSTOMER_REASONS",
    "DAYS",
    "FIRST",
    "LAST",
    "ORDERS",
    "SPEND",
    "TENURE",
    "read_customers",
]

CUSTOMER: Final = "__crmkit_customer_id"
ORDERS: Final = "__crmkit_n_orders"
SPEND: Final = "__crmkit_spend"
DAYS: Final = "__crmkit_days_since_last"
TENURE: Final = "__crmkit_tenure_days"
LAST: Final = "__crmkit_last_order"
FIRST: Final = "__crmkit_first_order"

CUSTOMER_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_n_orders": Label("Unusable number of orders", "订单数无效"),
        "unusable_spend": Label("Unusable spend", "消费额无效"),
        "unusable_days_since_last": Label("Unusable days since the last order", "距最近下单的天数无效"),
        "unusable_tenure": Label("Unusable tenure", "成为客户的天数无效"),
        "no_order": Label("Without an order", "没有订单"),
        "kept": Label("With an order", "有订单"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "no_order" cannot be used."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "unusable_n_orders": Message(
        en="{n:,} with a number of orders that is missing, below 0 or not whole ({shown})",
        zh="{n:,} 行订单数缺失、小于 0 或不是整数（{shown}）",
    ),
    "unusable_spend": Message(
        en="{n:,} with a spend that is missing or unusable ({shown})", zh="{n:,} 行消费额缺失或无效（{shown}）"
    ),
    "unusable_days_since_last": Message(
        en="{n:,} with orders and a last order that is missing, unusable or after the as-of date ({shown})",
        zh="{n:,} 行有订单而最近下单日缺失、无效或晚于截止日（{shown}）",
    ),
    "unusable_tenure": Message(
        en="{n:,} with orders and a first order that is missing, unusable or after the last one ({shown})",
        zh="{n:,} 行有订单而首次下单日缺失、无效或晚于最近下单日（{shown}）",
    ),
}
_ONE_OF_TWO: Final = Message(
    en="Give one of {days} and {day}, got {given}.", zh="{days} 与 {day} 须给出其一，得到 {given}。"
)
_NEEDS_AS_OF: Final = Message(
    en="{name} is a date, so {@as_of} is needed to count the days from it.",
    zh="{name} 是日期，须用 {@as_of} 指定截止日以计算天数。",
)


def read_customers(
    customers: object,
    *,
    customer_id: str,
    n_orders: str,
    spend: str,
    days_since_last: str | None,
    last_order: str | None,
    tenure_days: str | None,
    first_order: str | None,
    as_of: Day | None,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    currency_sign: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of customers and clean their values; no row is left out."""
    if days_since_last is None and last_order is None:
        days_since_last = "days_since_last"
    _check_one(days_since_last, last_order, names=("days_since_last", "last_order"))
    _check_one(tenure_days, first_order, names=("tenure_days", "first_order"))
    for name, column in (("last_order", last_order), ("first_order", first_order)):
        if column is not None and as_of is None:
            raise ValueError(_NEEDS_AS_OF(name=Parameter(name)))
    last_day = None if as_of is None else as_day(as_of, name="as_of")
    columns: dict[str, Hashable | None] = {
        CUSTOMER: customer_id,
        ORDERS: n_orders,
        SPEND: spend,
        DAYS: days_since_last,
        TENURE: tenure_days,
        LAST: last_order,
        FIRST: first_order,
    }
    rows = open_rows(customers, columns, table="customers", carried=keep).cleaned(clean_ids, CUSTOMER)
    rows = rows.cleaned(clean_times, LAST, FIRST, date_format=date_format, time_zone=time_zone)
    texts = NumberTexts(decimal=decimal, currency_sign=currency_sign)
    rows = rows.cleaned_together(clean_numbers, ORDERS, SPEND, DAYS, TENURE, texts=texts)
    for day, days in ((LAST, DAYS), (FIRST, TENURE)):
        rows = _counted_from(rows, day, days=days, as_of=last_day)
    return replace(rows, reasons=_reasons(rows))


def _check_one(days: str | None, day: str | None, *, names: tuple[str, str]) -> None:
    if days is not None and day is not None:
        given = f"{names[0]}={days!r}, {names[1]}={day!r}"
        raise ValueError(_ONE_OF_TWO(days=Parameter(names[0]), day=Parameter(names[1]), given=given))


def _counted_from(rows: Rows, day: str, *, days: str, as_of: datetime | None) -> Rows:
    """Count the days from a date to ``as_of``; without a date or a number they are missing."""
    if day in rows.sources and as_of is not None:
        last = int(np.datetime64(as_of, "D").astype(np.int64))
        date = period_start(nw.col(day), freq="D")
        frame = rows.frame.with_columns(date.alias(day), (nw.lit(last) - day_number(date)).alias(days))
        sources, where = {**rows.sources, days: rows.sources[day]}, {**rows.where, days: rows.where[day]}
        return replace(rows, frame=frame, sources=sources, where=where)
    if days not in rows.sources:
        return replace(rows, frame=rows.frame.with_columns(nw.lit(None, dtype=nw.Float64).alias(days)))
    return rows


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    orders, days, tenure = nw.col(ORDERS), nw.col(DAYS), nw.col(TENURE)
    bought = _so(orders > 0)
    holds: dict[str, tuple[str, Any]] = {
        "no_customer": (CUSTOMER, nw.col(CUSTOMER).is_null()),
        "unusable_n_orders": (ORDERS, orders.is_null() | _so(orders < 0) | _so(orders != orders.floor())),
        "unusable_spend": (SPEND, nw.col(SPEND).is_null()),
        "unusable_days_since_last": (DAYS, bought & (days.is_null() | _so(days < 0))),
    }
    if TENURE in rows.sources:
        holds["unusable_tenure"] = (TENURE, bought & (tenure.is_null() | _so(tenure < days)))
    return tuple(Reason(code, column, condition, _SAYS[code]) for code, (column, condition) in holds.items())


def _so(condition: nw.Expr) -> nw.Expr:
    """Whether a condition holds; it does not where a value is missing."""
    return flag(condition) == 1
