"""Where every row of a table of tickets went."""

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT
from crmkit._reading import audit_table, rejected_rows
from crmkit.tickets._read import RESOLVED, read_tickets

__all__ = ["audit_tickets", "rejected_tickets"]


def audit_tickets(
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
) -> FrameT:
    """Say where every row of a table of tickets goes.

    A row has one reason, the first that holds.

    Parameters
    ----------
    tickets : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_tickets`.
    ticket_id, customer_id : str, optional
        As in `as_tickets`.
    merge_ids : table of any kind, optional
        As in `as_tickets`.
    created, first_response, first_response_hours, first_response_minutes : str, optional
        As in `as_tickets`.
    resolved, resolution_hours, resolution_minutes : str, optional
        As in `as_tickets`.
    due, kind, n_contacts, ever_resolved, reopened, escalated : str, optional
        As in `as_tickets`.
    date_format, time_zone, inclusive_due : optional
        As in `as_tickets`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_ticket", "repeated_ticket", "no_customer", "unusable_created", "unusable_first_response",
        "unusable_resolved", "unusable_due", "unusable_n_contacts", "unusable_reopened", "unusable_ever_resolved" and
        "unusable_escalated", each where its column is named, which ``invalid="drop"`` leaves out of `as_tickets`;
        "open" and "kept", the resolved ones; "given", to which the lines above add up. ``n_rows``; ``n_duplicates``,
        the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or ids of mixed kinds.
    TypeError
        If ``tickets`` is not a frame.
    ValueError
        If an option is not one of those listed, if the same thing is named twice, as a time and as a duration, or if a
        duration is named on an engine.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({
    ...     "ticket_id": [1, 2, 3], "customer_id": ["ann", "bo", "bo"],
    ...     "created": ["2024-03-04", "2024-03-05", "2024-03-06"], "resolved": ["2024-03-05", "2024-03-04", None],
    ... })
    >>> audit_tickets(cases).query("n_rows > 0")
                  reason  n_rows  n_duplicates
    4  unusable_resolved       1             0
    5               open       1             0
    6               kept       1             0
    7              given       3             0
    """
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
    )
    return audit_table(rows, {"open": nw.col(RESOLVED).is_null()}, kept="kept", like=tickets)


def rejected_tickets(
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
) -> FrameT:
    """Return the rows that ``invalid="drop"`` leaves out of `as_tickets`, as they were given.

    Parameters
    ----------
    tickets : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_tickets`.
    ticket_id, customer_id : str, optional
        As in `as_tickets`.
    merge_ids : table of any kind, optional
        As in `as_tickets`.
    created, first_response, first_response_hours, first_response_minutes : str, optional
        As in `as_tickets`.
    resolved, resolution_hours, resolution_minutes : str, optional
        As in `as_tickets`.
    due, kind, n_contacts, ever_resolved, reopened, escalated : str, optional
        As in `as_tickets`.
    date_format, time_zone, inclusive_due : optional
        As in `as_tickets`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_tickets`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or ids of mixed kinds.
    TypeError
        If ``tickets`` is not a frame.
    ValueError
        If an option is not one of those listed, if the same thing is named twice, as a time and as a duration, or if a
        duration is named on an engine.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({
    ...     "ticket_id": [1, 2, 2], "customer_id": ["ann", "bo", "bo"],
    ...     "created": ["2024-03-04", "2024-03-05", "2024-03-05"], "resolved": ["2024-03-03", None, "2024-03-06"],
    ... })
    >>> rejected_tickets(cases)[["ticket_id", "resolved", "rejected_because"]]
       ticket_id    resolved   rejected_because
    0          1  2024-03-03  unusable_resolved
    1          2         NaN    repeated_ticket
    2          2  2024-03-06    repeated_ticket
    """
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
    )
    return rejected_rows(rows, like=tickets)
