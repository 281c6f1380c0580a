"""Refunds that stand in a column beside the amount: rows of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag
from crmkit._messages import Message
from crmkit._reading import Rows, clean_labels, clean_times

__all__ = [
    "BOOKED",
    "NO_AMOUNT",
    "NO_REFUND",
    "REFUND",
    "REFUND_DATE",
    "clean_refund_dates",
    "note_refunds",
    "unread_refund",
    "unread_refund_date",
    "with_refunds",
]

REFUND: Final = "__crmkit_refund"
REFUND_DATE: Final = "__crmkit_refund_date"
BOOKED: Final = "__crmkit_refund_booked"
"""Of the rows made of refunds: 1 for those on a date of their own, 2 for those on the order's; else 0."""
_GIVEN: Final = "__crmkit_refund_given"
_DATE_GIVEN: Final = "__crmkit_refund_date_given"
NO_AMOUNT: Final = Message(
    en="{@refund} is money that went back, and the orders carry no price. Leave {@refund} out.",
    zh="{@refund} 是退回的金额，而订单没有价格。请去掉 {@refund}。",
)
NO_REFUND: Final = Message(
    en="{@refund_date} is the date of {@refund=}, which is not given.",
    zh="{@refund_date} 是 {@refund=} 的日期，而后者未给出。",
)


def note_refunds(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Note where there is a refund, read or not; a column in memory without any can be read as numbers."""
    frame = clean_labels(frame, column, where=where)
    frame = frame.with_columns(flag(~nw.col(column).is_null()).alias(_GIVEN))
    if isinstance(frame, nw.DataFrame) and frame[column].is_null().all():
        return frame.with_columns(nw.lit(None, dtype=nw.String).alias(column))
    return frame


def unread_refund(column: str) -> nw.Expr:
    """Whether a refund was given and could not be read; ``column`` holds it as it was read."""
    return (nw.col(_GIVEN) == 1) & nw.col(column).is_null()


def clean_refund_dates(
    frame: AnyFrame, column: str, *, where: object, date_format: str | None, time_zone: str | None
) -> AnyFrame:
    """Note where a date is given, and read it; a column in memory may be without any."""
    frame = clean_labels(frame, column, where=where)
    frame = frame.with_columns(flag(~nw.col(column).is_null()).alias(_DATE_GIVEN))
    if isinstance(frame, nw.DataFrame) and frame[column].is_null().all():
        return frame.with_columns(nw.lit(None, dtype=nw.Datetime("us")).alias(column))
    return clean_times(frame, column, where=where, date_format=date_format, time_zone=time_zone)


def unread_refund_date() -> nw.Expr:
    """Whether there is a refund whose date was given and could not be read."""
    is_refund = flag(nw.col(REFUND).abs() > 0) == 1
    return (nw.col(_DATE_GIVEN) == 1) & nw.col(REFUND_DATE).is_null() & is_refund


def with_refunds(rows: Rows, *, amounts: Mapping[str, str], quantity: str, time: str) -> Rows:
    """Add a row for each refund of a usable row: the same order, with the money below zero, on the refund's own date.

    Without one it is the order's. ``amounts`` are columns of money with the column of their refund, as far as they are
    there.
    """
    has_refund = flag(rows.usable() & (nw.col(REFUND).abs() > 0)) == 1
    there = rows.frame.collect_schema().names()
    columns = [(nw.col(back).abs() * -1.0).alias(amount) for amount, back in amounts.items() if back in there]
    columns.append(nw.lit(2).cast(nw.Int64).alias(BOOKED))
    if REFUND_DATE in rows.sources:
        own = ~nw.col(REFUND_DATE).is_null()
        columns[-1] = nw.when(own).then(nw.lit(1)).otherwise(nw.lit(2)).cast(nw.Int64).alias(BOOKED)
        columns.append(nw.when(own).then(nw.col(REFUND_DATE)).otherwise(nw.col(time)).alias(time))
    if quantity in rows.sources:
        columns.append(nw.lit(0.0).alias(quantity))
    frame = rows.frame.with_columns(nw.lit(0).cast(nw.Int64).alias(BOOKED))
    refunds = frame.filter(has_refund).with_columns(*columns)
    rest = rows.rest
    if rest is not None and isinstance(rows.frame, nw.DataFrame):
        chosen = rows.frame.select(chosen=has_refund)["chosen"].to_list()
        rest = nw.concat([rest, rest.filter(chosen)], how="vertical")
    both: Any = [frame, refunds]
    return replace(rows, frame=nw.concat(both, how="vertical"), rest=rest)
