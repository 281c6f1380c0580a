"""What is counted of the transactions of each period, by expressions that every engine runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import AnyFrame, flag, midnight, to_pandas
from crmkit._grouping import LABEL, Groups
from crmkit._stats import TOP_SHARE, is_in_top, rank_weight
from crmkit.metrics._order_kpis._counts import SUMMED, Counts, counts_of
from crmkit.metrics._order_kpis._periods import LONG_BEFORE, ONE_BEFORE, Periods

__all__ = ["count_in_engine"]

_OF_ALL: Final = {"ranked_of_all": "ranked", "top_of_all": "top"}


def count_in_engine(rows: AnyFrame, periods: Periods, groups: Groups | None, *, count: str) -> Counts:
    """Count transactions that end by the last day of the periods; ``count`` is "orders" or "days"."""
    marked = _marked(rows, periods, count=count)
    done = _of_one(marked) if periods.calendar is None else _of_many(marked)
    if groups is not None:
        done = groups.joined(done)
    sums = to_pandas(_sums(done, by=[] if groups is None else [LABEL]))
    priced, known = bool(sums["n_priced"].sum()), periods.known(np.datetime64(sums["first_day"].min(), "D"))
    if periods.calendar is not None:
        # Who was there in a period is the base of the next.
        after = sums[["place", "base", *([] if groups is None else [LABEL])]].assign(place=sums["place"] + 1)
        sums = pd.concat([sums.assign(base=0), after], ignore_index=True)
    sums = sums[sums["place"].between(0, len(periods.numbers) - 1)]
    of_all = sums.drop(columns=["ranked", "top"], errors="ignore").rename(columns=_OF_ALL)
    laid_out = [_laid_out(of_all, np.zeros(len(sums), dtype=np.int64), 1, periods)]
    if groups is not None:
        laid_out.insert(0, _laid_out(sums, groups.of_labels(sums[LABEL]), len(groups.labels) + 1, periods))
    return counts_of(pd.concat(laid_out, ignore_index=True), priced=priced, known=known)


def _marked(rows: AnyFrame, periods: Periods, *, count: str) -> AnyFrame:
    """The transactions with the place of their period, and what of them lies within the days that count."""
    n = nw.col("n_orders") if count == "orders" else flag(nw.col("n_orders") > 0)
    inside = nw.col("date") >= midnight(periods.first, of=rows)
    return periods.placed(rows).select(
        "customer_id",
        nw.col("place").cast(nw.Int64),
        nw.col("date").alias("first_day"),
        flag(~nw.col("amount").is_null()).alias("n_priced"),
        nw.when(inside).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("revenue"),
        nw.when(inside).then(n).otherwise(nw.lit(0)).cast(nw.Int64).alias("orders"),
        n.cast(nw.Int64).alias("all_orders"),
    )


def _of_one(marked: AnyFrame) -> AnyFrame:
    """What each customer did in the only period, and who was there before it: one pass, nothing is sorted."""
    place = nw.col("place")

    def where(condition: nw.Expr) -> nw.Expr:
        return nw.when(condition).then(nw.col("all_orders")).otherwise(nw.lit(0))

    split = marked.with_columns(earlier=where(place < 0), one_before=where(place == ONE_BEFORE))
    sums = split.group_by("customer_id").agg(
        nw.col("first_day").min(), nw.col("n_priced", "revenue", "orders", "earlier", "one_before").sum()
    )
    bought, was_there = nw.col("orders") > 0, nw.col("one_before") > 0
    return sums.with_columns(
        place=nw.lit(0),
        is_new=bought & (nw.col("earlier") == 0),
        is_retained=bought & was_there,
        is_base=was_there,
    )


def _of_many(marked: AnyFrame) -> AnyFrame:
    """What each customer did in each period, and whether they were there."""
    sums = marked.group_by("customer_id", "place").agg(
        nw.col("first_day").min(), nw.col("n_priced", "revenue", "orders", "all_orders").sum()
    )
    sums = sums.with_columns(bought_at=nw.when(nw.col("all_orders") > 0).then(nw.col("place")))
    sums = sums.with_columns(
        first=nw.col("bought_at").min().over("customer_id"),
        previous=nw.col("bought_at").shift(1).over("customer_id", order_by="place"),
    )
    place, bought = nw.col("place"), nw.col("orders") > 0
    return sums.with_columns(
        # Whoever bought in the period, but before the days that count, is not new.
        is_new=bought & (nw.col("first") == place) & (nw.col("orders") == nw.col("all_orders")),
        is_retained=bought & (nw.col("previous") == place - 1),
        is_base=(nw.col("all_orders") > 0) & (place > LONG_BEFORE),
    )


def _sums(done: AnyFrame, *, by: Sequence[str]) -> AnyFrame:
    """Add up the customers of each group and period, ranked by what they spent in both and in the period alone."""
    orders, revenue = nw.col("orders"), nw.col("revenue")
    # Ranks go from the smallest up; those who bought nothing have none.
    paid = nw.when(revenue > 0).then(revenue).otherwise(nw.lit(0.0))
    done = done.with_columns(spend=nw.when(orders > 0).then(paid))
    spend = nw.col("spend")
    ranks = {"_of_all": ["place"], **({"": ["place", *by]} if by else {})}
    done = done.with_columns(
        *(spend.rank("ordinal").over(*cell).alias(f"rank{of}") for of, cell in ranks.items()),
        *(spend.count().over(*cell).alias(f"n{of}") for of, cell in ranks.items()),
    )
    marked = done.with_columns(
        new_revenue=nw.when(nw.col("is_new")).then(revenue).otherwise(nw.lit(0.0)),
        returning_revenue=nw.when(nw.col("is_new")).then(nw.lit(0.0)).otherwise(revenue),
        new_orders=flag(nw.col("is_new")) * orders,
        active=flag(orders > 0),
        new=flag(nw.col("is_new")),
        repeat=flag(orders >= 2),
        retained=flag(nw.col("is_retained")),
        base=flag(nw.col("is_base")),
        **{f"ranked{of}": rank_weight(nw.col(f"rank{of}"), nw.col(f"n{of}")) * spend for of in ranks},
        **{f"top{of}": _top_spend(nw.col(f"rank{of}"), nw.col(f"n{of}")) for of in ranks},
    )
    ranked = [f"{name}{of}" for name in ("ranked", "top") for of in ranks]
    summed = [*(name for name in SUMMED if name not in ("ranked", "top")), *ranked, "n_priced"]
    return marked.group_by("place", *by).agg(nw.col("first_day").min(), nw.col(*summed).sum())


def _top_spend(rank: nw.Expr, n: nw.Expr) -> nw.Expr:
    return nw.when(is_in_top(rank, n, share=TOP_SHARE)).then(nw.col("spend")).otherwise(nw.lit(0.0))


def _laid_out(sums: pd.DataFrame, group: npt.NDArray[np.int64], n_groups: int, periods: Periods) -> pd.DataFrame:
    """A row for every group in every period."""
    every = pd.MultiIndex.from_product([range(n_groups), range(len(periods.numbers))])
    added = sums.assign(group=group).groupby(["group", "place"])[list(SUMMED)].sum()
    return added.reindex(every, fill_value=0)
