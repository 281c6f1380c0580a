"""The signals of an early warning: which customers each one names on a day, how badly, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._names import Label
from crmkit.loyalty.churn._falling_spend import spend_limits
from crmkit.loyalty.churn._own_rhythm import rhythm_limits
from crmkit.loyalty.churn._unpaid import unpaid
from crmkit.loyalty.churn._warning_log import NEVER, Complaints, Debts, Log

__all__ = ["WARNING_SIGNALS", "Fired", "Rules", "at_risk", "last_purchases", "signals_of"]

WARNING_SIGNALS: Final = MappingProxyType(
    {
        "overdue_purchase": Label("Purchase overdue", "逾期未购"),
        "falling_spend": Label("Falling spend", "消费下滑"),
        "complaint": Label("Complaint", "投诉"),
        "overdue_invoice": Label("Invoice overdue", "账款逾期"),
    }
)
"""The signals by code, in the order of tables."""


@dataclass(frozen=True)
class Rules:
    """When a signal fires, as `early_warning_table` takes it."""

    lookback_days: int
    min_gaps: int
    purchase_levels: tuple[float, ...]
    spend_window_days: int
    n_spend_windows: int
    spend_levels: tuple[float, ...]
    complaint_window_days: int
    complaint_open_days: int
    invoice_days: tuple[int, ...]
    min_overdue: float


class Fired(NamedTuple):
    """Who is warned of, by position; the severity from 1 to 3, the day it began, the value and its limit.

    ``judged`` says of every customer whether they were at risk and there was enough to judge them by.
    """

    judged: npt.NDArray[np.bool_]
    who: npt.NDArray[np.int64]
    severity: npt.NDArray[np.int64]
    since: npt.NDArray[np.int64]
    value: Floats
    limit: Floats


def signals_of(log: Log, rules: Rules, *, as_of: int) -> Mapping[str, Fired]:
    """Give the signals for which there is data, from what is known by the end of a day, of customers at risk then."""
    known = log.day <= as_of
    who, day, amount, bought = log.who[known], log.day[known], log.amount[known], log.bought[known]
    last = last_purchases(log, as_of=as_of)
    risk = at_risk(last, rules, as_of=as_of)
    found: dict[str, Fired] = {}
    limits = rhythm_limits(
        who[bought], day[bought], n_customers=len(log), min_gaps=rules.min_gaps, levels=rules.purchase_levels
    )
    found["overdue_purchase"] = _overdue(last, limits, risk & ~np.isnan(limits[:, 0]), as_of=as_of)
    if not np.isnan(amount).all():
        spend = spend_limits(
            who, day, amount, bought, n_customers=len(log), as_of=as_of, window_days=rules.spend_window_days,
            n_windows=rules.n_spend_windows, levels=rules.spend_levels,
        )  # fmt: skip
        below = spend.spend[:, None] < spend.limits
        since = np.full(len(log), as_of - rules.spend_window_days + 1)
        # Who buys too little in a window can never be told from chance.
        judged = risk & (spend.limits[:, 0] > 0)
        found["falling_spend"] = _fired(below, judged, since=since, value=spend.spend, limit=spend.limits[:, 0])
    if log.complaints is not None:
        found["complaint"] = _complained(log.complaints, rules, risk, as_of=as_of)
    if log.debts is not None:
        found["overdue_invoice"] = _indebted(log.debts, rules, risk, as_of=as_of)
    return found


def last_purchases(log: Log, *, as_of: int) -> npt.NDArray[np.int64]:
    """The last purchase day of each customer by a day; far in the past without one."""
    last = np.full(len(log), -NEVER)
    rows = log.bought & (log.day <= as_of)
    # Rows are sorted by day: what is written last stays.
    last[log.who[rows]] = log.day[rows]
    return last


def at_risk(last: npt.NDArray[np.int64], rules: Rules, *, as_of: int) -> npt.NDArray[np.bool_]:
    """Who bought within the days that a warning looks back."""
    return last > as_of - rules.lookback_days


def _overdue(last: npt.NDArray[np.int64], limits: Floats, judged: npt.NDArray[np.bool_], *, as_of: int) -> Fired:
    silence = np.where(judged, as_of - last, 0).astype(np.float64)
    passed = silence[:, None] > limits
    since = np.where(judged, last, 0) + np.where(passed[:, 0], np.floor(limits[:, 0]), 0.0).astype(np.int64) + 1
    return _fired(passed, judged, since=since, value=silence, limit=limits[:, 0])


def _complained(complaints: Complaints, rules: Rules, risk: npt.NDArray[np.bool_], *, as_of: int) -> Fired:
    created = complaints.created <= as_of
    who, start = complaints.who[created], complaints.created[created]
    still = complaints.resolved[created] > as_of
    counts = still | (start > as_of - rules.complaint_window_days)
    who, start, still = who[counts], start[counts], still[counts]
    n = np.bincount(who, minlength=len(risk))
    n_open = np.bincount(who[still], minlength=len(risk))
    n_old = np.bincount(who[still & (start < as_of - rules.complaint_open_days)], minlength=len(risk))
    since = _least(start, who, len(risk))
    passed = np.stack([n > 0, (n > 1) | (n_open > 0), n_old > 0], axis=1)
    return _fired(passed, risk, since=since, value=n.astype(np.float64), limit=np.zeros(len(risk)))


def _indebted(debts: Debts, rules: Rules, risk: npt.NDArray[np.bool_], *, as_of: int) -> Fired:
    owed = unpaid(debts, n_customers=len(risk), as_of=as_of)
    late = owed.amount > rules.min_overdue
    days = np.where(late, as_of - np.where(late, owed.oldest_due, 0), -1)
    passed = days[:, None] > np.array(rules.invoice_days)
    limit = np.full(len(risk), float(rules.min_overdue))
    since = np.where(late, owed.oldest_due, 0) + rules.invoice_days[0] + 1
    return _fired(passed, risk, since=since, value=owed.amount, limit=limit)


def _fired(
    passed: npt.NDArray[np.bool_],
    judged: npt.NDArray[np.bool_],
    *,
    since: npt.NDArray[np.int64],
    value: Floats,
    limit: Floats,
) -> Fired:
    """Take those who passed the first limit; the severity is the last limit passed."""
    who = np.flatnonzero(passed[:, 0] & judged)
    steps = np.arange(1, passed.shape[1] + 1)
    severity = np.where(passed[who], steps, 0).max(axis=1, initial=0)
    return Fired(judged, who, severity.astype(np.int64), since[who], value[who], limit[who])


def _least(values: npt.NDArray[np.int64], group: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    found = np.full(n, NEVER)
    np.minimum.at(found, group, values)
    return found
