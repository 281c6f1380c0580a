"""The accounts of a simulated loyalty programme, event by event."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["EARN", "REDEEM", "REVERSE", "Days", "Lived", "Plans", "live_through"]

Days: TypeAlias = npt.NDArray[np.int64]

EARN: Final = 0
REDEEM: Final = 1
REVERSE: Final = 2


class Plans(NamedTuple):
    """What members mean to do: the member, the day, the kind, the number of the earning, the part of the balance."""

    who: Days
    day: Days
    kind: Days
    earning: Days
    part: Floats


class Lived(NamedTuple):
    """The points of each plan, 0 if nothing came of it, and what was redeemed of each earning: in the log, and ever."""

    points: Days
    redeemed: Days
    redeemed_ever: Days


def live_through(plans: Plans, earned: Days, expires: Days, *, smallest: int, last: int) -> Lived:
    """Let members earn, redeem and give back in the order of days: earnings before redemptions before reversals."""
    points = np.zeros(len(plans.who), dtype=np.int64)
    left, redeemed, redeemed_ever = earned.tolist(), [0] * len(earned), [0] * len(earned)
    until = expires.tolist()
    order = np.lexsort((plans.kind, plans.day, plans.who))
    columns = (order, plans.who[order], plans.day[order], plans.kind[order], plans.earning[order], plans.part[order])
    member, owed = -1, 0
    open_lots: list[int] = []
    for place, who, day, kind, earning, part in zip(*(column.tolist() for column in columns), strict=True):
        if who != member:
            member, open_lots, owed = who, [], 0
        open_lots = [lot for lot in open_lots if until[lot] >= day and left[lot]]
        if kind == EARN:
            points[place] = left[earning]
            filled = min(owed, left[earning])
            owed -= filled
            left[earning] -= filled
            open_lots.append(earning)
        elif kind == REVERSE:
            points[place] = wanted = int(earned[earning])
            # What has lapsed of the earning is not taken again.
            wanted -= left[earning] if until[earning] < day else 0
            owed += wanted - sum(taken for _, taken in _taken([earning] * (until[earning] >= day), left, wanted))
            owed -= sum(taken for _, taken in _taken(open_lots, left, owed))
        else:
            balance = sum(left[lot] for lot in open_lots)
            wanted = int(balance * part)
            if wanted < smallest:
                continue
            points[place] = wanted
            for lot, taken in _taken(open_lots, left, wanted):
                redeemed_ever[lot] += taken
                redeemed[lot] += taken if day <= last else 0
    return Lived(points, np.array(redeemed, dtype=np.int64), np.array(redeemed_ever, dtype=np.int64))


def _taken(lots: list[int], left: list[int], wanted: int) -> list[tuple[int, int]]:
    """Take points from lots in their order, as far as there are any."""
    found = []
    for lot in lots:
        taken = min(left[lot], wanted)
        left[lot] -= taken
        wanted -= taken
        found.append((lot, taken))
    return found
