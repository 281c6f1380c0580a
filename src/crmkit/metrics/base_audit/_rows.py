"""The activity table as the lenses read it."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._calendar import next_day
from crmkit._calendars import Calendar
from crmkit._checks import Day, as_day, check_money
from crmkit._frames import AnyFrame, midnight, open_frame, to_pandas, without_nan
from crmkit._messages import Column, Message
from crmkit._tables import ACTIVITY, open_table
from crmkit.errors import SchemaError

__all__ = ["BEFORE", "ActivityRows", "activity_rows"]

BEFORE: Final = "before"
"""The cohort of customers acquired before the data."""

_NEEDED: Final = ("customer_id", "period", "n_orders", "amount")
_KNOWN: Final = {"spend": "n_spend", "profit": "n_profit"}

_NOBODY: Final = Message(
    en="{@activity} has no rows up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d}，{@activity} 没有任何行。请给出更晚的 {@as_of}。",
)
_OTHER_PERIODS: Final = Message(
    en="{@activity} has a period that starts on {day:%Y-%m-%d}, but no period of {periods} starts there. Pass "
    "what the table was made with.",
    zh="{@activity} 中有一期从 {day:%Y-%m-%d} 开始，与 {periods} 的期间不符。请传入生成该表时所用的值。",
)
_HOLES: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Fill them with 0 where nothing was bought, or drop them.",
    zh="{where}有 {n:,} 行缺失。没有购买的请填 0，其余请删除。",
)


class ActivityRows(NamedTuple):
    """Activity up to a day.

    Attributes
    ----------
    frame : frame of any kind
        ``customer_id``; ``period``; ``number``, that of the period; ``n_orders``; ``spend``; ``profit`` where known;
        ``cohort`` where known, as text.
    periods : Calendar
        The periods that it is divided into.
    last_day : datetime
        The last day that counts.
    numbers : array of int
        The periods that have rows, sorted.
    """

    frame: AnyFrame
    periods: Calendar
    last_day: datetime
    numbers: npt.NDArray[np.int64]

    @property
    def measures(self) -> tuple[str, ...]:
        """What is added up: orders, spend and, where it is known, profit."""
        names = self.frame.collect_schema().names()
        return ("n_orders", "spend", "profit") if "profit" in names else ("n_orders", "spend")

    @property
    def has_cohort(self) -> bool:
        """Whether the table says when customers were acquired; otherwise their first order does."""
        return "cohort" in self.frame.collect_schema().names()

    @property
    def last_over(self) -> int:
        """The number of the last period that is over."""
        return self.periods.last_over(self.last_day)

    def days(self, numbers: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """The first days of periods."""
        codes, found = np.unique(np.asarray(numbers, dtype=np.int64), return_inverse=True)
        starts = self.periods.first_days(codes.tolist())
        return starts[found]


def activity_rows(activity: object, *, as_of: Day, periods: Calendar) -> ActivityRows:
    """Open an activity table and check its periods and its money."""
    day = as_day(as_of, name="as_of")
    names = open_frame(activity, name="activity").collect_schema().names()
    rows = open_table(activity, ACTIVITY, columns=[*_NEEDED, *(name for name in ("profit",) if name in names)])
    rows = rows.filter(nw.col("period") < midnight(next_day(day), of=rows))
    columns = {
        "customer_id": nw.col("customer_id"),
        "period": nw.col("period"),
        "n_orders": nw.col("n_orders").cast(nw.Int64),
        "spend": nw.col("amount").cast(nw.Float64),
    }
    if "profit" in names:
        columns["profit"] = nw.col("profit").cast(nw.Float64)
    if "cohort" in names:
        columns["cohort"] = _as_text(rows)
    frame = periods.numbered(without_nan(rows.select(**columns)), "period", into="number")
    return ActivityRows(frame, periods, day, _numbers(frame, periods, day))


def _as_text(rows: AnyFrame) -> nw.Expr:
    """The cohorts as the door writes them, whatever type they came in."""
    kind = rows.collect_schema()["cohort"]
    cohort = nw.col("cohort")
    text = cohort.dt.to_string("%Y-%m-%d") if kind.is_temporal() else cohort.cast(nw.String)
    return text.fill_null(BEFORE)


def _numbers(frame: AnyFrame, periods: Calendar, day: datetime) -> npt.NDArray[np.int64]:
    """The numbers of the periods with rows; refuse those of another length, and holes in the money."""
    counted = {n: name for name, n in _KNOWN.items() if name in frame.collect_schema().names()}
    found = to_pandas(
        frame.group_by("number").agg(
            nw.len().alias("n"),
            nw.col("period").min().alias("first"),
            nw.col("period").max().alias("last"),
            *(nw.col(name).count().alias(n) for n, name in counted.items()),
        )
    ).sort_values("number")
    if found.empty:
        raise SchemaError(_NOBODY(day=day))
    for row in found.to_dict("records"):
        start = periods.first_day(int(row["number"]))
        if row["first"] != start or row["last"] != start:
            raise SchemaError(_OTHER_PERIODS(day=row["last"], periods=periods.argument))
    for n, name in counted.items():
        where = Column("activity", "amount" if name == "spend" else name)
        lacking = int(found["n"].sum() - found[n].sum())
        check_money(np.where(found[n] > 0, 0.0, np.nan), where=where)
        if lacking:
            raise SchemaError(_HOLES(where=where, n=lacking))
    return found["number"].to_numpy(dtype=np.int64)
