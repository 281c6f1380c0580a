"""A log of points read into arrays: whole units, in the order in which events are booked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import some
from crmkit._frames import collected, pandas_series, sorted_codes
from crmkit._messages import Column, Message
from crmkit._tables import POINTS, open_table
from crmkit.errors import SchemaError

__all__ = ["ADD", "EXPIRE", "NEVER", "REDEEM", "REVERSE", "TAKE", "Log", "Whole", "read_log", "stamps"]

Whole: TypeAlias = npt.NDArray[np.int64]

# In the order of a day: what adds points comes first, what expires last.
ADD: Final = 0
REDEEM: Final = 1
REVERSE: Final = 2
TAKE: Final = 3
EXPIRE: Final = 4
NEVER: Final = np.iinfo(np.int32).max
"""A day that never comes."""

_CODES: Final = {"earn": ADD, "redeem": REDEEM, "reverse": REVERSE, "adjust": TAKE, "expire": EXPIRE}
_COLUMNS: Final = ("event_id", "customer_id", "date", "kind", "points", "expires", "reverses", "counts_for_level")
_MOST_DECIMALS: Final = 6
# Beyond, floats do not hold every whole number.
_MOST_UNITS: Final = 2**53
_NO_DAY: Final = np.datetime64("NaT", "us")

_UNKNOWN: Final = Message(
    en="{where} holds {kinds}. {@as_points()} makes such tables.",
    zh="{where}含有 {kinds}。可用 {@as_points()} 生成这样的表。",
)
_DECIMALS: Final = Message(
    en="{where} holds {n:,} {n:number|numbers} with more than {most} decimals, first at rows {rows}. Round points to "
    "what the programme books.",
    zh="{where}有 {n:,} 个数超过 {most} 位小数，最先见于行 {rows}。请按计划的记账精度取整。",
)
_TOO_MANY: Final = Message(
    en="{where} adds up to more points than can be counted exactly ({most:,} of the smallest unit). Look for "
    "impossible numbers, or round points.",
    zh="{where}的合计超出可精确计数的范围（最小单位的 {most:,} 倍），请查找不可能的数，或减少小数位数。",
)
_MISSING: Final = Message(
    en="{where} is missing or not finite in {n:,} {n:row|rows}, first at rows {rows}. {@as_points()} makes "
    "such columns.",
    zh="{where}有 {n:,} 行缺失或不是有限的数，最先见于行 {rows}。可用 {@as_points()} 生成这样的列。",
)
_NO_EVENT: Final = Message(
    en="{@points} has no event until {@as_of} {as_of:%Y-%m-%d}.",
    zh="截至 {@as_of} {as_of:%Y-%m-%d}，{@points} 中没有任何事件。",
)


class Log(NamedTuple):
    """The events until a day, sorted by member, day, order in the day, and place in the table given.

    Attributes
    ----------
    ids : Series
        The members' ids, one each, sorted.
    who : array of int
        The member of each event, a position in ``ids``.
    day, kind : array of int
        The day, and what it does: `ADD`, `REDEEM`, `REVERSE`, `TAKE` or `EXPIRE`.
    points : array of int
        Above 0, in units of 1 / ``scale``.
    expires : array of int
        The last day of points with an expiry of their own, else `NEVER`.
    of : array of int
        The event whose earning a reversal takes back, else -1.
    is_earning, counts : array of bool
        Whether it is an earning, and whether it counts for a level.
    event : Series
        The ids of the events.
    scale : int
        Units in a point: 1 where points are whole.
    """

    ids: pd.Series[Any]
    who: Whole
    day: Whole
    kind: Whole
    points: Whole
    expires: Whole
    of: Whole
    is_earning: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]
    event: pd.Series[Any]
    scale: int

    @property
    def n_members(self) -> int:
        """How many members there are."""
        return len(self.ids)

    def shown(self, units: Any) -> Floats:
        """Units as points."""
        return np.asarray(units, dtype=np.float64) / self.scale

    def only(self, events: npt.NDArray[np.bool_]) -> Log:
        """Leave out all but some events; reversals of an earning that is left out take any points there are."""
        at = np.flatnonzero(events)
        place = np.full(len(events) + 1, -1, dtype=np.int64)
        place[at] = np.arange(len(at))
        arrays = ("who", "day", "kind", "points", "expires", "is_earning", "counts")
        return self._replace(
            **{name: getattr(self, name)[at] for name in arrays},
            of=place[self.of[at]],
            event=self.event.iloc[at].reset_index(drop=True),
        )

    def by_member(self, who: Whole, units: Whole) -> Whole:
        """Units added up by member."""
        return np.bincount(who, weights=units, minlength=self.n_members).astype(np.int64)


def read_log(points: object, *, as_of: datetime) -> Log:
    """Read the events until the end of a day; members without one by then are not in it."""
    table = open_table(points, POINTS).select(*_COLUMNS)
    rows = collected(table)
    if isinstance(table, nw.LazyFrame):
        # The rows of an engine have no order of their own.
        rows = rows.sort("event_id")
    day = _days(rows["date"])
    amount = pandas_series(rows["points"]).to_numpy(dtype=np.float64, na_value=np.nan)
    for name, wrong in (("date", day == NEVER), ("points", ~np.isfinite(amount))):
        if wrong.any():
            at = np.flatnonzero(wrong)
            raise SchemaError(_MISSING(where=Column("points", name), n=at.size, rows=some(at.tolist())))
    units, scale = _in_units(amount)
    words = pandas_series(rows["kind"]).astype(object)
    kind = words.map(_CODES).to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(kind).any():
        raise SchemaError(_UNKNOWN(where=Column("points", "kind"), kinds=some(words[np.isnan(kind)].unique())))
    does = np.where((kind == TAKE) & (units > 0), ADD, kind).astype(np.int64)
    seen = np.flatnonzero(day <= int(day_numbers(np.array([as_of], dtype="datetime64[us]"))[0]))
    if not seen.size:
        raise SchemaError(_NO_EVENT(as_of=as_of))
    who = sorted_codes(rows["customer_id"][seen])
    order = np.lexsort((does[seen], day[seen], who))
    who, at = who[order], seen[order]
    first = np.flatnonzero(np.append(True, who[1:] != who[:-1])[: len(who)])
    reverses = _positions(rows, at) if (does == REVERSE).any() else np.full(len(at), -1, dtype=np.int64)
    counts = pandas_series(rows["counts_for_level"]).to_numpy(dtype=np.float64, na_value=np.nan)
    return Log(
        ids=_taken(rows["customer_id"], at[first]),
        who=who,
        day=day[at],
        kind=does[at],
        points=np.abs(units[at]),
        expires=_days(rows["expires"])[at],
        of=reverses,
        is_earning=(kind == ADD)[at],
        counts=(counts == 1)[at],
        event=_taken(rows["event_id"], at),
        scale=scale,
    )


def stamps(days: Whole) -> npt.NDArray[np.datetime64]:
    """Days as midnights, missing where they never come."""
    known = days != NEVER
    return np.where(known, np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[us]"), _NO_DAY)


def _taken(series: nw.Series[Any], at: npt.NDArray[np.intp]) -> pd.Series[Any]:
    return pandas_series(series).iloc[at].reset_index(drop=True)


def _days(series: nw.Series[Any]) -> Whole:
    days = pandas_series(series).to_numpy(dtype="datetime64[us]", na_value=_NO_DAY)
    missing = np.isnat(days)
    return np.where(missing, NEVER, day_numbers(np.where(missing, np.datetime64(0, "us"), days)))


def _in_units(amount: Floats) -> tuple[Whole, int]:
    """Points as whole numbers of the largest unit that all of them are multiples of: 1, a tenth and so on."""
    where = Column("points", "points")
    whole = _summed(amount)
    for decimals in range(_MOST_DECIMALS + 1):
        scale = 10**decimals
        if whole * scale >= _MOST_UNITS:
            raise SchemaError(_TOO_MANY(where=where, most=_MOST_UNITS))
        scaled = amount * scale
        units = np.rint(scaled)
        # A number of so many decimals may be off by the last bits of its float.
        odd = np.abs(scaled - units) > 1e-9 * np.maximum(np.abs(scaled), 1e-3)
        if not odd.any():
            return units.astype(np.int64), scale
    at = np.flatnonzero(odd)
    raise SchemaError(_DECIMALS(where=where, n=at.size, most=_MOST_DECIMALS, rows=some(at.tolist())))


def _positions(rows: nw.DataFrame[Any], at: npt.NDArray[np.intp]) -> Whole:
    """Where the event stands that each names in ``reverses``; -1 where it names none."""
    named = rows["reverses"]
    found = np.full(len(at), -1, dtype=np.int64)
    if named.null_count() == len(named):
        return found
    ids, reverses = (pandas_series(rows[name]).iloc[at].reset_index(drop=True) for name in ("event_id", "reverses"))
    given = np.flatnonzero(reverses.notna())
    if not given.size:
        return found
    wanted = reverses.iloc[given]
    if pd.api.types.is_integer_dtype(ids.dtype):
        wanted = wanted.astype("int64")
    found[given] = pd.Index(ids).get_indexer(pd.Index(wanted))
    return found


def _summed(amount: Floats) -> float:
    """All points without their signs, infinite where no float holds them."""
    with np.errstate(over="ignore"):
        return float(np.abs(amount).sum())
