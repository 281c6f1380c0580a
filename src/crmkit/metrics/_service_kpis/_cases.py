"""What is known of each ticket at the end of a day: how long it took so far, and whether it kept its limits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import next_day
from crmkit.metrics._service_kpis._working_time import WorkingTime

__all__ = ["Cases", "Limits", "cases_as_of"]

_HOUR: Final = np.timedelta64(1, "h")

Flags = npt.NDArray[np.bool_]


class Limits(NamedTuple):
    """Until when a ticket is to be resolved, and a complaint to be answered.

    ``sla_hours`` come before the ticket's own due time; complaints are answered within ``complaint_days`` working days,
    or without these resolved within the limit of all tickets. Hours are elapsed ones unless ``in_working_hours``.
    """

    time: WorkingTime
    in_working_hours: bool
    sla_hours: float | None
    complaint_days: int | None


class Cases(NamedTuple):
    """Tickets as they stand, row by row; what is ``nan`` is not known or not decided yet.

    ``response`` and ``resolution`` are hours to the event, or to the last moment at which it had not come where
    ``answered`` or ``resolved`` is false. ``in_sla`` and ``timely`` are 1 and 0, ``nan`` before the limit is past and
    where there is none.
    """

    customer: Any
    answered: Flags
    response: Floats
    resolved: Flags
    resolution: Floats
    complaint: Floats
    contacts: Floats
    ever_resolved: Floats
    reopened: Floats
    escalated: Floats
    in_sla: Floats
    timely: Floats

    def at(self, places: Any) -> Cases:
        """Some of the rows."""
        return Cases(*(column[places] for column in self))


def cases_as_of(
    tickets: pd.DataFrame, as_of: datetime, *, limits: Limits, complaint_kinds: Collection[object]
) -> Cases:
    """Work out what is known of tickets, created until then, at the end of a day."""
    end = np.datetime64(next_day(as_of), "us")
    created, responded, closed, due = (
        _times(tickets, name) for name in ("created", "first_response", "resolved", "due")
    )
    # A comparison with what is missing is false.
    answered, resolved = responded < end, closed < end
    last = np.where(resolved, closed, end)
    until = np.where(answered, responded, last)
    if limits.in_working_hours:
        response, resolution = (limits.time.hours_between(created, moment) for moment in (until, last))
        age = limits.time.hours_between(created, np.full(len(created), end))
    else:
        age = (end - created) / _HOUR
        hours = {name: _floats(tickets, name) for name in ("first_response_hours", "resolution_hours")}
        resolution = np.where(resolved, hours["resolution_hours"], age)
        response = np.where(answered, hours["first_response_hours"], resolution)
    in_sla = _in_sla(limits, age=age, resolved=resolved, resolution=resolution, closed=closed, due=due, end=end)
    kinds = tickets["kind"]
    complaint = np.where(kinds.isin(list(complaint_kinds)), 1.0, 0.0)
    return Cases(
        customer=pd.factorize(tickets["customer_id"])[0],
        answered=answered,
        response=response,
        resolved=resolved,
        resolution=resolution,
        complaint=complaint if kinds.notna().any() else np.full(len(tickets), np.nan),
        contacts=_floats(tickets, "n_contacts"),
        ever_resolved=_floats(tickets, "ever_resolved"),
        reopened=_floats(tickets, "reopened"),
        escalated=_floats(tickets, "escalated"),
        in_sla=in_sla,
        timely=in_sla if limits.complaint_days is None else _timely(limits, created, np.minimum(until, last), end),
    )


def _in_sla(
    limits: Limits, *, age: Floats, resolved: Flags, resolution: Floats, closed: Any, due: Any, end: np.datetime64
) -> Floats:
    """Whether each was resolved within its limit, of those whose limit is past."""
    if limits.sla_hours is not None:
        return _decided(resolved & (resolution <= limits.sla_hours), age >= limits.sla_hours)
    return _decided(resolved & (closed <= due), due <= end)


def _timely(limits: Limits, created: Any, answered: Any, end: np.datetime64) -> Floats:
    """Whether each was answered, or closed, within the working days, of those for whom these are past."""
    days = 1 if limits.complaint_days is None else limits.complaint_days
    limit = limits.time.end_of_working_day(created, days)
    return _decided(answered < limit, limit <= end)


def _decided(kept: Flags, past: Flags) -> Floats:
    return np.where(past, kept.astype(np.float64), np.nan)


def _times(tickets: pd.DataFrame, name: str) -> Any:
    return tickets[name].to_numpy(dtype="datetime64[us]")


def _floats(tickets: pd.DataFrame, name: str) -> Floats:
    return tickets[name].to_numpy(dtype=np.float64, na_value=np.nan)
