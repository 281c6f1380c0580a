"""Which level each member has from when: reached by points in a window, looked at again when it ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from crmkit._calendar import months_later
from crmkit.loyalty.programmes._level_rules import LevelRules
from crmkit.loyalty.programmes._log import ADD, REVERSE, TAKE, Log

__all__ = ["FELL", "KEPT", "REACHED", "TAKEN_BACK", "Change", "Standing", "level_lives"]

REACHED: Final = "reached"
KEPT: Final = "kept"
FELL: Final = "fell"
TAKEN_BACK: Final = "taken_back"
_NEVER: Final = 2**31


class Change(NamedTuple):
    """A level reached, kept, or lost: the member, the day from which it holds, the levels, the last day of the new."""

    who: int
    day: int
    before: int
    level: int
    until: int
    reason: str


class Standing(NamedTuple):
    """Where a member stands: the level, -1 for none, since when, until when, and points in the window that counts."""

    who: int
    level: int
    since: int
    until: int
    points: int


def level_lives(log: Log, rules: LevelRules, *, as_of: int, at_once: bool) -> tuple[list[Change], list[Standing]]:
    """Go through the events that count, member by member; ``at_once`` lets a reversal take a level back."""
    life = _Life(rules, scale=log.scale, at_once=at_once)
    changes: list[Change] = []
    standings: list[Standing] = []
    events = _counted(log)
    event = next(events, None)
    for who in range(log.n_members):
        life.begin(who)
        while event is not None and event[0] == who:
            life.enter(*event[1:])
            event = next(events, None)
        life.close(as_of)
        changes += life.changes
        standings.append(life.standing())
    return changes, standings


def _counted(log: Log) -> Iterator[tuple[int, int, int, int, bool]]:
    """Events that count: the member, the day booked, the day on which it counts, the units, whether it takes back.

    A reversal that names its earning counts on the day of that, from when it is booked, if the earning did.
    """
    named = log.of >= 0
    counts = np.where(named, log.counts[log.of], log.counts) & np.isin(log.kind, (ADD, REVERSE, TAKE))
    at = np.flatnonzero(counts)
    day = np.where(named, log.day[log.of], log.day)[at]
    taken = log.kind[at] != ADD
    units = np.where(taken, -log.points[at], log.points[at])
    columns = (log.who[at], log.day[at], day, units, taken)
    yield from zip(*(column.tolist() for column in columns), strict=True)


@lru_cache(maxsize=100_000)
def _later(day: int, months: int) -> int:
    return int(months_later(np.array([day]), months=months)[0])


class _Life:
    """A member's level, from event to event."""

    def __init__(self, rules: LevelRules, *, scale: int, at_once: bool) -> None:
        self.thresholds = [threshold * scale for threshold in rules.thresholds]
        self.windows, self.valid, self.at_once = rules.windows, rules.valid, at_once
        self.lengths = sorted(set(rules.windows))

    def begin(self, who: int) -> None:
        """Begin with a member, who has no level."""
        self.who, self.level, self.since, self.until = who, -1, _NEVER, _NEVER
        self.days: list[int] = []
        self.units: list[int] = []
        self.sums = dict.fromkeys(self.lengths, 0)
        self.heads = dict.fromkeys(self.lengths, 0)
        self.ends = dict.fromkeys(self.lengths, -_NEVER)
        self.today, self.taken = -_NEVER, False
        self.changes: list[Change] = []

    def enter(self, booked: int, day: int, units: int, taken: bool) -> None:
        """Enter an event, after the looks at the level that come before its day."""
        if booked > self.today:
            self._end_day()
            self._look_back(booked)
            self._move_to(booked)
            self.today, self.taken = booked, False
        self.taken = self.taken or taken
        place = bisect_right(self.days, day)
        self.days.insert(place, day)
        self.units.insert(place, units)
        for length in self.lengths:
            if day <= self.ends[length]:
                self.heads[length] += 1
            else:
                self.sums[length] += units

    def close(self, as_of: int) -> None:
        """Look at the level until a day, whose last hour is the end."""
        self._end_day()
        self._look_back(as_of)
        self._move_to(as_of)

    def standing(self) -> Standing:
        """Say where the member stands."""
        ahead = min(self.level + 1, len(self.windows) - 1)
        return Standing(self.who, self.level, self.since, self.until, self.sums[self.windows[ahead]])

    def _end_day(self) -> None:
        """See what the events of a day come to together: points that went back on the day reach nothing."""
        if not self.days:
            return
        reached = self._reached()
        if reached > self.level:
            self._change(self.today, reached, from_day=self.today, reason=REACHED)
        elif self.taken and self.at_once and reached < self.level:
            self._change(self.today, reached, from_day=self.today, reason=TAKEN_BACK)

    def _look_back(self, day: int) -> None:
        """Look at levels that ended before a day: they are kept where the points of their window still suffice."""
        while self.until < day:
            last = self.until
            self._move_to(last)
            reached = self._reached()
            self._change(last, reached, from_day=last + 1, reason=KEPT if reached >= self.level else FELL)

    def _change(self, day: int, level: int, *, from_day: int, reason: str) -> None:
        until = _later(day, self.valid[level]) if level >= 0 else _NEVER
        self.changes.append(Change(self.who, from_day, self.level, level, until, reason))
        if level != self.level:
            self.since = from_day
        self.level, self.until = level, until

    def _move_to(self, day: int) -> None:
        """Let windows end on a day."""
        for length in self.lengths:
            end, head = _later(day, -length), self.heads[length]
            while head < len(self.days) and self.days[head] <= end:
                self.sums[length] -= self.units[head]
                head += 1
            self.heads[length], self.ends[length] = head, end

    def _reached(self) -> int:
        """The highest level whose points there are; -1 for none."""
        for level in range(len(self.windows) - 1, -1, -1):
            if self.sums[self.windows[level]] >= self.thresholds[level]:
                return level
        return -1
