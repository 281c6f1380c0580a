"""What each customer did before and after, and the sums of squares and products of that over customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendars import Calendar
from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, flag, join_frames, same_kind, to_pandas
from crmkit._messages import Message
from crmkit._stats import PairedCounts
from crmkit._tables import ACTIVITY, open_columns, open_table
from crmkit.errors import SchemaError

__all__ = ["Pair", "PairSums", "Windows", "pair_sums"]

_SIDES: Final = ("after", "before")
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


class Pair(NamedTuple):
    """A mean or a ratio of sums after and before, the variances and the covariance of what it is the mean of.

    ``changed`` customers did not have the same in both. All ``nan`` where something is not known, or not defined.
    """

    value: float
    other: float
    variance: float
    other_variance: float
    covariance: float
    changed: float


class PairSums(NamedTuple):
    """The customers, how many were active after, before, both times and never, and the pair of each measure."""

    n: int
    active: PairedCounts
    pairs: dict[str, Pair]


def pair_sums(
    activity: Any,
    windows: Windows,
    *,
    periods: Calendar,
    customers: Any,
    means: Mapping[str, str],
    ratios: Mapping[str, tuple[str, str]],
) -> PairSums:
    """Add up what the customers did in both windows; measures of profit only where there is a column of it."""
    rows = open_table(activity, ACTIVITY)
    quantities = [name for name, column in _COLUMNS.items() if column in rows.collect_schema()]
    per_customer = _chosen(_per_customer(rows, windows, quantities, periods), customers)
    columns = [f"{name}_{side}" for name in (*quantities, "active") for side in _SIDES]
    together = nw.col("active_after") * nw.col("active_before")
    # Counted after it stands as a column: PyArrow sums no expressions.
    counted = per_customer.with_columns(n=flag(~nw.col("customer_id").is_null()), both=together)
    summed = collected(counted.select(nw.col("n", "both", *columns, *(f"unknown_{name}" for name in quantities)).sum()))
    sums = {name: float(summed[name][0] or 0) for name in summed.columns}
    n = sums["n"]
    only, other_only = (sums[f"active_{side}"] - sums["both"] for side in _SIDES)
    counts = (sums["both"], only, other_only, n - sums["both"] - only - other_only)
    active = PairedCounts(*(np.array([each]) for each in counts))
    known = [name for name in ("active", *quantities) if not sums.get(f"unknown_{name}", 0)]
    parts = {name: (above, None) for name, above in means.items() if above in quantities} | dict(ratios)
    terms = {
        name: pair
        for name, pair in parts.items()
        if n > 1 and all(each in known for each in pair if each is not None) and _is_defined(pair, sums)
    }
    found = dict.fromkeys(parts, Pair(*[np.nan] * len(Pair._fields)))
    found |= _pairs(per_customer, terms, sums, n) if terms else {}
    return PairSums(int(n), active, found)


def _per_customer(rows: AnyFrame, windows: Windows, quantities: list[str], periods: Calendar) -> AnyFrame:
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
                for side in _SIDES
            },
            **{
                f"unknown_{name}": flag((inside["before"] | inside["after"]) & nw.col(_COLUMNS[name]).is_null())
                for name in quantities
            },
            acquired=flag(acquired),
        )
    )
    summed = [
        *(f"{name}_{side}" for name in quantities for side in _SIDES),
        *(f"unknown_{name}" for name in quantities),
    ]
    done = marked.group_by("customer_id").agg(nw.col(*summed, "acquired").sum())
    return done.with_columns(**{f"active_{side}": flag(nw.col(f"orders_{side}") > 0) for side in _SIDES})


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


def _is_defined(pair: tuple[str, str | None], sums: Mapping[str, float]) -> bool:
    return pair[1] is None or all(sums[f"{pair[1]}_{side}"] > 0 for side in _SIDES)


def _pairs(
    per_customer: AnyFrame, terms: Mapping[str, tuple[str, str | None]], sums: Mapping[str, float], n: float
) -> dict[str, Pair]:
    """The moments of each measure: a second pass, so that nothing large is subtracted from what is as large."""
    values = {
        (name, side): sums[f"{above}_{side}"] / (n if below is None else sums[f"{below}_{side}"])
        for name, (above, below) in terms.items()
        for side in _SIDES
    }
    linear = {}
    for name, (above, below) in terms.items():
        for side in _SIDES:
            if below is None:
                term = nw.col(f"{above}_{side}") - values[name, side]
            else:
                rest = nw.col(f"{above}_{side}") - nw.col(f"{below}_{side}") * values[name, side]
                term = rest * (n / sums[f"{below}_{side}"])
            linear[f"{name}_{side}"] = term
        differs = nw.col(f"{above}_after") != nw.col(f"{above}_before")
        if below is not None:
            differs = differs | (nw.col(f"{below}_after") != nw.col(f"{below}_before"))
        linear[f"{name}_changed"] = flag(differs)
    squares: dict[str, Any] = {}
    for name in terms:
        after, before = nw.col(f"{name}_after"), nw.col(f"{name}_before")
        squares |= {f"{name}_aa": after * after, f"{name}_bb": before * before, f"{name}_ab": after * before}
    laid = per_customer.select(**linear).with_columns(**squares)
    wanted = [f"{name}_{what}" for name in terms for what in ("aa", "bb", "ab", "changed")]
    summed = collected(laid.select(nw.col(*wanted).sum()))
    found = {}
    for name in terms:
        aa, bb, ab, changed = (float(summed[f"{name}_{what}"][0] or 0) for what in ("aa", "bb", "ab", "changed"))
        moments = (aa / (n - 1), bb / (n - 1), ab / (n - 1))
        found[name] = Pair(values[name, "after"], values[name, "before"], *moments, changed)
    return found
