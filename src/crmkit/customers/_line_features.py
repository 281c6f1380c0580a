"""What order lines and events say of customers: baskets, times of day, categories, channels; tickets, visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import day_number, next_day
from crmkit._frames import AnyFrame, flag, join_frames, midnight, same_kind
from crmkit._messages import Column, Message
from crmkit._tables import ORDER_LINES, check_kind, check_same_ids, open_columns, open_table, with_plain_ids
from crmkit.errors import SchemaError

__all__ = ["PARTS_OF_DAY", "event_features", "line_features"]

PARTS_OF_DAY: Final = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
"""From which hour to which."""

_OF_LINES: Final = ("customer_id", "order_id", "date", "time", "quantity", "amount")
# In the table of events, or of tickets.
_DATES: Final = ("date", "created")

_NO_DATE: Final = Message(
    en="{@events} has a table {name!r} without a column date (or created, as tickets have); its columns are {columns}. "
    "Rename the one that says when it happened.",
    zh="{@events} 中的表 {name!r} 没有 date 列（工单表为 created），现有的列为 {columns}。"
    "请将表示发生时间的列改为此名。",
)


def line_features(lines: Any, *, beside: AnyFrame, as_of: datetime, labels: Sequence[str]) -> AnyFrame:
    """Describe what each customer bought up to a day, and at what time; lines that went back are left out."""
    rows = open_table(lines, ORDER_LINES, name="order_lines", columns=_OF_LINES, also=labels)
    same_kind(beside, rows, names=("transactions", "order_lines"))
    check_same_ids(rows, beside, names=("order_lines", "transactions"))
    rows = rows.filter(nw.col("date") < midnight(next_day(as_of), of=rows))
    went_back = flag(nw.col("quantity") < 0) + flag(nw.col("amount") < 0)
    rows = rows.filter(went_back == 0)
    found = _baskets(rows)
    for label in labels:
        found = join_frames(found, _favourite(rows, label), on="customer_id", how="left")
    return found


def _baskets(rows: AnyFrame) -> AnyFrame:
    rows = rows.with_columns(nw.lit(1.0).alias("lines"), nw.col("quantity").cast(nw.Float64))
    orders = rows.group_by("customer_id", "order_id").agg(
        nw.col("lines", "quantity").sum(), nw.col("quantity").count().alias("known"), nw.col("time").min()
    )
    # Polars gives such small numbers that they overflow.
    hour, minute, second = (
        part.cast(nw.Int64)
        for part in (nw.col("time").dt.hour(), nw.col("time").dt.minute(), nw.col("time").dt.second())
    )
    # Midnight to the second is how a date without a time is kept.
    seconds = hour * 3600 + minute * 60 + second
    timed = orders.with_columns(
        nw.lit(1.0).alias("orders"),
        flag(seconds > 0).alias("timed"),
        *(flag((seconds > 0) & (hour >= a) & (hour < b)).alias(name) for name, (a, b) in PARTS_OF_DAY.items()),
    )
    sums = timed.group_by("customer_id").agg(
        nw.col("orders", "lines", "quantity", "known", "timed", *PARTS_OF_DAY).sum()
    )
    of_timed = nw.when(nw.col("timed") > 0).then(nw.col("timed").cast(nw.Float64))
    units = nw.when(nw.col("known") > 0).then(nw.col("quantity"))
    return sums.select(
        "customer_id",
        (nw.col("lines") / nw.col("orders")).alias("lines_per_order"),
        (units / nw.col("orders")).alias("units_per_order"),
        *((nw.col(name).cast(nw.Float64) / of_timed).alias(f"{name}_share") for name in PARTS_OF_DAY),
    )


def _favourite(rows: AnyFrame, label: str) -> AnyFrame:
    """How many values of a label a customer has, the most frequent (the first of several), and its share."""
    named = rows.filter(~nw.col(label).is_null()).select("customer_id", nw.col(label).cast(nw.String).alias("value"))
    counts = named.group_by("customer_id", "value").agg(nw.len().alias("n"))
    counts = counts.with_columns(nw.col("n").cast(nw.Float64), nw.lit(1.0).alias("values"))
    best = counts.group_by("customer_id").agg(nw.col("n").max().alias("most"), nw.col("n", "values").sum())
    with_best = join_frames(
        counts.select("customer_id", "value", nw.col("n").alias("own")), best, on="customer_id", how="inner"
    )
    top = with_best.filter(nw.col("own") == nw.col("most")).group_by("customer_id").agg(nw.col("value").min())
    found = join_frames(best, top, on="customer_id", how="left")
    return found.select(
        "customer_id",
        nw.col("values").alias(f"n_{label}"),
        nw.col("value").alias(f"top_{label}"),
        (nw.col("most") / nw.col("n")).alias(f"top_{label}_share"),
    )


def event_features(
    events: Mapping[str, Any], *, beside: AnyFrame, as_of: datetime, windows: Sequence[int]
) -> dict[str, AnyFrame]:
    """Count each customer's events of each kind up to a day, and the days since the last; when they happened alone."""
    return {name: _events(name, table, beside, as_of, windows) for name, table in events.items()}


def _events(name: str, table: Any, beside: AnyFrame, as_of: datetime, windows: Sequence[int]) -> AnyFrame:
    called, by = f"events[{name!r}]", "a table with a row per event"
    rows = open_columns(table, ["customer_id"], name=called, made_by=by)
    same_kind(beside, rows, names=("transactions", called))
    columns = rows.collect_schema().names()
    date = next((each for each in _DATES if each in columns), None)
    if date is None:
        raise SchemaError(_NO_DATE(name=name, columns=columns))
    check_kind(rows, "customer_id", "id", where=Column(called, "customer_id"), made_by=by)
    check_kind(rows, date, "day", where=Column(called, date), made_by=by)
    check_same_ids(rows, beside, names=(called, "transactions"))
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    days = with_plain_ids(rows).select("customer_id", day_number(nw.col(date)).alias("day"))
    days = days.filter(~nw.col("customer_id").is_null(), nw.col("day") <= today)
    counts = {f"n_{name}_{window}d": flag(nw.col("day") > today - window) for window in windows}
    days = days.with_columns(nw.lit(1).alias(f"n_{name}"), *(count.alias(each) for each, count in counts.items()))
    found = days.group_by("customer_id").agg(nw.col(f"n_{name}", *counts).sum(), nw.col("day").max())
    return found.with_columns((today - nw.col("day")).alias(f"days_since_{name}")).drop("day")
