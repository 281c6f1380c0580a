"""Spells of subscriptions as they are known at the end of a day, and how each customer moves from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers, next_day
from crmkit._checks import some
from crmkit._frames import midnight, to_pandas
from crmkit._messages import Message
from crmkit._tables import SUBSCRIPTIONS, open_table
from crmkit.errors import SchemaError

__all__ = ["Moves", "Spells", "moves_of", "spells_as_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_READ: Final = ("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial", "currency")
# After the year 2099, the last that is read.
_NEVER: Final = 1_000_000

_NO_ROWS: Final = Message(
    en="{@subscriptions} has no spell that begins by {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有已开始的订阅，请给出更晚的 {@as_of}。",
)
_CURRENCIES: Final = Message(
    en="{@subscriptions} has several currencies, {codes}, which must not be added up. Take one at a time.",
    zh="{@subscriptions} 中有多种货币（{codes}），不得相加。请逐一计算每种货币。",
)
_OVERLAP: Final = Message(
    en="{@subscriptions} has spells that run into the next one of the same subscription, such as those of {ids}. "
    "{@as_subscriptions()} says how to mend them.",
    zh="{@subscriptions} 中有与同一订阅的下一段重叠的记录，例如 {ids}。{@as_subscriptions()} 会说明如何修正。",
)


class Spells(NamedTuple):
    """Spells in memory: the row and code of each customer, days since 1970, and money as whole numbers of a unit.

    Whole numbers cancel exactly: nobody expands by the rounding error of a sum. A trial is worth 0.
    """

    rows: pd.DataFrame
    customer: Ints
    start: Ints
    end: Ints
    amount: Ints
    unit: float
    first_paid: Ints


class Moves(NamedTuple):
    """What changes for a customer, in a group, in a step: a day or a period. Money is in units of the table."""

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


def spells_as_of(subscriptions: object, day: datetime, *, by: Sequence[str] = ()) -> Spells:
    """Bring the spells begun by a day into memory; an end that became known after it does not exist yet."""
    table = open_table(subscriptions, SUBSCRIPTIONS, columns=_READ, also=by)
    begun = table.filter(nw.col("start") < midnight(next_day(day), of=table))
    rows = to_pandas(begun.select(*dict.fromkeys((*_READ, *by)))).reset_index(drop=True)
    if rows.empty:
        raise SchemaError(_NO_ROWS(day=day))
    codes = rows["currency"].dropna().unique().tolist()
    if len(codes) > 1:
        raise SchemaError(_CURRENCIES(codes=some(sorted(codes))))
    customer = pd.factorize(rows["customer_id"])[0].astype(np.int64)
    start, end, known = (_days(rows[name]) for name in ("start", "end", "end_known"))
    today = int(day_numbers(np.array([day], dtype="datetime64[us]"))[0])
    following = _following(rows, start, end)
    unknown = (known > today) & (known < _NEVER)
    end = np.where(unknown, np.minimum(_NEVER, following), end)
    paid = np.where(rows["trial"].to_numpy(dtype=bool), 0.0, rows["mrr"].to_numpy(dtype=float))
    # A power of two: amounts in it are exact until their sum would no longer fit into 62 bits.
    unit = 2.0 ** (62 - max(0, int(np.frexp(paid.sum() + 1)[1])))
    amount = np.rint(paid * unit).astype(np.int64)
    first_paid = np.full(customer.max() + 1, _NEVER, dtype=np.int64)
    pays = (amount > 0) & (end > start)
    np.minimum.at(first_paid, customer[pays], start[pays])
    return Spells(rows, customer, start, end, amount, unit, first_paid)


def moves_of(spells: Spells, *, groups: Ints, steps: Any, last: int) -> tuple[Moves, Moves]:
    """Return the moves of customers, and of customers in their groups, up to the day ``last``.

    ``steps`` gives the step of each day. What customers do is told by their whole; what they shift from one group to
    another beyond that has moved.
    """
    n_groups = int(groups.max()) + 1
    first_step = np.where(spells.first_paid < _NEVER, steps(np.minimum(spells.first_paid, last)), _NEVER)
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
    paying = np.flatnonzero(spells.first_paid[owner] < _NEVER)
    units = np.concatenate([unit[served], unit[ended], paying])
    days = np.concatenate([spells.start[served], spells.end[ended], spells.first_paid[owner[paying]]])
    amounts = np.concatenate([spells.amount[served], -spells.amount[ended], np.zeros(len(paying), np.int64)])
    counts = np.concatenate([np.ones(served.sum()), -np.ones(ended.sum()), np.zeros(len(paying))]).astype(np.int64)
    step = steps(days)
    order = np.lexsort((step, units))
    units, step = units[order], step[order]
    begins = _run_starts(units, step)
    units, step = units[begins], step[begins]
    change, running = (np.add.reduceat(values[order], begins) for values in (amounts, counts))
    there = np.cumsum(running)
    firsts = _run_starts(units)
    base = np.repeat((there - running)[firsts], np.diff(np.r_[firsts, len(units)]))
    after = there - base
    paid = first_step[owner[units]]
    return _States(units, step, change, (after - running > 0) & (paid < step), (after > 0) & (paid <= step))


def _run_starts(*keys: Ints) -> Ints:
    """Where a run of equal keys begins; the keys are sorted and may be empty."""
    starts = np.ones(len(keys[0]), dtype=bool)
    starts[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(starts)


def _following(rows: pd.DataFrame, start: Ints, end: Ints) -> Ints:
    """The start of the next spell of the same subscription; raise where it comes before the end."""
    who = rows.groupby(["customer_id", "subscription_id"], sort=False, observed=True).ngroup().to_numpy()
    order = np.lexsort((end, start, who))
    same = who[order][1:] == who[order][:-1]
    following = np.full(len(rows), _NEVER, dtype=np.int64)
    following[order[:-1][same]] = start[order][1:][same]
    if (wrong := following < end).any() and (wrong & (following < _NEVER)).any():
        raise SchemaError(
            _OVERLAP(ids=some(rows.loc[wrong & (following < _NEVER), "subscription_id"].head(6).tolist()))
        )
    return following


def _days(dates: pd.Series[Any]) -> Ints:
    values = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), _NEVER, day_numbers(values)).astype(np.int64)
