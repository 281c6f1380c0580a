"""Spells of customers: what their subscriptions make together, from the first day paid to the loss."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers, next_day
from crmkit._frames import midnight, to_pandas
from crmkit._tables import SUBSCRIPTIONS, open_table

__all__ = ["NEVER", "CustomerSpells", "customer_spells", "spell_rows"]

_Ints = npt.NDArray[np.int64]

_READ: Final = ("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial")
# After the year 2099, the last that is read; customers are this far apart where their spells are laid end to end.
NEVER: Final = 1_000_000
_APART: Final = 4 * NEVER


class CustomerSpells(NamedTuple):
    """Spells of customers, one after another: whose each is, its first day and the first day no longer served.

    The customer is the code of the rows; ``end`` is ``NEVER`` while the spell runs. The rows are those with which it
    begins and ends.
    """

    customer: _Ints
    start: _Ints
    end: _Ints
    first_row: _Ints
    last_row: _Ints


def spell_rows(subscriptions: Any, day: datetime, *, also: Sequence[str] = ()) -> pd.DataFrame:
    """Bring the spells that begin by a day into memory, those of a customer together and by time."""
    table = open_table(subscriptions, SUBSCRIPTIONS, columns=_READ, also=also)
    table = table.filter(nw.col("start") < midnight(next_day(day), of=table))
    rows = to_pandas(table.select(*dict.fromkeys((*_READ, *also))))
    rows["code"] = pd.factorize(rows["customer_id"], sort=True)[0]
    return rows.sort_values(["code", "start"], kind="stable", ignore_index=True)


def customer_spells(rows: pd.DataFrame, *, day: datetime, gap: int) -> CustomerSpells:
    """Join what a customer has at the same time, or after a gap that is allowed."""
    code = rows["code"].to_numpy(dtype=np.int64)
    start, end, known = (_days(rows[name]) for name in ("start", "end", "end_known"))
    # An end that became known after the day does not exist yet, unless something of the same subscription follows.
    unknown = (known > _number(day)) & (known < NEVER)
    end = np.where(unknown, np.maximum(_following(rows, start), end), end)
    pays = (rows["mrr"].to_numpy(dtype=np.float64) > 0) & ~rows["trial"].to_numpy(dtype=bool) & (end > start)
    first_paid = np.full(code.max(initial=-1) + 1, NEVER, dtype=np.int64)
    np.minimum.at(first_paid, code[pays], start[pays])
    # What served no day, or was over before the first day paid, is no time as a customer.
    at = np.flatnonzero((end > start) & (end > first_paid[code]))
    code, start, end = code[at], np.maximum(start, first_paid[code])[at], end[at]
    until = np.maximum.accumulate(code * _APART + end) if at.size else code
    begins = np.flatnonzero(np.append(True, code[1:] * _APART + start[1:] > until[:-1] + gap)[: len(at)])
    final = np.append(begins[1:], len(at)) - 1 if at.size else begins
    ends = until[final] - code[final] * _APART if at.size else begins
    return CustomerSpells(code[begins], start[begins], ends, at[begins], _last_rows(at, end, begins, final))


def _following(rows: pd.DataFrame, start: _Ints) -> _Ints:
    """The first day of the next spell of the same subscription, ``NEVER`` for the last."""
    who = rows.groupby(["customer_id", "subscription_id"], sort=False, observed=True).ngroup().to_numpy()
    order = np.lexsort((start, who))
    following = np.full(len(rows), NEVER, dtype=np.int64)
    same = who[order][1:] == who[order][:-1]
    following[order[:-1][same]] = start[order[1:][same]]
    return following


def _last_rows(at: _Ints, end: _Ints, begins: _Ints, final: _Ints) -> _Ints:
    """The row with which each spell ends: of those that end together the last."""
    spell = np.repeat(np.arange(len(begins)), final - begins + 1)
    order = np.lexsort((np.arange(len(at)), end, spell))
    return at[order[final]] if at.size else at


def _days(dates: pd.Series[Any]) -> _Ints:
    """Days since 1970, ``NEVER`` where missing."""
    values = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), NEVER, day_numbers(values))


def _number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
