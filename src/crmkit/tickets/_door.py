"""From any table of tickets to checked service cases."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import period_start
from crmkit._checks import check_option
from crmkit._frames import AnyFrame, FrameT, flag, give_back, with_numpy_types
from crmkit._messages import Message, Setting
from crmkit._reading import Counts, Invalid, Rows, columns_kept, count_rows, usable_rows
from crmkit.errors import SchemaError
from crmkit.tickets._read import (
    CONTACTS,
    CREATED,
    CUSTOMER,
    DUE,
    ESCALATED,
    EVER_RESOLVED,
    KIND,
    REOPENED,
    RESOLUTION_HOURS,
    RESOLVED,
    RESPONDED,
    RESPONSE_HOURS,
    TICKET,
    read_tickets,
)

__all__ = ["as_tickets"]

_NONE_LEFT: Final = Message(
    en="{@tickets} has {n:,} {n:row|rows}, and none is left with {invalid}. {@audit_tickets()} says where they went.",
    zh="{@tickets} 有 {n:,} 行，按 {invalid} 处理后一行不剩。可用 {@audit_tickets()} 查看各行的去向。",
)
_DUE_DAYS: Final = Message(
    en="Every due time in {@tickets} is a midnight. If it stands for a day that still counts, pass "
    "{@inclusive_due=True}; otherwise whatever is resolved on that day is late.",
    zh="{@tickets} 中的时限均为零点。若其表示仍可按时完成的日期，请使用 {@inclusive_due=True}；否则当天解决的工单均视为"
    "逾期。",
)


def as_tickets(
    tickets: FrameT,
    *,
    ticket_id: str = "ticket_id",
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    created: str = "created",
    first_response: str | None = None,
    first_response_hours: str | None = None,
    first_response_minutes: str | None = None,
    resolved: str | None = None,
    resolution_hours: str | None = None,
    resolution_minutes: str | None = None,
    due: str | None = None,
    kind: str | None = None,
    n_contacts: str | None = None,
    ever_resolved: str | None = None,
    reopened: str | None = None,
    escalated: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    inclusive_due: bool = False,
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a table of tickets into checked service cases.

    A row is a ticket as it stands when the table is drawn. Durations are taken from the times before these become
    local, so that an hour is not lost when clocks change.

    Parameters
    ----------
    tickets : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per ticket, at least one. It is not changed.
    ticket_id : str, default "ticket_id"
        Column of ticket ids: whole numbers or text, each on one row.
    customer_id : str, default "customer_id"
        Column of customer ids, likewise; an empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`.
    created : str, default "created"
        Column of the times at which tickets were received: typed, or in memory ISO text, or text in ``date_format``.
        Years outside 1901 to 2099 are placeholders and count as unusable.
    first_response : str, optional
        Column of the times of the first answer, written likewise; missing where there is none.
    first_response_hours, first_response_minutes : str, optional
        Instead of ``first_response``, and in memory only: how long that took, 0 or more.
    resolved : str, optional
        Column of the times at which tickets were resolved, written likewise; missing while they are open. "resolved"
        unless a column of durations is named.
    resolution_hours, resolution_minutes : str, optional
        Instead of ``resolved``, and in memory only: how long that took, 0 or more.
    due : str, optional
        Column of the times until when tickets are to be resolved, written likewise; may be missing.
    kind : str, optional
        Column of labels that say what tickets are about.
    n_contacts : str, optional
        Column of how many contacts with the customer a ticket took; may be missing.
    ever_resolved : str, optional
        Column that says whether a ticket was resolved at least once: booleans, or 1 and 0; in memory also "true" and
        "false", "yes" and "no", 是 and 否. Without it those are that are resolved or were reopened.
    reopened, escalated : str, optional
        Columns that say whether a ticket was opened again, and whether it was passed to a higher level, likewise.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y %H:%M".
    time_zone : str, optional
        IANA name of the zone whose clock counts, for times that carry a zone; for frames in memory only.
    inclusive_due : bool, default False
        Whether ``due`` holds days on which tickets may still be resolved. The end of the day is then taken.
    keep : sequence of str, default ()
        Further columns to carry along, such as channel, priority or team.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_tickets` returns the rows that "drop" leaves out. Of a
        ticket id that stands on several rows none can be used.

    Returns
    -------
    the kind of frame given
        ``ticket_id``; ``customer_id``; ``kind``; ``created``, ``first_response``, ``resolved`` and ``due``, naive local
        times; ``first_response_hours`` and ``resolution_hours``, the hours that went by, clocks aside;
        ``n_contacts``; ``ever_resolved``, ``reopened`` and ``escalated``, boolean; then the columns of ``keep``. What
        is not named is missing. In memory the rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, or if a column of ``keep`` is missing or has a name of
        the table's own.
    TypeError
        If ``tickets`` is not a frame, or ``keep`` is text.
    ValueError
        If an option is not one of those listed, if the same thing is named twice, as a time and as a duration, or if a
        duration is named on an engine.

    Warns
    -----
    UserWarning
        If every due time is a midnight although tickets are created at all hours: ``due`` probably holds days.

    See Also
    --------
    audit_tickets : Where every row went.
    crmkit.metrics.service_kpis : What the tickets of a period come to.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({
    ...     "ticket_id": [1, 2], "customer_id": ["ann", "bo"], "created": ["2024-03-04 09:00", "2024-03-04 17:30"],
    ...     "minutes": [20, None], "resolved": ["2024-03-05 10:30", None], "about": ["complaint", "question"],
    ... })
    >>> tickets = as_tickets(cases, first_response_minutes="minutes", kind="about")
    >>> tickets[["ticket_id", "kind", "first_response", "resolution_hours", "ever_resolved"]]
       ticket_id       kind      first_response  resolution_hours  ever_resolved
    0          1  complaint 2024-03-04 09:20:00              25.5           True
    1          2   question                 NaT               NaN          False
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
    rows = read_tickets(
        tickets,
        ticket_id=ticket_id,
        customer_id=customer_id,
        merge_ids=merge_ids,
        created=created,
        first_response=first_response,
        first_response_hours=first_response_hours,
        first_response_minutes=first_response_minutes,
        resolved=resolved,
        resolution_hours=resolution_hours,
        resolution_minutes=resolution_minutes,
        due=due,
        kind=kind,
        n_contacts=n_contacts,
        ever_resolved=ever_resolved,
        reopened=reopened,
        escalated=escalated,
        date_format=date_format,
        time_zone=time_zone,
        inclusive_due=inclusive_due,
        keep=keep,
    )
    columns = _columns(rows)
    further = columns_kept(keep, rows, taken=columns, made_by="as_tickets")
    kept = _kept(rows, invalid=invalid, inclusive_due=inclusive_due)
    cases = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(cases, columns=list(columns)), like=tickets)


def _columns(rows: Rows) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here, column = rows.frame.collect_schema().names(), nw.col
    # A literal that is missing would be the text "None" in older pandas.
    no_text = nw.when(column(TICKET).is_null()).then(nw.lit(""))
    no_time = nw.when(column(CREATED).is_null()).then(column(CREATED))
    no_number = nw.when(column(CREATED).is_null()).then(nw.lit(0.0))
    resolved = ~column(RESOLVED).is_null()
    if REOPENED in here:
        resolved = resolved | (column(REOPENED) == 1)

    def flag_of(name: str) -> nw.Expr:
        # A boolean that is missing throughout would be text in pandas.
        return column(name) == 1 if name in here else no_number

    return {
        "ticket_id": column(TICKET),
        "customer_id": column(CUSTOMER),
        "kind": column(KIND) if KIND in here else no_text,
        "created": column(CREATED),
        "first_response": column(RESPONDED) if RESPONDED in here else no_time,
        "first_response_hours": column(RESPONSE_HOURS) if RESPONSE_HOURS in here else no_number,
        "resolved": column(RESOLVED),
        "resolution_hours": column(RESOLUTION_HOURS),
        "due": column(DUE) if DUE in here else no_time,
        "n_contacts": column(CONTACTS) if CONTACTS in here else no_number,
        "ever_resolved": column(EVER_RESOLVED) == 1 if EVER_RESOLVED in here else resolved,
        "reopened": flag_of(REOPENED),
        "escalated": flag_of(ESCALATED),
    }


def _kept(rows: Rows, *, invalid: Invalid, inclusive_due: bool) -> AnyFrame:
    """Give the rows that go on; all the reasons to refuse are looked for in one pass."""
    marks = {"kept": rows.usable()}
    looks_at_due = DUE in rows.sources and not inclusive_due
    if looks_at_due:
        marks |= {"due": ~nw.col(DUE).is_null(), "due_at_midnight": _at_midnight(DUE)}
        marks |= {"created_at_midnight": _at_midnight(CREATED)}
    counts = count_rows(rows, money=None, marks=marks)
    frame = usable_rows(rows, counts, invalid=invalid, money=None, key=CUSTOMER, rejected="rejected_tickets")
    if counts.marked["kept"] == 0:
        raise SchemaError(_NONE_LEFT(n=counts.n_rows, invalid=Setting("invalid", invalid)))
    if looks_at_due and _holds_days(counts):
        warnings.warn(_DUE_DAYS(), stacklevel=3)
    return frame


def _at_midnight(column: str) -> nw.Expr:
    time = nw.col(column)
    return flag(time == period_start(time, freq="D"))


def _holds_days(counts: Counts) -> bool:
    """Whether every due time is a midnight, and not every time of creation."""
    due, at_midnight = counts.marked["due"], counts.marked["due_at_midnight"]
    return due == at_midnight > 0 and counts.marked["created_at_midnight"] < counts.n_rows
