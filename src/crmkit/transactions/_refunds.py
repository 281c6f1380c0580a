"""Refunds that stand in a column beside the amount: rows of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag
from crmkit._messages import Message
from crmkit._reading import Rows, clean_labels

__all__ = ["NO_AMOUNT", "REFUND", "note_refunds", "unread_refund", "with_refunds"]

REFUND: Final = "__crmkit_refund"
_GIVEN: Final = "__crmkit_refund_given"
NO_AMOUNT: Final = Message(
    en="{@refund} is money that went back, and the orders carry no price. Leave {@refund} out.",
    zh="{@refund} 是退回的金额，而订单没有价格。请去掉 {@refund}。",
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


def with_refunds(rows: Rows, *, amounts: Mapping[str, str], quantity: str) -> Rows:
    """Add a row for each refund of a usable row: the same order on the same day, with the money below zero.

    ``amounts`` are columns of money with the column of their refund, as far as they are there.
    """
    has_refund = flag(rows.usable() & (nw.col(REFUND).abs() > 0)) == 1
    there = rows.frame.collect_schema().names()
    columns = [(nw.col(back).abs() * -1.0).alias(amount) for amount, back in amounts.items() if back in there]
    if quantity in rows.sources:
        columns.append(nw.lit(0.0).alias(quantity))
    refunds = rows.frame.filter(has_refund).with_columns(*columns)
    rest = rows.rest
    if rest is not None and isinstance(rows.frame, nw.DataFrame):
        chosen = rows.frame.select(chosen=has_refund)["chosen"].to_list()
        rest = nw.concat([rest, rest.filter(chosen)], how="vertical")
    both: Any = [rows.frame, refunds]
    return replace(rows, frame=nw.concat(both, how="vertical"), rest=rest)
