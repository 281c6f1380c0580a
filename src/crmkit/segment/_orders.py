"""What the cases of segmenters say of customers without an order, and of those who lack a number."""

from __future__ import annotations

from collections.abc import Sequence

from crmkit._labelling import Case, Within, column_sql, lacks_sql

__all__ = ["missing_sql", "no_order"]


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
