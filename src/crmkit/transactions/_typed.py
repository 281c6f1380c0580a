"""Order logs that come in parts: each part typed as an engine needs it, by the code that reads whole logs."""

from __future__ import annotations

from collections.abc import Sequence

from crmkit._frames import FrameT, clean_ids, give_back, in_memory, open_frame
from crmkit.transactions._amounts import clean_numbers
from crmkit.transactions._times import clean_times

__all__ = ["typed_orders"]


def typed_orders(
    orders: FrameT,
    *,
    customer_id: str,
    date: str,
    numbers: Sequence[str],
    date_format: str | None = None,
    time_zone: str | None = None,
) -> FrameT:
    """Type ids, dates and ``numbers`` of a part of an order log in memory; values that cannot be used are missing."""
    frame = in_memory(open_frame(orders, name="orders"))
    frame = clean_ids(frame, customer_id, where=_where(customer_id))
    frame = clean_times(frame, date, where=_where(date), date_format=date_format, time_zone=time_zone)
    for column in numbers:
        frame = clean_numbers(frame, column, where=_where(column))
    return give_back(frame, like=orders)


def _where(column: str) -> str:
    return f"`orders['{column}']`"
