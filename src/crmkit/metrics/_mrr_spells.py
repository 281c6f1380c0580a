"""Spells of subscriptions as they are known at the end of a day."""

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
from crmkit._grouping import check_labels
from crmkit._messages import Message
from crmkit._tables import SUBSCRIPTIONS, open_table
from crmkit.errors import SchemaError

__all__ = [
    "NEVER",
    "Flags",
    "Floats",
    "Ints",
    "Spells",
    "begun_by",
    "days_of",
    "following_of",
    "number_of_day",
    "rows_of_spells",
    "run_starts",
    "spells_of",
    "whole_numbers",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_READ: Final = ("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial", "currency")
# After the year 2099, the last that is read.
NEVER: Final = 1_000_000

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

    A trial is worth 0.
    """

    rows: pd.DataFrame
    customer: Ints
    start: Ints
    end: Ints
    amount: Ints
    unit: float
    first_paid: Ints


def rows_of_spells(
    subscriptions: object, *, by: Sequence[str] = (), until: datetime | None = None, also: Sequence[str] = ()
) -> pd.DataFrame:
    """Bring spells into memory, all of them or those begun by a day."""
    read = (*_READ, *also)
    table = open_table(subscriptions, SUBSCRIPTIONS, columns=read, also=by)
    check_labels(table, by, table="subscriptions")
    if until is not None:
        table = table.filter(nw.col("start") < midnight(next_day(until), of=table))
    rows = to_pandas(table.select(*dict.fromkeys((*read, *by)))).reset_index(drop=True)
    codes = rows["currency"].dropna().unique().tolist()
    if len(codes) > 1:
        raise SchemaError(_CURRENCIES(codes=some(sorted(codes))))
    return rows


def begun_by(rows: pd.DataFrame, day: datetime) -> Flags:
    """Which spells begin by a day; raise if none does."""
    begun = (rows["start"] < next_day(day)).to_numpy()
    if not begun.any():
        raise SchemaError(_NO_ROWS(day=day))
    return np.asarray(begun)


def spells_of(rows: pd.DataFrame, day: datetime) -> Spells:
    """Read spells that begin by a day; an end that became known after it does not exist yet."""
    customer = pd.factorize(rows["customer_id"])[0].astype(np.int64)
    start, end, known = (days_of(rows[name]) for name in ("start", "end", "end_known"))
    following = following_of(rows, start, end)
    next_start = np.where(following < 0, NEVER, start[following])
    unknown = (known > number_of_day(day)) & (known < NEVER)
    end = np.where(unknown, next_start, end)
    amount, unit = whole_numbers(np.where(rows["trial"].to_numpy(dtype=bool), 0.0, rows["mrr"].to_numpy(dtype=float)))
    first_paid = np.full(customer.max() + 1, NEVER, dtype=np.int64)
    pays = (amount > 0) & (end > start)
    np.minimum.at(first_paid, customer[pays], start[pays])
    return Spells(rows, customer, start, end, amount, unit, first_paid)


def following_of(rows: pd.DataFrame, start: Ints, end: Ints) -> Ints:
    """The place of the next spell of the same subscription, -1 for the last; raise where it comes before the end."""
    who = rows.groupby(["customer_id", "subscription_id"], sort=False, observed=True).ngroup().to_numpy()
    order = np.lexsort((end, start, who))
    same = who[order][1:] == who[order][:-1]
    following = np.full(len(rows), -1, dtype=np.int64)
    following[order[:-1][same]] = order[1:][same]
    if (wrong := (following >= 0) & (start[following] < end)).any():
        raise SchemaError(_OVERLAP(ids=some(rows.loc[wrong, "subscription_id"].head(6).tolist())))
    return following


def whole_numbers(amounts: Floats) -> tuple[Ints, float]:
    """Money as whole numbers of a unit: they cancel exactly, so nobody expands by the rounding error of a sum."""
    # A power of two: amounts in it are exact until their sum would no longer fit into 62 bits.
    unit = 2.0 ** (62 - max(0, int(np.frexp(amounts.sum() + 1)[1])))
    return np.rint(amounts * unit).astype(np.int64), unit


def days_of(dates: pd.Series[Any]) -> Ints:
    """Days since 1970, ``NEVER`` where missing."""
    values = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), NEVER, day_numbers(values)).astype(np.int64)


def number_of_day(day: datetime) -> int:
    """Days since 1970."""
    return int(day_numbers(np.array([day], dtype="datetime64[us]"))[0])


def run_starts(*keys: Ints) -> Ints:
    """Where a run of equal keys begins; the keys are sorted and may be empty."""
    starts = np.ones(len(keys[0]), dtype=bool)
    starts[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(starts)
