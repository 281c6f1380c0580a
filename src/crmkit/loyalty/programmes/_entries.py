"""The entries of the ledger: events taking points from lots, one after another."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from crmkit.loyalty.programmes._log import ADD, EXPIRE, REDEEM, REVERSE, Log, Whole

__all__ = ["Book", "enter"]

# So many events at a time are turned into Python's numbers, so that memory stays small.
_CHUNK: Final = 250_000


class Book(NamedTuple):
    """What was entered. Lots are numbered in the order of consumption.

    Attributes
    ----------
    left, lapsed, withdrawn : array of int
        What is left of each lot, what of it was seen to have lapsed, and what reversals and adjustments took of it.
    taken, lacking : array of int
        What each event took, and what a redemption or a booked expiry wanted beyond what there was.
    uses : array of int
        Redemptions: event, lot, points.
    debts : array of int
        Points that came to be owed: event, points; below 0 where new points paid them back.
    """

    left: Whole
    lapsed: Whole
    withdrawn: Whole
    taken: Whole
    lacking: Whole
    uses: Whole
    debts: Whole


def enter(log: Log, lot: Whole, earned: Whole, ends: Whole) -> Book:
    """Go through the events; ``lot`` is what each adds or takes back, or -1, ``ends`` the last day of each lot."""
    left, lapsed, withdrawn = earned.copy(), np.zeros_like(earned), np.zeros_like(earned)
    taken, lacking = np.where(log.kind == ADD, 0, log.points), np.zeros_like(log.points)
    uses, debts = [np.zeros((0, 3), dtype=np.int64)], [np.zeros((0, 2), dtype=np.int64)]
    for events in _chunks(log):
        of = lot[events]
        low, high = int(of[of >= 0].min(initial=len(left))), int(of.max()) + 1
        page = _Page(left[low:high].tolist(), lapsed[low:high].tolist(), ends[low:high].tolist())
        own = np.where(of >= 0, of - low, -1)
        columns = (events, log.who[events], log.day[events], log.kind[events], log.points[events], own)
        page.enter(zip(*(column.tolist() for column in columns), strict=True))
        left[low:high], lapsed[low:high], withdrawn[low:high] = page.left, page.lapsed, page.withdrawn
        for at, points in page.cut:
            taken[at] -= points
        for at, points in page.lacking:
            lacking[at] = points
        uses.append(np.array(page.uses, dtype=np.int64).reshape(-1, 3) + np.array([0, low, 0]))
        debts.append(np.array(page.debts, dtype=np.int64).reshape(-1, 2))
    return Book(left, lapsed, withdrawn, taken, lacking, np.concatenate(uses), np.concatenate(debts))


def _chunks(log: Log) -> Iterator[Whole]:
    """The events of members of whom points are taken at all, some whole members at a time."""
    takes = np.zeros(log.n_members, dtype=bool)
    takes[log.who[log.kind != ADD]] = True
    events = np.flatnonzero(takes[log.who])
    if not events.size:
        return
    who = log.who[events]
    starts = np.flatnonzero(np.append(True, who[1:] != who[:-1]))
    # The first member at or after each full chunk.
    bounds = starts[np.minimum(np.searchsorted(starts, np.arange(_CHUNK, len(events), _CHUNK)), len(starts) - 1)]
    yield from (part for part in np.split(events, np.unique(bounds)) if part.size)


class _Page:
    """Some lots as Python's numbers, the account of the member at hand, and what is noted about them.

    The member's lots stand in the order of consumption from ``head`` on; ``owed`` is what was taken and was not there.
    ``returnable`` is what a lot can still give back: what was earned, less what has lapsed or was reversed;
    ``withdrawn`` what went back of it, also to pay for what was owed or for points of others that had been spent.
    """

    def __init__(self, left: list[int], lapsed: list[int], ends: list[int]) -> None:
        self.left, self.lapsed, self.ends, self.returnable = left, lapsed, ends, left.copy()
        self.withdrawn = [0] * len(left)
        self.cut: list[tuple[int, int]] = []
        self.lacking: list[tuple[int, int]] = []
        self.uses: list[tuple[int, int, int]] = []
        self.debts: list[tuple[int, int]] = []
        self.open_account()

    def open_account(self) -> None:
        """Begin with a member."""
        self.lots: list[int] = []
        self.head = self.owed = 0

    def enter(self, events: Iterator[tuple[int, ...]]) -> None:
        """Enter the events of whole members."""
        member = -1
        for at, who, day, kind, points, own in events:
            if who != member:
                member = who
                self.open_account()
            if kind == ADD:
                self._add(at, points, own)
                continue
            wanted = self._take_back(at, day, points, own) if kind == REVERSE and own >= 0 else points
            rest = self._take(at, day, kind, wanted) if wanted else 0
            if not rest:
                continue
            if kind in (REDEEM, EXPIRE):
                self.cut.append((at, rest))
                self.lacking.append((at, rest))
            else:
                self.owed += rest
                self.debts.append((at, rest))

    def _add(self, at: int, points: int, own: int) -> None:
        if self.owed:
            filled = min(self.owed, points)
            self.owed -= filled
            self.left[own] -= filled
            self.withdrawn[own] += filled
            self.debts.append((at, -filled))
        if len(self.lots) == self.head or own > self.lots[-1]:
            self.lots.append(own)
        else:
            insort(self.lots, own, self.head)

    def _take_back(self, at: int, day: int, points: int, own: int) -> int:
        """Take a reversal from its own earning as far as that has points left, and say what is still to be taken."""
        if self.ends[own] < day:
            self._lapse(own)
        wanted = min(points, self.returnable[own])
        if wanted < points:
            self.cut.append((at, points - wanted))
        self.returnable[own] -= wanted
        there = min(wanted, self.left[own])
        self.left[own] -= there
        self.withdrawn[own] += there
        return wanted - there

    def _take(self, at: int, day: int, kind: int, wanted: int) -> int:
        """Take points from lots in their order, and say what is lacking."""
        left, lots, head = self.left, self.lots, self.head
        while wanted and head < len(lots):
            lot = lots[head]
            if self.ends[lot] < day:
                self._lapse(lot)
                head += 1
                continue
            taken = left[lot]
            if taken > wanted:
                taken = wanted
            else:
                head += 1
            left[lot] -= taken
            wanted -= taken
            if kind == REDEEM:
                self.uses.append((at, lot, taken))
            elif kind == EXPIRE:
                self.returnable[lot] -= taken
            else:
                self.withdrawn[lot] += taken
        self.head = head
        return wanted

    def _lapse(self, lot: int) -> None:
        gone = self.left[lot]
        self.returnable[lot] -= gone
        self.lapsed[lot] += gone
        self.left[lot] = 0
