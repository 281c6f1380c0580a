"""What the cases of segmenters say of customers without an order, and of those who lack a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._labelling import Case, Within, column_sql, lacks_sql
from crmkit._messages import Message
from crmkit.errors import SchemaError

__all__ = ["check_anybody", "missing_sql", "no_order"]

_NOBODY: Final = Message(
    en="{@customers} holds nobody with an order. Segments compare customers who bought.",
    zh="{@customers} 中没有客户下过订单，而分群须比较有购买的客户。",
)


def check_anybody(ordered: npt.NDArray[np.bool_]) -> None:
    """Raise unless there is somebody with an order."""
    if not ordered.any():
        raise SchemaError(_NOBODY())


def no_order(segment: str, *, value: str) -> list[Case]:
    """The cases of customers without an order; some have refunds, so their value is not 0."""
    none = Within("n_orders", high=0.0)
    return [
        Case(segment, "no_order", (none, Within(value, low=0.0, high=0.0))),
        Case(segment, "refunds_only", (none, Within(value))),
        Case(segment, "no_order", (none,)),
    ]


def missing_sql(columns: Sequence[str], *, quote: str) -> str:
    """Write in SQL that a customer who ordered lacks a number."""
    lacks = {column: lacks_sql(column, quote=quote) for column in columns}
    needed = " OR ".join(test for column, test in lacks.items() if column != "n_orders")
    return f"{lacks['n_orders']} OR {column_sql('n_orders', quote=quote)} > 0 AND ({needed})"
