"""A simulated ledger: what customers owe, what they paid until the last day, and the truth behind it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._random import as_generator
from crmkit.datasets._plan import check_above, log_span

__all__ = ["SimulatedInvoices", "make_invoices"]

# Logarithms of amounts vary by this much: the largest tenth is 3.6 times the median.
_SPREAD: Final = 1.0
_INSTALMENTS: Final = 3
_INSTALMENT_DAYS: Final = 30
# Nobody pays later than this; what is unpaid then is never paid.
_LATEST_DAYS: Final = 3_650.0
_NEVER: Final = np.datetime64("NaT", "us")


class SimulatedInvoices(NamedTuple):
    """What `make_invoices` returns; its docstring names the columns."""

    invoices: pd.DataFrame
    payments: pd.DataFrame
    truth: pd.DataFrame


def make_invoices(
    *,
    n_customers: int = 300,
    n_invoices: int = 2000,
    start: str | date = "2024-01-01",
    end: str | date = "2024-12-31",
    terms_days: int = 30,
    mean_amount: float = 500.0,
    mean_delay_days: float = 12.0,
    instalment_share: float = 0.1,
    credit_share: float = 0.05,
    part_payment_share: float = 0.1,
    unassigned_share: float = 0.1,
    default_share: float = 0.03,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedInvoices:
    r"""Simulate invoices, credit notes and payments whose truth is known: who pays late, and who never will.

    Each customer :math:`i` has a mean delay :math:`\theta_i` of their own, exponential with mean ``mean_delay_days``,
    and pays an instalment so many days after the day that lies halfway between issue and due day:

    .. math:: D \mid i \sim \text{Exponential}(\theta_i)

    A share of customers stops paying on a day drawn evenly from the log, and pays nothing after it. Invoices are issued
    on days drawn evenly; amounts are log-normal. What is paid after the last day is not in the table.

    Parameters
    ----------
    n_customers, n_invoices : int, default 300 and 2000
        Customers, and invoices that go to them evenly; at least 1.
    start, end : date or ISO text
        First and last day on which invoices are issued, both inclusive; the tables are drawn at the end of the last.
    terms_days : int, default 30
        Days from the issue to the due day, or to that of the first instalment; at least 0.
    mean_amount : float, default 500
        Mean amount of an invoice; above 0.
    mean_delay_days : float, default 12
        Mean over customers of :math:`\theta_i`, in days; above 0.
    instalment_share : float, default 0.1
        Probability that an invoice is paid in three instalments, 30 days apart, in [0, 1].
    credit_share : float, default 0.05
        Probability that an invoice is reduced by a credit note of a fifth of its amount ten days later, in [0, 1].
        Customers deduct it from the first instalment.
    part_payment_share : float, default 0.1
        Probability that an instalment is paid in two halves, the second twenty days after the first, in [0, 1].
    unassigned_share : float, default 0.1
        Probability that a payment does not say which invoice it is for, in [0, 1].
    default_share : float, default 0.03
        Share of customers who stop paying, in [0, 1].
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedInvoices
        A named tuple of three tables.

        ``invoices``, in the order of issue; `as_invoices` takes it, ``kind`` and ``applies_to`` named:

        - ``customer_id`` (int64): 1 to ``n_customers``; ``invoice_id``: "R000001" and on, credit notes "G000001".
        - ``kind``: "invoice" or "credit_note"; ``applies_to``: the invoice that a credit note reduces.
        - ``issued`` and ``due`` (datetime64[us]); ``amount`` (float64): above 0, in cents.

        ``payments``, in the order of their dates; `as_payments` takes it, ``invoice_id`` named: ``customer_id``,
        ``invoice_id``, missing where the payment does not say it, ``date``, ``amount``.

        ``truth``, one row per customer: ``customer_id``; ``mean_delay_days``, :math:`\theta_i`; ``stops``, the day
        after which they pay nothing, missing for those who go on.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> invoices, payments, truth = make_invoices(n_invoices=300, random_state=7)
    >>> round(invoices["amount"].sum() - payments["amount"].sum()) > 0
    True
    """
    check_int(n_customers, name="n_customers", low=1)
    check_int(n_invoices, name="n_invoices", low=1)
    check_int(terms_days, name="terms_days", low=0, high=3_660)
    check_above(mean_amount, name="mean_amount", low=0)
    check_above(mean_delay_days, name="mean_delay_days", low=0)
    shares = {
        "instalment_share": instalment_share,
        "credit_share": credit_share,
        "part_payment_share": part_payment_share,
        "unassigned_share": unassigned_share,
        "default_share": default_share,
    }
    for name, value in shares.items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    first_day, n_days = log_span(start, end)
    rng = as_generator(random_state)

    delays = rng.exponential(mean_delay_days, n_customers)
    stops = np.where(rng.random(n_customers) < default_share, rng.integers(0, n_days, n_customers), np.inf)
    issued = np.sort(rng.integers(0, n_days, n_invoices)).astype(np.float64)
    who = rng.integers(0, n_customers, n_invoices)
    total = np.maximum(np.round(mean_amount * rng.lognormal(-_SPREAD / 2, _SPREAD, n_invoices), 2), 0.15)
    parts = np.where(rng.random(n_invoices) < instalment_share, _INSTALMENTS, 1)
    credited = (rng.random(n_invoices) < credit_share) & (issued + 10 < n_days)
    credit = np.where(credited, np.maximum(np.round(total / 5, 2), 0.01), 0.0)

    of = np.repeat(np.arange(n_invoices), parts)
    place = np.arange(len(of)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = np.floor(total / parts * 100) / 100
    amount = np.where(place == 0, (total - share * (parts - 1))[of], share[of])
    due = issued[of] + terms_days + place * _INSTALMENT_DAYS

    def days(numbers: Floats) -> Any:
        return (np.datetime64(first_day, "D") + numbers.astype("timedelta64[D]")).astype("datetime64[us]")

    ids, which = _ids("R", n_invoices), np.flatnonzero(credited)
    n_notes = len(which)
    columns = {
        "customer_id": np.concatenate([who[of], who[which]]) + 1,
        "invoice_id": np.concatenate([ids[of], _ids("G", n_notes)]),
        "kind": np.repeat(np.array(["invoice", "credit_note"], dtype=object), [len(of), n_notes]),
        "applies_to": np.concatenate([np.full(len(of), None), ids[which]]),
        "issued": days(np.concatenate([issued[of], issued[which] + 10])),
        "due": np.concatenate([days(due), np.full(n_notes, _NEVER)]),
        "amount": np.concatenate([np.round(amount, 2), credit[which]]),
    }
    # An invoice's instalments stay together.
    by_day = np.argsort(columns["issued"], kind="stable")
    invoices = pd.DataFrame({name: values[by_day] for name, values in columns.items()})

    owed = np.round(np.maximum(amount - np.where(place == 0, credit[of], 0.0), 0.0), 2)
    halves = (rng.random(len(of)) < part_payment_share) & (owed >= 0.02)
    wait = np.minimum(np.floor(rng.exponential(1.0, len(of)) * delays[who[of]]), _LATEST_DAYS)
    paid_on = np.floor((issued[of] + due) / 2) + wait
    first_half = np.where(halves, np.floor(owed * 50) / 100, owed)
    money = np.concatenate([first_half, (owed - first_half)[halves]])
    when = np.concatenate([paid_on, paid_on[halves] + 20])
    bill = np.concatenate([of, of[halves]])
    unassigned = rng.random(len(bill)) < unassigned_share
    seen = (when < n_days) & (when <= stops[who[bill]]) & (money > 0)
    order = np.flatnonzero(seen)[np.argsort(when[seen], kind="stable")]
    payments = pd.DataFrame(
        {
            "customer_id": who[bill[order]] + 1,
            "invoice_id": np.where(unassigned[order], np.array([None], dtype=object), ids[bill[order]]),
            "date": days(when[order]),
            "amount": np.round(money[order], 2),
        }
    )
    known = np.isfinite(stops)
    ends = np.where(known, days(np.where(known, stops, 0.0)), _NEVER)
    truth = pd.DataFrame({"customer_id": np.arange(1, n_customers + 1), "mean_delay_days": delays, "stops": ends})
    return SimulatedInvoices(invoices, payments, truth)


def _ids(letter: str, n: int) -> Any:
    return np.array([f"{letter}{number:06d}" for number in range(1, n + 1)], dtype=object)
