"""Ids of two tables that are to be joined: both text, or both whole numbers, in one type."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["check_same_ids", "with_plain_ids"]

_ID_KINDS: Final = Message(
    en="{known} holds {kind} and {buyers} holds {other}. Give both as text or both as whole numbers.",
    zh="{known}的类型为 {kind}，而{buyers}的类型为 {other}。请统一为文本或整数。",
)


def check_same_ids(
    customers: AnyFrame, transactions: AnyFrame, *, names: tuple[str, str] = ("customers", "transactions")
) -> None:
    """Raise unless the ids of both, which are called ``names``, are text, or whole numbers."""
    kind, other = (frame.collect_schema()["customer_id"] for frame in (customers, transactions))
    if kind != other:
        known, buyers = (Column(name, "customer_id") for name in names)
        raise SchemaError(_ID_KINDS(known=known, kind=kind, buyers=buyers, other=other))


def with_plain_ids(rows: AnyFrame) -> AnyFrame:
    """Turn PyArrow's several types of text, which it does not join, into one."""
    if not rows.implementation.is_pyarrow() or rows.collect_schema()["customer_id"] != nw.String:
        return rows
    return rows.with_columns(nw.col("customer_id").cast(nw.String))
