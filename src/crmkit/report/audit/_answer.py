"""The audit that was given, once it fits the transactions, and the holes of the log."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.report._section import Answer, Context
from crmkit.transactions import AUDIT_REASONS

__all__ = ["answer"]

_COLUMNS: Final = ("reason", "n_rows", "amount", "n_duplicates")
_NO_LINES: Final = Message(
    en="{@audit} lacks the lines {missing}. {@audit_orders()} makes them all.",
    zh="{@audit} 缺少以下各行：{missing}。{@audit_orders()} 会给出全部各行。",
)
_OF_OTHER_ORDERS: Final = Message(
    en="{@audit} keeps {kept:.2f} after refunds, but {@transactions} hold {net:.2f} up to {@as_of}. Make both from the "
    "same orders, and the audit with the same {@as_of}.",
    zh="{@audit} 扣除退款后为 {kept:.2f}，而 {@transactions} 截至 {@as_of} 为 {net:.2f}。"
    "两者须由同一份订单、按同一 {@as_of} 生成。",
)
# Reasons that an audit has only where their column is named.
_WHERE_NAMED: Final = ("uncounted_status", "no_rate")
_NONE_GIVEN: Final = Message(en="No audit was given with the transactions.", zh="生成报告时未提供数据审计表。")


def answer(context: Context) -> Answer:
    """The audit, and the holes where there are any."""
    holes = context.facts.holes
    of_log = {"holes": pd.DataFrame(holes)} if holes else {}
    if context.audit is None:
        return Answer(of_log, _NONE_GIVEN())
    return Answer({"audit": _checked(context.audit, net=context.revenue), **of_log})


def _checked(audit: Any, *, net: float) -> pd.DataFrame:
    """Refuse an audit of other orders: with refunds or without, its money must be that of the transactions.

    Orders without a price have none in either.
    """
    table = to_pandas(open_columns(audit, _COLUMNS, name="audit", made_by="audit_orders"))
    amount = table.set_index("reason")["amount"]
    missing = [reason for reason in AUDIT_REASONS if reason not in amount.index and reason not in _WHERE_NAMED]
    if missing:
        raise SchemaError(_NO_LINES(missing=missing))
    if math.isnan(net) and amount.isna().all():
        return table
    kept = float(amount["kept"])
    with_refunds = kept + float(amount["refund"])
    if not np.isclose([kept, with_refunds], net, rtol=0, atol=1e-9 * (kept - amount["refund"])).any():
        raise SchemaError(_OF_OTHER_ORDERS(kept=with_refunds, net=net))
    return table
