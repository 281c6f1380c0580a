"""What is counted of subscriptions in each cell: a group in a period, group by group, the whole last."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit.metrics._churn import sum_of_daily_rates
from crmkit.metrics._mrr_moves import Moves, moves_of
from crmkit.metrics._mrr_spells import Ints, Spells
from crmkit.metrics._mrr_sums import sums_of_moves
from crmkit.metrics._subscription_kpis._contracts import Contracts
from crmkit.metrics._subscription_kpis._trials import trials_of

__all__ = ["Days", "Groups", "counts_of"]


class Days(NamedTuple):
    """The first and last day of each period, since 1970."""

    starts: Ints
    closes: Ints


class Groups(NamedTuple):
    """How many groups there are, and the group of each spell and of each contract known."""

    n: int
    of_spells: Ints
    of_contracts: Ints


def counts_of(
    spells: Spells, contracts: Contracts, days: Days, groups: Groups | None
) -> tuple[dict[str, Floats], list[tuple[int, Moves]]]:
    """Count every cell; and return the moves from close to close after the number of groups, the whole last."""
    everyone = Groups(1, *(np.zeros(len(each), dtype=np.int64) for each in (spells.start, contracts.since)))
    of_spells = (everyone if groups is None else groups).of_spells
    last = int(days.closes[-1])

    def steps_by_day(numbers: Ints) -> Ints:
        return np.asarray(np.maximum(numbers - days.starts[0] + 1, 0))

    def steps_by_period(numbers: Ints) -> Ints:
        return np.searchsorted(days.starts, numbers, side="right")

    closing = moves_of(spells, groups=of_spells, steps=steps_by_period, last=last)
    daily = moves_of(spells, groups=of_spells, steps=steps_by_day, last=last)
    counts, moves = [], []
    for grouped, place in [*([] if groups is None else [(groups, 1)]), (everyone, 0)]:
        cells = {
            **_from_close_to_close(closing[place], days, n_groups=grouped.n, unit=spells.unit),
            **_day_by_day(daily[place], days, n_groups=grouped.n),
            **trials_of(spells, days.starts, days.closes, groups=grouped.of_spells, n_groups=grouped.n),
            "committed_mrr": contracts.committed(days.closes, groups=grouped.of_contracts, n_groups=grouped.n),
        }
        counts.append({name: np.asarray(values, dtype=np.float64).ravel() for name, values in cells.items()})
        moves.append((grouped.n, closing[place]))
    return {name: np.concatenate([each[name] for each in counts]) for name in counts[0]}, moves


def _from_close_to_close(moves: Moves, days: Days, *, n_groups: int, unit: float) -> dict[str, Any]:
    """Add up movements; all that came before the first period is a period of its own, which is left out."""
    n_periods = len(days.starts) + 1
    sums = sums_of_moves(moves, moves.step, n_groups=n_groups, n_periods=n_periods, unit=unit)
    return {str(name): column.to_numpy().reshape(n_groups, -1)[:, 1:] for name, column in sums.items()}


def _day_by_day(moves: Moves, days: Days, *, n_groups: int) -> dict[str, Floats]:
    """Count who leaves and who joins on some day, even if they come back or leave within the period."""
    n_days = int(days.closes[-1] - days.starts[0]) + 2
    cell = moves.group * n_days + moves.step

    def by_day(values: Any) -> Floats:
        return np.bincount(cell, values, n_groups * n_days).astype(np.float64).reshape(n_groups, n_days)

    lost = by_day(moves.churned_customers)
    came = by_day(moves.new_customers | moves.reactivated_customers)
    there = (came - lost + by_day(moves.moved_customers)).cumsum(axis=1)[:, :-1]
    lost, joined = lost[:, 1:], (came + by_day(np.maximum(moves.moved_customers, 0)))[:, 1:]
    firsts = days.starts - days.starts[0]
    periods = [slice(first, after) for first, after in zip(firsts, [*firsts[1:], n_days - 1], strict=True)]
    return {
        "lost": np.add.reduceat(lost, firsts, axis=1),
        "joined": np.add.reduceat(joined, firsts, axis=1),
        "daily_churn": np.stack([sum_of_daily_rates(lost[:, days], there[:, days]) for days in periods], axis=1),
    }
