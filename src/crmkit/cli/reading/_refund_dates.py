"""On which day refunds are booked that stand in a column beside the amount."""

from __future__ import annotations

from typing import Any, Final

from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.cli.language import say
from crmkit.transactions import audit_refunds

__all__ = ["say_refund_dates"]

_BOOKED: Final = Message(
    en="{n:,} {n:refund is|refunds are} booked on the day in {column}, {others:,} without one on the day of the order.",
    zh="{n:,} 笔退款按{column}的日期入账，另有 {others:,} 笔没有该日期，按订单日期入账。",
)


def say_refund_dates(rows: Any, language: Language, **given: Any) -> None:
    """Count on standard error the refunds with a date of their own and those without; for files that have such dates.

    ``given`` is what the doors are given.
    """
    if given["refund_date"] is None:
        return
    found = to_pandas(open_frame(audit_refunds(rows, **given), name="refunds")).set_index("booked_on")["n_refunds"]
    own, others = int(found["own_date"]), int(found["order_date"])
    if own or others:
        say(_BOOKED(n=own, column=given["refund_date"], others=others), language)
