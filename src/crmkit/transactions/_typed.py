"""Parts of an order log, typed as an engine needs them by the code that reads whole logs."""

from __future__ import annotations

from collections.abc import Sequence

from crmkit._frames import FrameT, give_back, in_memory, open_frame
from crmkit._messages import Column
from crmkit._reading import NumberTexts, clean_ids, clean_numbers, clean_times
from crmkit.transactions._refunds import clean_refund_dates

__all__ = ["typed_orders"]


def typed_orders(
    orders: FrameT,
    *,
    customer_id: str,
    date: str,
    numbers: Sequence[str],
    texts: NumberTexts | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    refund_date: str | None = None,
) -> FrameT:
    """Type the ids, dates and ``numbers`` of a part of an order log in memory; unusable values become missing.

    Parts that are written in one notation share ``texts``.
    """
    frame = in_memory(open_frame(orders, name="orders"))
    frame = clean_ids(frame, customer_id, where=Column("orders", customer_id))
    frame = clean_times(frame, date, where=Column("orders", date), date_format=date_format, time_zone=time_zone)
    if refund_date is not None:
        where = Column("orders", refund_date)
        made = clean_refund_dates(frame, refund_date, where=where, date_format=date_format, time_zone=time_zone)
        frame = made.select(*frame.collect_schema().names())
    frame = clean_numbers(frame, {column: Column("orders", column) for column in numbers}, texts=texts)
    return give_back(frame, like=orders)
