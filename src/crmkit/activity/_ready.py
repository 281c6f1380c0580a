"""Tables that are already by customer and period: standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._messages import Message
from crmkit._named_periods import named_period
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    clean_ids,
    clean_labels,
    clean_numbers,
    clean_times,
    open_rows,
)

__all__ = [
    "ACTIVITY_REASONS",
    "AMOUNT",
    "COHORT",
    "CUSTOMER",
    "ORDERS",
    "PERIOD",
    "PROFIT",
    "read_activity",
]

CUSTOMER: Final = "__crmkit_customer_id"
PERIOD: Final = "__crmkit_period"
ORDERS: Final = "__crmkit_n_orders"
AMOUNT: Final = "__crmkit_amount"
PROFIT: Final = "__crmkit_profit"
COHORT: Final = "__crmkit_cohort"
_IS_BEFORE: Final = "__crmkit_is_before"

ACTIVITY_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_period": Label("Unusable period", "期间无效"),
        "not_acquired": Label("Not yet a customer", "尚未成为客户"),
        "unusable_n_orders": Label("Unusable number of orders", "订单数无效"),
        "unusable_amount": Label("Unusable amount", "金额无效"),
        "unusable_profit": Label("Unusable profit", "利润无效"),
        "unusable_cohort": Label("Unusable cohort", "批次无效"),
        "inactive": Label("Without an order", "没有订单"),
        "kept": Label("Active", "活跃"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "inactive" are left out."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "unusable_period": Message(en="{n:,} with an unusable period ({shown})", zh="{n:,} 行期间无效（{shown}）"),
    "not_acquired": Message(en="{n:,} of customers not yet acquired ({shown})", zh="{n:,} 行尚未成为客户（{shown}）"),
    "unusable_n_orders": Message(
        en="{n:,} with a number of orders that is missing, below 0 or not whole ({shown})",
        zh="{n:,} 行订单数缺失、小于 0 或不是整数（{shown}）",
    ),
    "unusable_amount": Message(en="{n:,} with an unusable amount ({shown})", zh="{n:,} 行金额无效（{shown}）"),
    "unusable_profit": Message(en="{n:,} with an unusable profit ({shown})", zh="{n:,} 行利润无效（{shown}）"),
    "unusable_cohort": Message(
        en="{n:,} with an unusable cohort, or one after the period ({shown})",
        zh="{n:,} 行批次无效，或晚于所在期间（{shown}）",
    ),
}


def read_activity(
    activity: object,
    *,
    freq: Freq | None,
    calendar: object,
    customer_id: str,
    period: str,
    n_orders: str,
    amount: str | None,
    profit: str | None,
    cohort: str | None,
    before: str,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    currency_sign: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table by customer and period and clean their values; no row is left out."""
    periods = calendar_of(freq, calendar)
    columns: dict[str, Hashable | None] = {
        CUSTOMER: customer_id,
        PERIOD: period,
        ORDERS: n_orders,
        AMOUNT: amount,
        PROFIT: profit,
        COHORT: cohort,
    }
    rows = open_rows(activity, columns, table="activity", carried=keep).cleaned(clean_ids, CUSTOMER)
    rows = rows.cleaned(_before_marked, COHORT, before=before).cleaned(_as_dates, PERIOD, COHORT, named=periods.named)
    rows = rows.cleaned(clean_times, PERIOD, COHORT, date_format=date_format, time_zone=time_zone)
    rows = rows.cleaned(_first_days, PERIOD, COHORT, periods=periods)
    texts = NumberTexts(decimal=decimal, currency_sign=currency_sign)
    rows = rows.cleaned_together(clean_numbers, ORDERS, AMOUNT, PROFIT, texts=texts)
    return replace(rows, reasons=_reasons(rows))


def _before_marked(frame: AnyFrame, column: str, *, where: object, before: str) -> AnyFrame:
    """Note who was acquired before the data: those without a cohort, or with the label for it."""
    frame = clean_labels(frame, column, where=where)
    missing = nw.col(column).is_null()
    if frame.collect_schema()[column] in (nw.String, nw.Categorical, nw.Enum):
        text = nw.col(column).cast(nw.String)
        frame = frame.with_columns(nw.when(~missing & (text != before)).then(text).alias(column))
    elif isinstance(frame, nw.DataFrame) and frame.schema[column] == nw.Object:
        values = pandas_series(frame[column]).astype(object)
        frame = with_values(frame, column, values.where(values != before, None).to_numpy(dtype=object))
    return frame.with_columns(flag(missing).alias(_IS_BEFORE))


def _as_dates(
    frame: AnyFrame,
    column: str,
    *,
    where: object,  # noqa: ARG001
    named: Mapping[Any, str],
) -> AnyFrame:
    """Write periods of a calendar by name, quarters, months and years in text as their first days, each text once."""
    if not isinstance(frame, nw.DataFrame) or frame.schema[column] not in (nw.String, nw.Object, nw.Categorical):
        return frame
    codes, texts = pd.factorize(pandas_series(frame[column]).astype(object))
    dates = pd.Series([*(named[text] if text in named else _first_day(text) for text in texts), None], dtype=object)
    return with_values(frame, column, dates.to_numpy()[codes])


def _first_day(value: Any) -> Any:
    found = named_period(value) if isinstance(value, str) else None
    return f"{found[0]:%Y-%m-%d}" if found else value


def _first_days(frame: AnyFrame, column: str, *, where: object, periods: Calendar) -> AnyFrame:  # noqa: ARG001
    return periods.started(frame, column, into=column)


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    """List why rows are left out, for the columns that are there."""
    col, here = nw.col, rows.sources
    orders = col(ORDERS)
    nothing = orders.is_null()
    for measure in (AMOUNT, PROFIT):
        nothing = nothing & col(measure).is_null() if measure in here else nothing
    # Those not yet acquired have a cohort to come, and nothing that could be wrong.
    there = ~nothing
    holds: dict[str, tuple[str, Any]] = {
        "no_customer": (CUSTOMER, col(CUSTOMER).is_null()),
        "unusable_period": (PERIOD, col(PERIOD).is_null()),
        "not_acquired": (ORDERS, nothing),
        "unusable_n_orders": (
            ORDERS,
            there & (orders.is_null() | (flag(orders < 0) == 1) | (flag(orders != orders.floor()) == 1)),
        ),
    }
    for code, measure in (("unusable_amount", AMOUNT), ("unusable_profit", PROFIT)):
        if measure in here:
            holds[code] = (measure, there & col(measure).is_null())
    if COHORT in here:
        unread = col(COHORT).is_null() & (col(_IS_BEFORE) == 0)
        holds["unusable_cohort"] = (COHORT, there & (unread | (flag(col(COHORT) > col(PERIOD)) == 1)))
    return tuple(
        Reason(code, column, condition, _SAYS[code], wrong=code != "not_acquired")
        for code, (column, condition) in holds.items()
    )
