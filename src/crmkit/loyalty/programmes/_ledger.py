"""The ledger: which points each event takes, what lapses, and what is left."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from crmkit._calendar import day_numbers
from crmkit._checks import some
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.loyalty.programmes._entries import enter
from crmkit.loyalty.programmes._log import ADD, Log, Whole, read_log
from crmkit.loyalty.programmes._rules import Rules, consumption_ranks, ends_of_activity, expiries

__all__ = ["Ledger", "keep_ledger", "keep_whole_ledger", "ledger_of"]

_TOO_MUCH: Final = Message(
    en="{n:,} {n:event takes|events take} more points than there are, such as {events} of customers {customers}: "
    "{short:,.10g} points are lacking. Add what members had before the log begins as adjustments, and look at the "
    "rules of expiry: {@valid_months}, {@inactive_months} and {@order}.",
    zh="{n:,} 笔事件扣减的积分超过余额，例如客户 {customers} 的 {events}，共缺 {short:,.10g} 分。请将日志开始前已有的"
    "积分补为调整，并检查有效期规则：{@valid_months}、{@inactive_months} 与 {@order}。",
)


class Ledger(NamedTuple):
    """What became of points until the end of a day.

    Attributes
    ----------
    log : Log
        The events.
    as_of : int
        The day.
    lots, left, lapsed, withdrawn, ends : array of int
        The events that added points; how much of each is left, how much lapsed without being booked, and how much
        reversals and adjustments took; the day at whose end it lapses.
    taken : array of int
        What each event took; of a reversal no more than had not lapsed.
    lacking : array of int
        What each redemption or booked expiry wanted beyond what there was.
    used_by, used_of, used : array of int
        Redemptions lot by lot: the event, the place of the lot in ``lots``, the points.
    owed_at, owed : array of int
        The events at which members came to owe points or, below 0, paid them back with new ones.
    """

    log: Log
    as_of: int
    lots: Whole
    left: Whole
    lapsed: Whole
    withdrawn: Whole
    ends: Whole
    taken: Whole
    lacking: Whole
    used_by: Whole
    used_of: Whole
    used: Whole
    owed_at: Whole
    owed: Whole


def ledger_of(points: object, *, as_of: datetime, rules: Rules) -> Ledger:
    """Read a log and keep its ledger."""
    return keep_whole_ledger(read_log(points, as_of=as_of), as_of=as_of, rules=rules)


def keep_whole_ledger(log: Log, *, as_of: datetime, rules: Rules) -> Ledger:
    """Go through the events; taking more than there is is refused."""
    ledger = keep_ledger(log, as_of=as_of, rules=rules)
    at = np.flatnonzero(ledger.lacking)
    if at.size:
        raise SchemaError(
            _TOO_MUCH(
                n=at.size,
                events=some(log.event.iloc[at].tolist()),
                customers=some(log.ids.iloc[log.who[at]].unique().tolist()),
                short=float(log.shown(ledger.lacking.sum())),
            )
        )
    return ledger


def keep_ledger(log: Log, *, as_of: datetime, rules: Rules) -> Ledger:
    """Go through the events, member by member."""
    day = int(day_numbers(np.array([as_of], dtype="datetime64[us]"))[0])
    lots = np.flatnonzero(log.kind == ADD)
    expires = expiries(log, lots, valid_months=rules.valid_months)
    ends = expires
    if rules.inactive_months is not None:
        ends = np.minimum(expires, ends_of_activity(log, lots, inactive_months=rules.inactive_months))
    rank = consumption_ranks(log, lots, expires, order=rules.order)
    by_rank = np.empty_like(rank)
    by_rank[rank] = np.arange(len(lots))
    # The place of an event's lot in the order of consumption: the one that it adds, or takes back.
    lot = np.full(len(log.who), -1, dtype=np.int64)
    lot[lots] = rank
    named = log.of >= 0
    lot[named] = lot[log.of[named]]
    book = enter(log, lot, log.points[lots][by_rank], ends[by_rank])
    left, gone = book.left[rank], ends <= day
    used_by, used_of, used = book.uses.T
    owed_at, owed = book.debts.T
    return Ledger(
        log=log,
        as_of=day,
        lots=lots,
        left=np.where(gone, 0, left),
        lapsed=book.lapsed[rank] + np.where(gone, left, 0),
        withdrawn=book.withdrawn[rank],
        ends=ends,
        taken=book.taken,
        lacking=book.lacking,
        used_by=used_by,
        used_of=by_rank[used_of],
        used=used,
        owed_at=owed_at,
        owed=owed,
    )
