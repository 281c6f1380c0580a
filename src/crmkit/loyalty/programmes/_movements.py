"""What was earned, redeemed and lost, with its day: the movements of a ledger by kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crmkit.loyalty.programmes._ledger import Ledger
from crmkit.loyalty.programmes._log import EXPIRE, REDEEM, REVERSE, TAKE, Whole

__all__ = ["Movements", "movements_of"]


class Movements(NamedTuple):
    """Movements of one kind: the member, the day, the units."""

    who: Whole
    day: Whole
    points: Whole


def movements_of(ledger: Ledger) -> dict[str, Movements]:
    """Give all movements: "earned", "adjusted" (below 0 where taken), "redeemed", "expired" and "reversed"."""
    log, lots = ledger.log, ledger.lots
    is_earned = log.is_earning[lots]
    earned, given = lots[is_earned], lots[~is_earned]
    away = np.flatnonzero(log.kind == TAKE)
    gone = np.flatnonzero(ledger.lapsed)
    booked = _of(ledger, EXPIRE)
    return {
        "earned": Movements(log.who[earned], log.day[earned], log.points[earned]),
        "adjusted": Movements(
            log.who[np.concatenate([given, away])],
            log.day[np.concatenate([given, away])],
            np.concatenate([log.points[given], -ledger.taken[away]]),
        ),
        "redeemed": _of(ledger, REDEEM),
        "expired": Movements(
            np.concatenate([booked.who, log.who[lots[gone]]]),
            np.concatenate([booked.day, ledger.ends[gone]]),
            np.concatenate([booked.points, ledger.lapsed[gone]]),
        ),
        "reversed": _of(ledger, REVERSE),
    }


def _of(ledger: Ledger, kind: int) -> Movements:
    at = np.flatnonzero(ledger.log.kind == kind)
    return Movements(ledger.log.who[at], ledger.log.day[at], ledger.taken[at])
