"""A simulated service desk: its tickets as they stand on the last day, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.datasets._plan import check_above, log_span

__all__ = ["SimulatedTickets", "make_tickets"]

_DAYS_A_WEEK: Final = 7
# Logarithms of durations vary by this much: the longest tenth takes 3.6 times the median.
_SPREAD: Final = 1.0
_REOPENED_AFTER_DAYS: Final = 3.0
_CHANNELS: Final = ("chat", "mail", "phone")

_WEEKDAYS: Final = Message(
    en="{@weekday_weights} must be seven numbers of 0 or more, Monday first, not all of them 0, got {value!r}.",
    zh="{@weekday_weights} 须为自周一起的七个不小于 0 且不全为 0 的数，得到 {value!r}。",
)


class SimulatedTickets(NamedTuple):
    """What `make_tickets` returns; its docstring names the columns."""

    tickets: pd.DataFrame
    truth: pd.DataFrame


def make_tickets(
    *,
    n_tickets: int = 2000,
    n_customers: int = 500,
    start: str | date = "2024-01-01",
    end: str | date = "2024-06-30",
    weekday_weights: Iterable[float] = (6, 5, 5, 5, 4, 2, 1),
    complaint_share: float = 0.2,
    response_hours: float = 3.0,
    resolution_hours: float = 30.0,
    first_contact_share: float = 0.5,
    reopen_rate: float = 0.08,
    escalation_rate: float = 0.05,
    sla_hours: float = 72.0,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedTickets:
    r"""Simulate the tickets of a service desk whose truth is known: answers, resolutions, reopenings, and open ends.

    Tickets come in on days drawn by their weekday, at any second of the day. The times to the first answer and to the
    resolution are independent and log-normal, whatever the ticket is about:

    .. math:: \ln T \sim \mathcal N(\ln m, 1)

    so that half of the tickets take less than :math:`m` hours. A ticket that is resolved before its answer is closed
    without one. What happens after the last day is not in the table: such tickets are open.

    Parameters
    ----------
    n_tickets, n_customers : int, default 2000 and 500
        Tickets, and customers whom they come from evenly; at least 1.
    start, end : date or ISO text
        First and last day on which tickets come in, both inclusive; the table is drawn at the end of the last.
    weekday_weights : seven floats, default (6, 5, 5, 5, 4, 2, 1)
        How many tickets come in on a Monday, Tuesday and so on, relative to one another; 0 or more.
    complaint_share : float, default 0.2
        Probability that a ticket is a complaint, in [0, 1]; the others are questions and requests in equal parts.
    response_hours, resolution_hours : float, default 3 and 30
        Medians :math:`m` of the times to the first answer and to the first resolution; above 0.
    first_contact_share : float, default 0.5
        Probability that one contact is enough, in (0, 1]; the contacts of a resolved ticket are geometric.
    reopen_rate : float, default 0.08
        Probability that a resolved ticket is opened again, in [0, 1], some days later; it then takes a time of the same
        law to be resolved for good.
    escalation_rate : float, default 0.05
        Probability that a ticket is passed to a higher level, in [0, 1].
    sla_hours : float, default 72
        Hours from creation to ``due``; above 0.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedTickets
        A named tuple of two tables.

        ``tickets``, one row per ticket as it stands at the end of ``end``, in the order of creation;
        `as_tickets` takes it, its columns named:

        - ``ticket_id`` (int64): from 1; ``customer_id`` (int64): 1 to ``n_customers``.
        - ``kind``: "complaint", "question" or "request"; ``channel``: "chat", "mail" or "phone".
        - ``created``, ``first_response``, ``resolved``, ``due`` (datetime64[us]): whole seconds; ``resolved`` is the
          last resolution, missing while the ticket is open or open again, ``first_response`` missing without an answer.
        - ``n_contacts`` (int64): contacts so far.
        - ``ever_resolved``, ``reopened``, ``escalated`` (bool).

        ``truth``, one row per ticket:

        - ``ticket_id`` (int64).
        - ``response_hours``, ``resolution_hours`` (float64): to the answer that would come and to the first resolution,
          even if they come after the last day.
        - ``final_hours`` (float64): to the last resolution; longer than ``resolution_hours`` if the ticket is reopened.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> tickets, truth = make_tickets(n_tickets=300, random_state=7)
    >>> tickets[["kind", "created", "first_response", "resolved"]].tail(2)
            kind             created      first_response            resolved
    298  request 2024-06-28 11:26:06 2024-06-28 13:03:40 2024-06-29 16:09:07
    299  request 2024-06-29 16:58:32 2024-06-29 17:31:59                 NaT
    """
    check_int(n_tickets, name="n_tickets", low=1)
    check_int(n_customers, name="n_customers", low=1)
    first_day, n_days = log_span(start, end)
    weights = _weights(weekday_weights)
    shares = {"complaint_share": complaint_share, "reopen_rate": reopen_rate, "escalation_rate": escalation_rate}
    for name, value in shares.items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    check_fraction(first_contact_share, name="first_contact_share", high_open=False)
    lengths = {"response_hours": response_hours, "resolution_hours": resolution_hours, "sla_hours": sla_hours}
    for name, value in lengths.items():
        check_above(value, name=name, low=0)
    rng = as_generator(random_state)

    created = _created(first_day, n_days, weights, n_tickets, rng)
    drawn_at = np.datetime64(first_day, "s") + np.timedelta64(n_days, "D")
    response, resolution = (_lasting(median, n_tickets, rng) for median in (response_hours, resolution_hours))
    again = rng.random(n_tickets) < reopen_rate
    pause = np.round(rng.exponential(_REOPENED_AFTER_DAYS * 86_400, n_tickets))
    final = resolution + np.where(again, pause + _lasting(resolution_hours, n_tickets, rng), 0.0)
    contacts = rng.geometric(first_contact_share, n_tickets)
    is_complaint = rng.random(n_tickets) < complaint_share
    others = np.array(["question", "request"])[rng.integers(0, 2, n_tickets)]

    def by(seconds: Floats) -> Any:
        """The time so many seconds after creation."""
        return created + seconds.astype("timedelta64[s]")

    ever = by(resolution) < drawn_at
    reopened = again & (by(resolution + pause) < drawn_at)
    last = np.where(reopened, final, resolution)
    is_resolved = by(last) < drawn_at
    answered = (response <= resolution) & (by(response) < drawn_at)
    tickets = pd.DataFrame(
        {
            "ticket_id": np.arange(1, n_tickets + 1),
            "customer_id": rng.integers(1, n_customers + 1, n_tickets),
            "kind": np.where(is_complaint, "complaint", others),
            "channel": np.array(_CHANNELS)[rng.integers(0, len(_CHANNELS), n_tickets)],
            "created": created.astype("datetime64[us]"),
            "first_response": _where(answered, by(response)),
            "resolved": _where(is_resolved, by(last)),
            "due": by(np.full(n_tickets, np.round(sla_hours * 3600))).astype("datetime64[us]"),
            # The last contact of an open ticket is still to come.
            "n_contacts": np.where(is_resolved, contacts, np.maximum(contacts - 1, 1)),
            "ever_resolved": ever,
            "reopened": reopened,
            "escalated": rng.random(n_tickets) < escalation_rate,
        }
    )
    truth = pd.DataFrame(
        {
            "ticket_id": tickets["ticket_id"],
            "response_hours": response / 3600,
            "resolution_hours": resolution / 3600,
            "final_hours": final / 3600,
        }
    )
    return SimulatedTickets(tickets, truth)


def _weights(given: Any) -> Floats:
    wrong = _WEEKDAYS(value=given)
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(wrong)
    try:
        weights = np.array(list(given), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(wrong) from error
    if weights.shape != (_DAYS_A_WEEK,) or not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError(wrong)
    return weights


def _created(first_day: date, n_days: int, weights: Floats, n: int, rng: np.random.Generator) -> Any:
    """Times of creation in whole seconds, ascending."""
    chances = weights[(first_day.weekday() + np.arange(n_days)) % _DAYS_A_WEEK]
    if not chances.any():
        raise ValueError(_WEEKDAYS(value=weights.tolist()))
    days = rng.choice(n_days, n, p=chances / chances.sum())
    seconds = np.sort(days * 86_400 + rng.integers(0, 86_400, n))
    return np.datetime64(first_day, "s") + seconds.astype("timedelta64[s]")


def _lasting(median: float, n: int, rng: np.random.Generator) -> Floats:
    """Durations in whole seconds, at least one, and none beyond what a calendar holds."""
    hours = rng.lognormal(np.log(median), _SPREAD, n)
    return np.clip(np.round(hours * 3600), 1.0, 50 * 366 * 86_400.0)


def _where(known: npt.NDArray[np.bool_], times: Any) -> Any:
    found = times.astype("datetime64[us]")
    found[~known] = np.datetime64("NaT", "us")
    return found
