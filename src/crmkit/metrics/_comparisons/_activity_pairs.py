"""What each customer did before and after, from the activity table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendars import Calendar
from crmkit._checks import some
from crmkit._frames import AnyFrame, flag, join_frames, same_kind, to_pandas
from crmkit._messages import Message
from crmkit._stats import PairedCounts
from crmkit._tables import ACTIVITY, open_columns, open_table
from crmkit.errors import SchemaError
from crmkit.metrics._comparisons._pairs import SIDES, Pair, paired

__all__ = ["Windows", "activity_pairs"]

_COLUMNS: Final = {"orders": "n_orders", "spend": "amount", "profit": "profit"}
_BEFORE_THE_DATA: Final = "before"
_SHOWN: Final = 5

_TWICE: Final = Message(
    en="{@customers} has customers more than once: {ids}. Leave one row of each.",
    zh="{@customers} 中有重复的客户：{ids}。请各留一行。",
)
_OTHER_IDS: Final = Message(
    en="{@customers} has {got} as customer_id, {@activity} has {wanted}. Convert one of them, or no customer is found.",
    zh="{@customers} 的 customer_id 为 {got}，而 {@activity} 为 {wanted}。请统一类型，否则无法匹配客户。",
)


class Windows(NamedTuple):
    """The numbers of the first and last period of both windows, and the first day of the first."""

    before_first: int
    before_last: int
    after_first: int
    after_last: int
    first_day: datetime


def activity_pairs(
    activity: Any,
    windows: Windows,
    periods: Calendar,
    *,
    customers: Any,
    means: Mapping[str, str],
    ratios: Mapping[str, tuple[str, str]],
) -> tuple[PairedCounts, dict[str, Pair]]:
    """Count who was active, and add up the measures of the customers in both windows.

    Measures of profit are left out where there is no column of it; what is not known throughout is ``nan``.
    """
    rows = open_table(activity, ACTIVITY)
    there = [name for name, column in _COLUMNS.items() if column in rows.collect_schema()]
    chosen = _chosen(_per_customer(rows, windows, there, periods), customers)
    measures: dict[str, tuple[str, str | None]] = {
        name: (above, None) for name, above in means.items() if above in there
    }
    measures |= ratios
    found = paired(chosen, rates=["active"], measures=measures, also=[f"unknown_{name}" for name in there])
    unknown = {name for name in there if found.sums[f"unknown_{name}"]}
    pairs = {
        name: pair._replace(**dict.fromkeys(Pair._fields[1:], np.nan)) if unknown.intersection(measures[name]) else pair
        for name, pair in found.pairs.items()
    }
    return found.counts["active"], pairs


def _per_customer(rows: AnyFrame, windows: Windows, quantities: Sequence[str], periods: Calendar) -> AnyFrame:
    """What each customer did in both windows, how often that is not known, and whether they bought before."""
    number, bought = nw.col("number"), nw.col("n_orders") > 0
    inside = {
        "before": (number >= windows.before_first) & (number <= windows.before_last),
        "after": (number >= windows.after_first) & (number <= windows.after_last),
    }
    acquired = bought & (number < windows.before_first)
    if "cohort" in rows.collect_schema():
        # The first days of cohorts are texts, which sort as days do.
        cohort = nw.col("cohort")
        acquired = acquired | (cohort == _BEFORE_THE_DATA) | (cohort < f"{windows.first_day:%Y-%m-%d}")
    marked = (
        periods.numbered(rows, "period", into="number")
        .with_columns(
            **{_COLUMNS[name]: nw.col(_COLUMNS[name]).cast(nw.Float64).fill_nan(None) for name in quantities},
        )
        .with_columns(
            **{
                f"{name}_{side}": nw.when(inside[side])
                .then(nw.col(_COLUMNS[name]).fill_null(0.0))
                .otherwise(nw.lit(0.0))
                for name in quantities
                for side in SIDES
            },
            **{
                f"unknown_{name}": flag((inside["before"] | inside["after"]) & nw.col(_COLUMNS[name]).is_null())
                for name in quantities
            },
            acquired=flag(acquired),
        )
    )
    summed = [
        *(f"{name}_{side}" for name in quantities for side in SIDES),
        *(f"unknown_{name}" for name in quantities),
    ]
    done = marked.group_by("customer_id").agg(nw.col(*summed, "acquired").sum())
    return done.with_columns(**{f"active_{side}": flag(nw.col(f"orders_{side}") > 0) for side in SIDES})


def _chosen(per_customer: AnyFrame, customers: Any) -> AnyFrame:
    """Those acquired before, or the customers given, with 0 for those who did nothing."""
    if customers is None:
        return per_customer.filter(nw.col("acquired") > 0)
    ids = open_columns(customers, ["customer_id"], name="customers", made_by="customer_summary")
    same_kind(ids, per_customer, names=("customers", "activity"))
    ids = ids.select("customer_id").filter(~nw.col("customer_id").is_null())
    kinds = [frame.collect_schema()["customer_id"] for frame in (ids, per_customer)]
    if nw.Object not in kinds and kinds[0].is_integer() != kinds[1].is_integer():
        raise SchemaError(_OTHER_IDS(got=str(kinds[0]), wanted=str(kinds[1])))
    if kinds[0] != kinds[1] and kinds[1] == nw.String:
        # PyArrow joins no two types of text.
        ids = ids.with_columns(nw.col("customer_id").cast(nw.String))
    counts = ids.group_by("customer_id").agg(nw.len().alias("n_rows")).filter(nw.col("n_rows") > 1)
    if len(twice := to_pandas(counts.head(_SHOWN))):
        raise SchemaError(_TWICE(ids=some(sorted(twice["customer_id"], key=str))))
    joined = join_frames(ids, per_customer, on="customer_id", how="left")
    numbers = [name for name in per_customer.collect_schema().names() if name != "customer_id"]
    return joined.with_columns(nw.col(*numbers).cast(nw.Float64).fill_nan(None).fill_null(0.0))
