"""How uncertain ratios of money are: drawn with other customers of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._kpi import KpiRow
from crmkit._stats import interval_of_draws, resampled_sums
from crmkit.metrics._mrr_moves import Moves
from crmkit.metrics._mrr_spells import Ints
from crmkit.metrics._mrr_sums import MONEY
from crmkit.metrics._subscription_kpis._rows import ratios_of_money

__all__ = ["with_drawn_intervals"]

_BEFORE: Final = ("mrr_start", "customers_start")
_AFTER: Final = ("mrr", "customers")
_COLUMNS: Final = (*_BEFORE, *_AFTER, *(f"{name}_mrr" for name in MONEY))


def with_drawn_intervals(
    rows: Sequence[KpiRow],
    moves: Sequence[tuple[int, Moves]],
    *,
    unit: float,
    n_periods: int,
    n_draws: int,
    level: float,
    rng: np.random.Generator,
) -> list[KpiRow]:
    """Give the ratios of money among KPIs their intervals.

    ``moves`` are those of the groups, if there are any, and of the whole, after the number of groups.
    """
    found: dict[str, list[Floats]] = {}
    for n_groups, each in moves:
        drawn = _ends(each, n_groups, unit=unit, n_periods=n_periods, n_draws=n_draws, level=level, rng=rng)
        for kpi, both in drawn.items():
            found.setdefault(kpi, []).append(both)
    ends = {kpi: np.concatenate(parts, axis=1) for kpi, parts in found.items()}
    return [row._replace(lower=ends[row.kpi][0], upper=ends[row.kpi][1]) if row.kpi in ends else row for row in rows]


def _ends(
    moves: Moves, n_groups: int, *, unit: float, n_periods: int, n_draws: int, level: float, rng: np.random.Generator
) -> dict[str, Floats]:
    """Both ends by KPI, shape (2, n_cells), group by group; in some groups nobody may move."""
    group = np.zeros(int(moves.unit.max(initial=-1)) + 1, dtype=np.int64)
    group[moves.unit] = moves.group
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    ends: dict[str, Floats] = {}
    for period, customers in enumerate(_by_period(moves, unit=unit, n_periods=n_periods)):
        draws = np.stack(
            [
                resampled_sums(*_distinct(customers[order[first:after]]), n_draws=n_draws, rng=rng)
                for first, after in pairwise(bounds)
            ],
            axis=1,
        )
        sums = {name: draws[:, :, place].ravel() for place, name in enumerate(_COLUMNS)}
        for row in ratios_of_money(sums, level=level):
            values = np.asarray(row.value, dtype=np.float64).reshape(n_draws, n_groups)
            kept = ends.setdefault(row.kpi, np.full((2, n_groups, n_periods), np.nan))
            kept[:, :, period] = interval_of_draws(values, level=level)
    return {kpi: both.reshape(2, -1) for kpi, both in ends.items()}


def _by_period(moves: Moves, *, unit: float, n_periods: int) -> Iterator[Floats]:
    """What each customer pays before and after a period, and how it changes: shape (n_customers, n_columns)."""
    order = np.argsort(moves.step, kind="stable")
    bounds = np.searchsorted(moves.step[order], np.arange(n_periods + 2))
    n_customers = int(moves.unit.max(initial=-1)) + 1
    mrr, there = np.zeros(n_customers, dtype=np.int64), np.zeros(n_customers, dtype=np.int64)
    came = moves.new_customers.astype(np.int64) + moves.reactivated_customers - moves.churned_customers
    came += moves.moved_customers
    for step in range(n_periods + 1):
        now = order[bounds[step] : bounds[step + 1]]
        who: Ints = moves.unit[now]
        columns = {name: np.zeros(n_customers) for name in _COLUMNS}
        columns["mrr_start"], columns["customers_start"] = mrr / unit, there.astype(np.float64)
        mrr[who] += moves.change[now]
        there[who] += came[now]
        columns["mrr"], columns["customers"] = mrr / unit, there.astype(np.float64)
        for name in MONEY:
            columns[f"{name}_mrr"][who] = getattr(moves, name)[now]
        # All that came before the first period is a step of its own.
        if step > 0:
            yield np.column_stack(list(columns.values()))


def _distinct(customers: Floats) -> tuple[Floats, Floats]:
    """The rows that differ, without those of nobody, and how often each is there."""
    customers = customers[customers.any(axis=1)]
    customers = customers[np.lexsort(customers.T)]
    differs = np.append(True, (customers[1:] != customers[:-1]).any(axis=1))[: len(customers)]
    starts = np.flatnonzero(differs)
    return customers[starts], np.diff(np.append(starts, len(customers))).astype(np.float64)
