"""The spells of every customer in the states of the relation, from purchase days and the days of a master table."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._calendar import day_number, day_numbers
from crmkit._checks import check_columns, some
from crmkit._frames import (
    AnyFrame,
    collected,
    in_memory,
    open_frame,
    pandas_series,
    same_kind,
    sort_by_day,
)
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit._tables import check_kind, check_same_ids, with_plain_ids
from crmkit.errors import SchemaError
from crmkit.segment._schemes import SCHEMES
from crmkit.segment.relations._rule import NEVER, RelationRule
from crmkit.transactions import checked_transactions, purchase_days, up_to

__all__ = ["BEFORE", "STATES", "Dates", "Spells", "spells_of"]

STATES: Final = tuple(level.code for level in SCHEMES["relation"].all_levels)
"""The states by position."""
BEFORE: Final = -NEVER
"""The number of a day before all that is known."""

_LOYAL, _REPEAT, _ONE_TIME, _LAPSED, _LOST, _TARGET, _POTENTIAL = range(len(STATES))
_Days = npt.NDArray[np.int64]

_NO_MASTER: Final = Message(
    en="{names} name columns of {@customers}, which is not given.",
    zh="{names} 指的是 {@customers} 的列，而后者未给出。",
)
_NO_ID: Final = Message(
    en="{@customers} has {n:,} {n:row|rows} without a customer_id. Drop them.",
    zh="{@customers} 有 {n:,} 行没有 customer_id，请删除这些行。",
)
_TWICE: Final = Message(
    en="{@customers} has ids more than once, such as {ids}. Give one row per customer.",
    zh="{@customers} 中的编号重复出现，例如 {ids}，每位客户只能有一行。",
)
_STRANGERS: Final = Message(
    en="{@customers} lacks customers with a transaction, such as {ids}. Add them.",
    zh="{@customers} 中缺少有交易的客户，例如 {ids}，请补上。",
)
_AFTER_CLOSING: Final = Message(
    en="{where} lies before the last purchase of {n:,} {n:customer|customers}, such as {ids}. Drop the closing day of "
    "accounts that were opened again.",
    zh="{where}早于 {n:,} 位客户的最近一次购买，例如 {ids}。账户若已重新开立，请去掉其关闭日。",
)


class Dates(NamedTuple):
    """Columns of the master table with days: known since, first contacted, closed."""

    known_since: str | None = None
    contacted: str | None = None
    closed: str | None = None


class Spells(NamedTuple):
    """Spells sorted by customer and time, and by customer what the last of them rests on.

    ``who`` is the position among ``ids``; a spell that began before all that is known enters on `BEFORE`, and one that
    lasts is left `NEVER`. ``n_days`` are purchase days, 0 without one, where the last day and the gap mean nothing.
    """

    ids: pd.Series[Any]
    who: _Days
    state: npt.NDArray[np.int8]
    entered: _Days
    left: _Days
    n_days: _Days
    last: _Days
    typical_gap: Floats


def spells_of(
    transactions: IntoFrame,
    *,
    rule: RelationRule,
    as_of: datetime,
    customers: IntoFrame | None,
    dates: Dates,
) -> Spells:
    """Work out the spells up to the end of a day, from what is known by then."""
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    rows = up_to(checked_transactions(transactions), as_of, name="as_of")
    bought = purchase_days(rows)
    if customers is None:
        if given := [name for name in dates if name is not None]:
            raise ValueError(_NO_MASTER(names=given))
        ids, known, contacted, closed = _without_master(rows, bought)
    else:
        ids, known, contacted, closed = _from_master(customers, rows, dates, today=today)
    who = _positions(bought["customer_id"], ids)
    days = bought["day"].to_numpy(dtype=np.int64)
    order = sort_by_day(who, days)
    who, days = who[order], days[order]
    fresh = np.append(True, (who[1:] != who[:-1]) | (days[1:] != days[:-1]))[: len(who)]
    return _spells(ids, who[fresh], days[fresh], known, contacted, closed, rule=rule, today=today, dates=dates)


def _spells(
    ids: pd.Series[Any],
    who: _Days,
    days: _Days,
    known: _Days,
    contacted: _Days,
    closed: _Days,
    *,
    rule: RelationRule,
    today: int,
    dates: Dates,
) -> Spells:
    n = len(ids)
    n_days = np.bincount(who, minlength=n).astype(np.int64)
    first, last = np.full(n, NEVER), np.full(n, BEFORE)
    first[who[::-1]] = days[::-1]
    last[who] = days
    late = np.flatnonzero(last > closed)
    if late.size:
        where = Column("customers", dates.closed or "")
        raise SchemaError(_AFTER_CLOSING(where=where, n=late.size, ids=some(ids.iloc[late].tolist())))
    starts = np.cumsum(n_days) - n_days
    rank = np.arange(len(who)) - starts[who]
    typical = rule.typical_gap(rank.astype(np.float64), (days - first[who]).astype(np.float64))
    following = np.full(len(who), NEVER)
    same = who[1:] == who[:-1]
    following[:-1][same] = days[1:][same]
    lapses, is_lost = rule.lapses(days, typical), rule.is_lost(days, typical)
    active = np.where(rank == 0, _ONE_TIME, np.where(rank + 1 >= rule.loyal_from, _LOYAL, _REPEAT))
    lapsing = lapses < np.minimum(following, is_lost)
    losing = is_lost < following
    everybody = np.arange(n)
    # A prospect is a target until the first contact, then potential until the first order.
    targeted = known < np.minimum(contacted, first)
    prospect = np.maximum(known, contacted)
    waiting = prospect < first
    # An account that was closed before it was known is lost from the day it was known.
    ending = np.maximum(closed, np.minimum(known, first))
    ended = ending <= today
    events = [
        (who, days, active),
        (who[lapsing], lapses[lapsing], np.full(int(lapsing.sum()), _LAPSED)),
        (who[losing], is_lost[losing], np.full(int(losing.sum()), _LOST)),
        (everybody[targeted], known[targeted], np.full(int(targeted.sum()), _TARGET)),
        (everybody[waiting], prospect[waiting], np.full(int(waiting.sum()), _POTENTIAL)),
    ]
    whose, start, state = (np.concatenate(parts) for parts in zip(*events, strict=True))
    counts = (start <= today) & (start < closed[whose])
    whose = np.concatenate([whose[counts], everybody[ended]])
    start = np.concatenate([start[counts], ending[ended]])
    state = np.concatenate([state[counts], np.full(int(ended.sum()), _LOST)]).astype(np.int8)
    # What began before everything stands a day before the first of all days.
    dated = start > BEFORE
    earliest = int(start[dated].min(initial=today)) - 1
    order = sort_by_day(whose, np.where(dated, start, earliest))
    whose, start, state = whose[order], start[order], state[order]
    changes = np.append(True, (whose[1:] != whose[:-1]) | (state[1:] != state[:-1]))[: len(whose)]
    whose, start, state = whose[changes], start[changes], state[changes]
    left = np.full(len(whose), NEVER)
    goes_on = whose[1:] == whose[:-1]
    left[:-1][goes_on] = start[1:][goes_on]
    gap = rule.typical_gap(np.maximum(n_days - 1.0, 0.0), np.where(n_days > 0, last - first, 0).astype(np.float64))
    return Spells(ids, whose, state, start, left, n_days, last, gap)


def _positions(buyers: pd.Series[Any], ids: pd.Series[Any]) -> _Days:
    """Where the ids of purchases, which come customer by customer, stand among all ids."""
    values = buyers.to_numpy()
    begins = np.append(True, values[1:] != values[:-1])[: len(values)]
    places = pd.Index(ids).get_indexer(pd.Index(buyers[begins]))
    if (places < 0).any():
        raise SchemaError(_STRANGERS(ids=some(sorted(values[begins][places < 0].tolist(), key=str))))
    return np.asarray(places[np.cumsum(begins) - 1], dtype=np.int64)


def _without_master(rows: AnyFrame, bought: pd.DataFrame) -> tuple[pd.Series[Any], _Days, _Days, _Days]:
    """Everybody with a transaction; who has only refunds by a day is known from the first, without an order."""
    back = rows.filter(nw.col("n_orders") <= 0).group_by("customer_id").agg(nw.col("date").min())
    found = collected(back)
    refunded = pd.Series(pandas_series(found["customer_id"]).array)
    since = day_numbers(found["date"].to_numpy()) if len(found) else np.zeros(0, dtype=np.int64)
    buyers = bought["customer_id"]
    names = pd.concat([buyers.drop_duplicates(), refunded], ignore_index=True).drop_duplicates()
    names = names.sort_values(ignore_index=True)
    known = np.full(len(names), NEVER)
    known[pd.Index(names).get_indexer(pd.Index(refunded))] = since
    nothing = np.full(len(names), BEFORE)
    return names, known, nothing, np.full(len(names), NEVER)


def _from_master(
    customers: IntoFrame, rows: AnyFrame, dates: Dates, *, today: int
) -> tuple[pd.Series[Any], _Days, _Days, _Days]:
    """Everybody in the master table, and the days that it tells; what is after today has not come."""
    master = in_memory(open_frame(customers, name="customers"))
    same_kind(rows, master, names=("transactions", "customers"))
    columns = list(dict.fromkeys(name for name in dates if name is not None))
    check_columns(master.collect_schema(), ["customer_id", *columns], name="customers", made_by="as_customers")
    master = with_plain_ids(clean_ids(master, "customer_id", where=Column("customers", "customer_id")))
    check_same_ids(master, rows)
    for name in columns:
        if master.collect_schema()[name] == nw.Unknown:
            # Polars does not know what it is that is missing throughout.
            master = master.with_columns(nw.lit(None).cast(nw.Datetime("us")).alias(name))
        check_kind(master, name, "day", where=Column("customers", name), made_by="pandas.to_datetime")
    # As numbers, which every engine hands out alike.
    read = collected(
        master.select("customer_id", *(day_number(nw.col(name)).cast(nw.Float64).alias(name) for name in columns))
    )
    ids = pd.Series(pandas_series(read["customer_id"]).array)
    if ids.isna().any():
        raise SchemaError(_NO_ID(n=int(ids.isna().sum())))
    if ids.duplicated().any():
        raise SchemaError(_TWICE(ids=some(sorted(set(ids[ids.duplicated()].tolist()), key=str))))

    def days(column: str | None, *, without: int, missing: int) -> _Days:
        if column is None:
            return np.full(len(ids), without)
        values = pandas_series(read[column]).to_numpy(dtype=np.float64, na_value=np.nan)
        found = np.where(np.isnan(values), missing, np.nan_to_num(values)).astype(np.int64)
        return np.where(found > today, NEVER, found)

    # Purchases are looked up later; who has only refunds must be there too.
    back = collected(rows.filter(nw.col("n_orders") <= 0).select("customer_id").unique())
    refunded = pd.Series(pandas_series(back["customer_id"]).array)
    strangers = refunded[pd.Index(ids).get_indexer(pd.Index(refunded)) < 0]
    if len(strangers):
        raise SchemaError(_STRANGERS(ids=some(sorted(strangers.tolist(), key=str))))
    known = days(dates.known_since, without=BEFORE, missing=BEFORE)
    contacted = days(dates.contacted, without=BEFORE, missing=NEVER)
    return ids, known, contacted, days(dates.closed, without=NEVER, missing=NEVER)
