"""Tables of subscriptions: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, pandas_series, with_values
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    Reason,
    Rows,
    check_one_currency,
    clean_flags,
    clean_ids,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    open_rows,
    read_merged_ids,
    unread,
    was_given,
    with_merged_ids,
)

__all__ = [
    "CUSTOMER",
    "END",
    "END_KNOWN",
    "LIST_MRR",
    "MRR",
    "START",
    "SUBSCRIPTION",
    "SUBSCRIPTION_REASONS",
    "TRIAL",
    "read_subscriptions",
]

CUSTOMER: Final = "__crmkit_customer_id"
SUBSCRIPTION: Final = "__crmkit_subscription_id"
START: Final = "__crmkit_start"
END: Final = "__crmkit_end"
END_KNOWN: Final = "__crmkit_end_known"
MRR: Final = "__crmkit_mrr"
LIST_MRR: Final = "__crmkit_list_mrr"
TRIAL: Final = "__crmkit_trial"
_DAYS: Final = (START, END, END_KNOWN)
# What may be missing: whether a value was given is noted before it is read.
_OPEN: Final = (END, END_KNOWN, LIST_MRR)

SUBSCRIPTION_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "no_subscription": Label("No subscription id", "无订阅编号"),
        "unusable_start": Label("Unusable start", "开始日期无效"),
        "unusable_end": Label("Unusable end", "结束日期无效"),
        "unusable_end_known": Label("Unusable day on which the end became known", "得知结束的日期无效"),
        "unusable_mrr": Label("Unusable MRR", "月经常性收入无效"),
        "unusable_list_mrr": Label("Unusable list MRR", "标价月收入无效"),
        "unusable_trial": Label("Unusable trial flag", "试用标记无效"),
        "one_day_gap": Label("Continued after a gap of one day", "间隔一天后续订"),
        "kept": Label("Kept", "保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "one_day_gap" cannot be used."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "no_subscription": Message(en="{n:,} without a subscription id ({shown})", zh="{n:,} 行无订阅编号（{shown}）"),
    "unusable_start": Message(en="{n:,} with an unusable start ({shown})", zh="{n:,} 行开始日期无效（{shown}）"),
    "unusable_end": Message(
        en="{n:,} with an end that is unusable or before the start ({shown})",
        zh="{n:,} 行结束日期无效或早于开始日期（{shown}）",
    ),
    "unusable_end_known": Message(
        en="{n:,} with an unusable day on which the end became known, or with one and no end ({shown})",
        zh="{n:,} 行得知结束的日期无效，或没有结束日期（{shown}）",
    ),
    "unusable_mrr": Message(
        en="{n:,} with an MRR that is missing, unusable or below 0 ({shown})",
        zh="{n:,} 行月经常性收入缺失、无效或小于 0（{shown}）",
    ),
    "unusable_list_mrr": Message(
        en="{n:,} with a list MRR that is unusable or below 0 ({shown})", zh="{n:,} 行标价月收入无效或小于 0（{shown}）"
    ),
    "unusable_trial": Message(
        en="{n:,} with a trial flag that is neither true nor false ({shown})",
        zh="{n:,} 行试用标记不是真假值（{shown}）",
    ),
}


def read_subscriptions(
    subscriptions: object,
    *,
    customer_id: str,
    merge_ids: object,
    start: str,
    end: str,
    mrr: str,
    subscription_id: str | None,
    end_known: str | None,
    list_mrr: str | None,
    trial: str | None,
    currency: str | None,
    date_format: str | None,
    time_zone: str | None,
    inclusive_end: bool,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of subscriptions and clean their values; no row is left out."""
    columns: dict[str, Hashable | None] = {
        CUSTOMER: customer_id,
        SUBSCRIPTION: subscription_id,
        START: start,
        END: end,
        END_KNOWN: end_known,
        MRR: mrr,
        LIST_MRR: list_mrr,
        TRIAL: trial,
    }
    rows = open_rows(subscriptions, columns, table="subscriptions", also=[currency], carried=keep)
    check_one_currency(rows, currency)
    rows = rows.cleaned(clean_ids, CUSTOMER, SUBSCRIPTION).cleaned(note_given, *_OPEN)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, *_DAYS, date_format=date_format, time_zone=time_zone)
    rows = rows.cleaned(cut_to_days, *_DAYS).cleaned_together(clean_numbers, MRR, LIST_MRR).cleaned(clean_flags, TRIAL)
    rows = rows.cleaned(_next_days, END) if inclusive_end else rows
    return replace(rows, reasons=_reasons(rows))


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there."""
    column = nw.col
    holds = {
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "no_subscription": (SUBSCRIPTION, column(SUBSCRIPTION).is_null()),
        "unusable_start": (START, column(START).is_null()),
        "unusable_end": (END, unread(END) | is_so(column(END) < column(START))),
        "unusable_end_known": (
            END_KNOWN,
            unread(END_KNOWN) | (~column(END_KNOWN).is_null() & ~was_given(END)),
        ),
        "unusable_mrr": (MRR, column(MRR).is_null() | is_so(column(MRR) < 0)),
        "unusable_list_mrr": (LIST_MRR, unread(LIST_MRR) | is_so(column(LIST_MRR) < 0)),
        "unusable_trial": (TRIAL, column(TRIAL).is_null()),
    }
    return tuple(
        Reason(code, standard, condition, _SAYS[code])
        for code, (standard, condition) in holds.items()
        if standard in rows.sources
    )


def _next_days(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Turn last days into first days no longer served."""
    if not isinstance(frame, nw.DataFrame):
        return frame.with_columns(nw.col(column).dt.offset_by("1d"))
    return with_values(frame, column, _days(frame, column) + np.timedelta64(1, "D"))


def _days(frame: nw.DataFrame[Any], column: str) -> Any:
    return pandas_series(frame[column]).to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT", "us"))
