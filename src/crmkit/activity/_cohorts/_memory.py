"""What each cohort did at each age, counted in memory by numbering customers, periods and cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._frames import sorted_codes, starts_of_runs
from crmkit._grouping import Groups
from crmkit.activity._cohorts._rows import Watched

__all__ = ["ages_in_memory", "last_ages_in_memory"]

Ints = npt.NDArray[np.int64]

# A table of all that could be there is kept where it has no more cells than this for each row; else rows are sorted.
_CELLS_PER_ROW: Final = 8


class _Bought(NamedTuple):
    """The customers and the periods in which they bought, sorted by both; periods count from the log's first.

    ``code`` and ``place`` are the customer and the period of each row; ``born`` and ``group`` are of each customer,
    who never bought where ``born`` is ``width``, the number of periods.
    """

    first: int
    width: int
    code: Ints
    place: Ints
    who: Ints
    bought_at: Ints
    born: Ints
    group: Ints


def ages_in_memory(
    watched: Watched, groups: Groups | None, *, sums: Sequence[str] = (), squared: str | None = None
) -> pd.DataFrame:
    """Count as `ages_in_engine` does."""
    rows: Any = watched.rows
    bought = _bought(watched, groups)
    code, place, born = bought.code, bought.place, bought.born
    # A refund may come before the first purchase of the log.
    since: Any = place >= born[code] if sums else np.zeros(len(code), dtype=bool)
    if since.all():
        since = slice(None)
    code, age = code[since], (place - born[code])[since]
    found = [(bought.who, bought.bought_at - born[bought.who]), (code, age)]
    if squared is not None:
        values = rows[squared].to_numpy()[since].astype(np.float64)
        whole, totals = _totals(code * bought.width + age, values, len(born) * bought.width)
        found.append((whole // bought.width, whole % bought.width))
    cells, (counted, at, *ones) = _cells(bought, found)
    cells["n_customers"] = np.bincount(counted, minlength=len(cells))
    for name in sums:
        cells[name] = np.bincount(at, weights=rows[name].to_numpy()[since].astype(np.float64), minlength=len(cells))
    for one in ones:
        cells["squares"] = np.bincount(one, weights=totals**2, minlength=len(cells))
    return cells


def last_ages_in_memory(watched: Watched, groups: Groups | None, *, follow_up: int | None) -> tuple[pd.DataFrame, int]:
    """Count as `last_ages_in_engine` does."""
    bought = _bought(watched, groups)
    last = watched.last_over - bought.first
    if follow_up is None:
        over = bought.born[bought.born < last]
        follow_up = last - int(over.max()) if over.size else 0
    age = bought.bought_at - bought.born[bought.who]
    counts = (bought.born[bought.who] <= last - follow_up) & (age <= follow_up)
    who, age = bought.who[counts], age[counts]
    is_last = np.append(who[1:] != who[:-1], True)[: len(who)]
    cells, (counted,) = _cells(bought, [(who[is_last], age[is_last])])
    return cells.assign(n_customers=np.bincount(counted, minlength=len(cells))), follow_up


def _bought(watched: Watched, groups: Groups | None) -> _Bought:
    rows: Any = watched.rows
    if rows.is_empty():
        none = np.zeros(0, dtype=np.int64)
        return _Bought(watched.last, 1, none, none, none, none, none, none)
    first, place = _places(watched)
    code, width = sorted_codes(rows["customer_id"]), watched.last - first + 1
    n_customers = int(code.max()) + 1
    keys = (code * width + place)[rows["n_orders"].to_numpy() > 0]
    who, bought_at = np.divmod(_distinct(keys, n_customers * width), width)
    born, group = np.full(n_customers, width), np.zeros(n_customers, dtype=np.int64)
    if len(who):
        starts = starts_of_runs(who)
        born[who[starts]] = bought_at[starts]
    if groups is not None:
        group[code] = groups.of_ids(rows["customer_id"])
    return _Bought(first, width, code, place, who, bought_at, born, group)


def _places(watched: Watched) -> tuple[int, Ints]:
    """The number of the first period, and how many periods later each row lies."""
    rows: Any = watched.rows
    days = day_numbers(rows[watched.day].to_numpy())
    earliest, latest = int(days.min()), int(days.max())
    first = watched.periods.number_of(datetime(1970, 1, 1) + timedelta(days=earliest))
    starts = day_numbers(watched.periods.first_days(range(first, watched.last + 1)))
    of_day = np.searchsorted(starts, np.arange(earliest, latest + 1), side="right")
    return first, (of_day - 1)[days - earliest]


def _distinct(keys: Ints, n: int) -> Ints:
    """The different keys below ``n``, sorted."""
    if n > _CELLS_PER_ROW * len(keys):
        return np.unique(keys)
    seen = np.zeros(n, dtype=bool)
    seen[keys] = True
    return np.flatnonzero(seen)


def _totals(keys: Ints, values: Floats, n: int) -> tuple[Ints, Floats]:
    """The different keys below ``n`` whose values do not sum to 0, and their sums."""
    if n > _CELLS_PER_ROW * len(keys):
        place, different = pd.factorize(keys)
        return np.asarray(different), np.asarray(np.bincount(place, weights=values), dtype=np.float64)
    totals = np.asarray(np.bincount(keys, weights=values, minlength=n), dtype=np.float64)
    different = np.flatnonzero(totals)
    return different, totals[different]


def _cells(bought: _Bought, found: Sequence[tuple[Ints, Ints]]) -> tuple[pd.DataFrame, list[Any]]:
    """The group, the cohort and the age of each cell; and the cells of customers at ages."""
    width = bought.width
    of_customer = (bought.group * (width + 1) + bought.born) * width
    keys = [of_customer[code] + age for code, age in found]
    n = (int(bought.group.max(initial=0)) + 1) * (width + 1) * width
    cells = np.unique(np.concatenate([_distinct(each, n) for each in keys]))
    of_cell = {"group": cells // (width * (width + 1)), "born": cells // width % (width + 1) + bought.first}
    table = pd.DataFrame({**of_cell, "age": cells % width})
    if n > _CELLS_PER_ROW * len(bought.code):
        return table, [np.searchsorted(cells, key) for key in keys]
    place = np.zeros(n, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    return table, [place[key] for key in keys]
