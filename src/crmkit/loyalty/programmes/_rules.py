"""How long points last, and in which order they are taken."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._calendar import months_later
from crmkit._checks import check_int, check_option
from crmkit.loyalty.programmes._log import ADD, NEVER, REDEEM, Log, Whole

__all__ = ["Order", "Rules", "consumption_ranks", "ends_of_activity", "expiries", "read_rules"]

Order: TypeAlias = Literal["first_expiring", "first_in"]
"""Which points are taken first: those that expire first, or those that were earned first."""

_MOST_MONTHS: Final = 1_200


class Rules(NamedTuple):
    """How long points last and which are taken first; None is without end."""

    valid_months: int | None
    inactive_months: int | None
    order: Order


def read_rules(*, valid_months: Any, inactive_months: Any, order: Any) -> Rules:
    """Check the rules of a programme."""
    for name, months in (("valid_months", valid_months), ("inactive_months", inactive_months)):
        if months is not None:
            check_int(months, name=name, low=1, high=_MOST_MONTHS)
    check_option(order, ("first_expiring", "first_in"), name="order")
    return Rules(valid_months, inactive_months, order)


def expiries(log: Log, lots: Whole, *, valid_months: int | None) -> Whole:
    """The last day of the points of each lot by their own expiry, or else by the rule."""
    own = log.expires[lots]
    if valid_months is None:
        return own
    return np.where(own == NEVER, months_later(log.day[lots], months=valid_months), own)


def ends_of_activity(log: Log, lots: Whole, *, inactive_months: int) -> Whole:
    """The day at whose end all points of a lot's member lapse, because so long nothing was earned or redeemed."""
    active = np.flatnonzero((log.kind == ADD) | (log.kind == REDEEM))
    who, day = log.who[active], log.day[active]
    until = months_later(day, months=inactive_months)
    # A run of activity ends where the next event is of another member, or comes after all has lapsed.
    last = np.append((who[1:] != who[:-1]) | (day[1:] > until[:-1]), True)[: len(who)]
    ends = until[last]
    run = np.cumsum(last) - last
    return np.asarray(ends[run[np.searchsorted(active, lots)]])


def consumption_ranks(log: Log, lots: Whole, expires: Whole, *, order: Order) -> Whole:
    """The place of each lot among all in the order in which they are taken, member by member."""
    ranks = np.arange(len(lots))
    if order == "first_expiring":
        by_expiry = np.lexsort((lots, expires, log.who[lots]))
        ranks[by_expiry] = np.arange(len(lots))
    return ranks
