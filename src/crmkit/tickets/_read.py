"""Tables of tickets: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag, pandas_series, with_values
from crmkit._messages import Joined, Message, Parameter
from crmkit._names import Label
from crmkit._reading import (
    Reason,
    Rows,
    clean_flags,
    clean_ids,
    clean_labels,
    clean_numbers,
    clean_times,
    is_so,
    note_given,
    open_rows,
    read_merged_ids,
    unread,
    with_merged_ids,
)
from crmkit.tickets._elapsed import with_days_whole, with_hours, with_time_after

__all__ = [
    "CONTACTS",
    "CREATED",
    "CUSTOMER",
    "DUE",
    "ESCALATED",
    "EVER_RESOLVED",
    "KIND",
    "REOPENED",
    "RESOLUTION_HOURS",
    "RESOLVED",
    "RESPONDED",
    "RESPONSE_HOURS",
    "TICKET",
    "TICKET_REASONS",
    "read_tickets",
]

TICKET: Final = "__crmkit_ticket_id"
CUSTOMER: Final = "__crmkit_customer_id"
KIND: Final = "__crmkit_kind"
CREATED: Final = "__crmkit_created"
RESPONDED: Final = "__crmkit_first_response"
RESPONSE_HOURS: Final = "__crmkit_first_response_hours"
RESOLVED: Final = "__crmkit_resolved"
RESOLUTION_HOURS: Final = "__crmkit_resolution_hours"
DUE: Final = "__crmkit_due"
CONTACTS: Final = "__crmkit_n_contacts"
EVER_RESOLVED: Final = "__crmkit_ever_resolved"
REOPENED: Final = "__crmkit_reopened"
ESCALATED: Final = "__crmkit_escalated"

_TIMES: Final = (CREATED, RESPONDED, RESOLVED, DUE)
_HOURS: Final = {RESPONDED: RESPONSE_HOURS, RESOLVED: RESOLUTION_HOURS}
_FLAGS: Final = (EVER_RESOLVED, REOPENED, ESCALATED)
# What may be missing: whether a value was given is noted before it is read.
_OPEN: Final = (RESPONDED, RESPONSE_HOURS, RESOLVED, RESOLUTION_HOURS, DUE, CONTACTS)
# The same times in UTC, from which durations are taken where clocks change.
_IN_UTC: Final = {column: f"{column}_utc" for column in (CREATED, RESPONDED, RESOLVED)}
_REPEATED: Final = "__crmkit_repeated"
_RESOLVED_BY_DEFAULT: Final = "resolved"

TICKET_REASONS: Final = MappingProxyType(
    {
        "no_ticket": Label("No ticket id", "无工单编号"),
        "repeated_ticket": Label("Ticket id on several rows", "工单编号重复"),
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_created": Label("Unusable time of creation", "创建时间无效"),
        "unusable_first_response": Label("Unusable first response", "首次响应无效"),
        "unusable_resolved": Label("Unusable resolution", "解决时间无效"),
        "unusable_due": Label("Unusable due time", "时限无效"),
        "unusable_n_contacts": Label("Unusable number of contacts", "联系次数无效"),
        "unusable_reopened": Label("Unusable flag of reopening", "重开标记无效"),
        "unusable_ever_resolved": Label("Unusable flag of resolution", "是否曾解决标记无效"),
        "unusable_escalated": Label("Unusable flag of escalation", "升级标记无效"),
        "open": Label("Open, kept", "未解决，保留"),
        "kept": Label("Resolved, kept", "已解决，保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "open" cannot be used."""

_SAYS: Final = {
    "no_ticket": Message(en="{n:,} without a ticket id ({shown})", zh="{n:,} 行无工单编号（{shown}）"),
    "repeated_ticket": Message(
        en="{n:,} whose ticket id stands on several rows ({shown}): keep one row of each ticket",
        zh="{n:,} 行的工单编号重复（{shown}），每张工单请只保留一行",
    ),
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "unusable_created": Message(
        en="{n:,} with an unusable time of creation ({shown})", zh="{n:,} 行创建时间无效（{shown}）"
    ),
    "unusable_first_response": Message(
        en="{n:,} with a first response that is unusable or before the creation ({shown})",
        zh="{n:,} 行首次响应无效或早于创建时间（{shown}）",
    ),
    "unusable_resolved": Message(
        en="{n:,} with a resolution that is unusable or before the creation ({shown})",
        zh="{n:,} 行解决时间无效或早于创建时间（{shown}）",
    ),
    "unusable_due": Message(
        en="{n:,} with a due time that is unusable or before the creation ({shown})",
        zh="{n:,} 行时限无效或早于创建时间（{shown}）",
    ),
    "unusable_n_contacts": Message(
        en="{n:,} with a number of contacts that is unusable, below 0 or not whole ({shown})",
        zh="{n:,} 行联系次数无效、小于 0 或不是整数（{shown}）",
    ),
    "unusable_reopened": Message(
        en="{n:,} with a flag of reopening that is neither true nor false ({shown})",
        zh="{n:,} 行重开标记不是真假值（{shown}）",
    ),
    "unusable_ever_resolved": Message(
        en="{n:,} with a flag of resolution that is neither true nor false, or false of a ticket that was resolved or "
        "reopened ({shown})",
        zh="{n:,} 行是否曾解决的标记不是真假值，或与已解决、已重开不符（{shown}）",
    ),
    "unusable_escalated": Message(
        en="{n:,} with a flag of escalation that is neither true nor false ({shown})",
        zh="{n:,} 行升级标记不是真假值（{shown}）",
    ),
}
_SEVERAL: Final = Message(en="Name one of {names}, got {n} of them.", zh="{names} 只能指定一个，得到 {n} 个。")
_DURATIONS_ON_ENGINE: Final = Message(
    en="{name} is for frames in memory. Add it to the time of creation in the engine, and name the column of times.",
    zh="{name} 只用于内存中的表。请在引擎中加到创建时间上，并指明时间列。",
)


def read_tickets(
    tickets: object,
    *,
    ticket_id: Hashable,
    customer_id: Hashable,
    merge_ids: object,
    created: Hashable,
    first_response: Hashable | None,
    first_response_hours: Hashable | None,
    first_response_minutes: Hashable | None,
    resolved: Hashable | None,
    resolution_hours: Hashable | None,
    resolution_minutes: Hashable | None,
    due: Hashable | None,
    kind: Hashable | None,
    n_contacts: Hashable | None,
    ever_resolved: Hashable | None,
    reopened: Hashable | None,
    escalated: Hashable | None,
    date_format: str | None,
    time_zone: str | None,
    inclusive_due: bool,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Open tickets, clean the standard columns, and list why rows cannot be used."""
    responses = {
        "first_response": first_response,
        "first_response_hours": first_response_hours,
        "first_response_minutes": first_response_minutes,
    }
    ends = {"resolved": resolved, "resolution_hours": resolution_hours, "resolution_minutes": resolution_minutes}
    if _one_of(ends) is None:
        ends["resolved"] = resolved = _RESOLVED_BY_DEFAULT
    response_named, end_named = _one_of(responses), _one_of(ends)
    columns = {
        TICKET: ticket_id,
        CUSTOMER: customer_id,
        CREATED: created,
        RESPONDED: first_response,
        RESPONSE_HOURS: first_response_hours if first_response_minutes is None else first_response_minutes,
        RESOLVED: resolved,
        RESOLUTION_HOURS: resolution_hours if resolution_minutes is None else resolution_minutes,
        DUE: due,
        KIND: kind,
        CONTACTS: n_contacts,
        REOPENED: reopened,
        EVER_RESOLVED: ever_resolved,
        ESCALATED: escalated,
    }
    if time_zone is not None:
        columns |= {copy: columns[column] for column, copy in _IN_UTC.items()}
    rows = open_rows(tickets, columns, table="tickets", carried=keep)
    durations = [
        name for name in (response_named, end_named) if name is not None and name.endswith(("hours", "minutes"))
    ]
    if durations and not isinstance(rows.frame, nw.DataFrame):
        raise ValueError(_DURATIONS_ON_ENGINE(name=Parameter(durations[0])))
    rows = rows.cleaned(clean_ids, TICKET, CUSTOMER).cleaned(note_given, *_OPEN).cleaned(clean_labels, KIND)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, *_TIMES, date_format=date_format, time_zone=time_zone)
    if time_zone is not None:
        rows = rows.cleaned(clean_times, *_IN_UTC.values(), date_format=date_format, time_zone="UTC")
    rows = rows.cleaned_together(clean_numbers, RESPONSE_HOURS, RESOLUTION_HOURS, CONTACTS).cleaned(
        clean_flags, *_FLAGS
    )
    rows = rows.cleaned(with_days_whole, DUE) if inclusive_due else rows
    in_minutes = {RESPONDED: first_response_minutes is not None, RESOLVED: resolution_minutes is not None}
    for moment in _HOURS:
        rows = replace(rows, frame=_with_both(rows, moment, minutes=in_minutes[moment], time_zone=time_zone))
    rows = replace(rows, frame=_with_repeated(rows.frame))
    return replace(rows, reasons=_reasons(rows))


def _one_of(given: dict[str, Hashable | None]) -> str | None:
    """The only one of several ways to say a thing that is named, if one is."""
    named = [name for name, column in given.items() if column is not None]
    if len(named) > 1:
        raise ValueError(_SEVERAL(names=Joined([Parameter(name) for name in given], en=", ", zh="、"), n=len(named)))
    return named[0] if named else None


def _with_both(rows: Rows, moment: str, *, minutes: bool, time_zone: str | None) -> AnyFrame:
    """Add the hours to a time that is named, or the time to hours that are; neither where neither is."""
    frame, hours = rows.frame, _HOURS[moment]
    start, end = (CREATED, moment) if time_zone is None else (_IN_UTC[CREATED], _IN_UTC[moment])
    if moment in rows.sources:
        return with_hours(frame, hours, start=start, end=end)
    if hours in rows.sources and isinstance(frame, nw.DataFrame):
        return with_time_after(
            frame, moment, start=start, hours=hours, unit_hours=1 / 60 if minutes else 1.0, zone=time_zone
        )
    return frame


def _with_repeated(frame: AnyFrame) -> AnyFrame:
    """Note which ticket ids stand on several rows."""
    if not isinstance(frame, nw.DataFrame):
        return frame.with_columns(flag(nw.len().over(TICKET) > 1).alias(_REPEATED))
    twice: Any = pandas_series(frame[TICKET]).duplicated(keep=False)
    return with_values(frame, _REPEATED, twice.to_numpy(dtype="int64"))


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there."""
    column, here = nw.col, rows.sources
    response = RESPONDED if RESPONDED in here else RESPONSE_HOURS
    end = RESOLVED if RESOLVED in here else RESOLUTION_HOURS
    was_resolved = ~column(RESOLVED).is_null()
    if REOPENED in here:
        was_resolved = was_resolved | is_so(column(REOPENED) == 1)
    holds = {
        "no_ticket": (TICKET, column(TICKET).is_null()),
        "repeated_ticket": (TICKET, column(_REPEATED) == 1),
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "unusable_created": (CREATED, column(CREATED).is_null()),
        "unusable_first_response": (response, unread(response) | is_so(column(RESPONSE_HOURS) < 0)),
        "unusable_resolved": (end, unread(end) | is_so(column(RESOLUTION_HOURS) < 0)),
        "unusable_due": (DUE, unread(DUE) | is_so(column(DUE) < column(CREATED))),
        "unusable_n_contacts": (
            CONTACTS,
            unread(CONTACTS) | is_so(column(CONTACTS) < 0) | is_so(column(CONTACTS) > column(CONTACTS).floor()),
        ),
        "unusable_reopened": (REOPENED, column(REOPENED).is_null()),
        "unusable_ever_resolved": (
            EVER_RESOLVED,
            column(EVER_RESOLVED).is_null() | (is_so(column(EVER_RESOLVED) == 0) & was_resolved),
        ),
        "unusable_escalated": (ESCALATED, column(ESCALATED).is_null()),
    }
    return tuple(
        Reason(code, standard, condition, _SAYS[code])
        for code, (standard, condition) in holds.items()
        if standard in here
    )
