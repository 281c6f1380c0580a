"""How customers, and customers in groups, move from one day or period to another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from crmkit.metrics._mrr_spells import NEVER, Flags, Floats, Ints, Spells, run_starts

__all__ = ["Moves", "moves_of"]


class Moves(NamedTuple):
    """What changes for a customer, in a group, in a step: a day or a period. Money is in units of the table.

    ``unit`` is the customer, or the customer in the group.
    """

    unit: Ints
    group: Ints
    step: Ints
    change: Ints
    new: Floats
    expansion: Floats
    contraction: Floats
    churned: Floats
    reactivation: Floats
    moved: Floats
    new_customers: Flags
    churned_customers: Flags
    reactivated_customers: Flags
    moved_customers: Ints


class _States(NamedTuple):
    """Each customer, or each customer in a group, before and after every step in which something happens."""

    unit: Ints
    step: Ints
    change: Ints
    was_there: Flags
    is_there: Flags


def moves_of(spells: Spells, *, groups: Ints, steps: Any, last: int) -> tuple[Moves, Moves]:
    """Return the moves of customers, and of customers in their groups, up to the day ``last``.

    ``steps`` gives the step of each day. What customers do is told by their whole; what they shift from one group to
    another beyond that has moved.
    """
    n_groups = int(groups.max()) + 1
    first_step = np.where(spells.first_paid < NEVER, steps(np.minimum(spells.first_paid, last)), NEVER)
    whole = _states(spells, spells.customer, np.arange(len(first_step)), first_step, steps=steps, last=last)
    pair, places = np.unique(spells.customer * n_groups + groups, return_inverse=True)
    parts = _states(spells, places, pair // n_groups, first_step, steps=steps, last=last)
    width = int(whole.step.max(initial=0)) + 1
    at = np.searchsorted(whole.unit * width + whole.step, pair[parts.unit] // n_groups * width + parts.step)
    of_whole = _moves(whole, whole, np.arange(len(whole.unit)), np.zeros(len(whole.unit), np.int64), first_step, spells)
    return of_whole, _moves(parts, whole, at, pair[parts.unit] % n_groups, first_step, spells)


def _moves(parts: _States, whole: _States, at: Any, group: Ints, first_step: Ints, spells: Spells) -> Moves:
    total = whole.change[at] / spells.unit
    change = parts.change / spells.unit
    was, now = whole.was_there[at], whole.is_there[at]
    is_first = first_step[whole.unit[at]] == whole.step[at]
    up, down = np.maximum(change, 0), np.maximum(-change, 0)
    expansion = np.where(was & now & (total > 0), _shared(up, total, at), 0.0)
    contraction = np.where(was & now & (total < 0), _shared(down, -total, at), 0.0)
    return Moves(
        unit=parts.unit,
        group=group,
        step=parts.step,
        change=parts.change,
        new=np.where(~was & now & is_first, change, 0.0),
        expansion=expansion,
        contraction=contraction,
        churned=np.where(was & ~now, -change, 0.0),
        reactivation=np.where(~was & now & ~is_first, change, 0.0),
        moved=np.where(was & now, change - expansion + contraction, 0.0),
        new_customers=~was & now & is_first & parts.is_there,
        churned_customers=was & ~now & parts.was_there,
        reactivated_customers=~was & now & ~is_first & parts.is_there,
        moved_customers=np.where(was & now, parts.is_there.astype(np.int64) - parts.was_there, 0),
    )


def _shared(values: Floats, total: Floats, at: Any) -> Floats:
    """Share what the whole gained among the parts that gained, as they did."""
    sums = np.bincount(at, values)[at]
    # A part that is its whole takes it all, without a division that rounds.
    share = np.divide(values, sums, out=np.zeros_like(values), where=sums > 0)
    return np.asarray(total * share)


def _states(spells: Spells, unit: Ints, owner: Ints, first_step: Ints, *, steps: Any, last: int) -> _States:
    """Add up starts and ends by unit and step; ``owner`` is the customer of each unit."""
    served = spells.end > spells.start
    ended = served & (spells.end <= last)
    # Free spells in other groups become a customer's on the day on which they first pay.
    paying = np.flatnonzero(spells.first_paid[owner] < NEVER)
    units = np.concatenate([unit[served], unit[ended], paying])
    days = np.concatenate([spells.start[served], spells.end[ended], spells.first_paid[owner[paying]]])
    amounts = np.concatenate([spells.amount[served], -spells.amount[ended], np.zeros(len(paying), np.int64)])
    counts = np.concatenate([np.ones(served.sum()), -np.ones(ended.sum()), np.zeros(len(paying))]).astype(np.int64)
    step = steps(days)
    order = np.lexsort((step, units))
    units, step = units[order], step[order]
    begins = run_starts(units, step)
    units, step = units[begins], step[begins]
    change, running = (np.add.reduceat(values[order], begins) for values in (amounts, counts))
    there = np.cumsum(running)
    firsts = run_starts(units)
    base = np.repeat((there - running)[firsts], np.diff(np.r_[firsts, len(units)]))
    after = there - base
    paid = first_step[owner[units]]
    return _States(units, step, change, (after - running > 0) & (paid < step), (after > 0) & (paid <= step))
