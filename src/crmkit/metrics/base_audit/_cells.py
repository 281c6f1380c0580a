"""What each cohort did in each period."""

from __future__ import annotations

from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import as_day
from crmkit._frames import flag, to_pandas
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.metrics.base_audit._rows import BEFORE, ActivityRows

__all__ = ["OLD", "Cells", "cells_of", "cohort_names"]

OLD: Final = -1
"""The number of the cohort of customers acquired before the data; periods are numbered from 0."""
# Beyond all periods.
_NEVER: Final = 10**9

_NO_COHORT: Final = Message(
    en="{where} must be the first days of periods of {periods}, as text, or 'before', got {value!r}. "
    "{@as_activity()} makes such a column.",
    zh="{where}须为 {periods} 各期首日的文本，或 'before'，得到 {value!r}。可用 {@as_activity()} 生成这样的列。",
)
_EARLY: Final = Message(
    en="{where} has the cohort {value!r} with activity in an earlier period, from {day:%Y-%m-%d}.",
    zh="{where}中同期群 {value!r} 在更早的期间（{day:%Y-%m-%d} 起）已有活动。",
)


class Cells(NamedTuple):
    """Sums of cohorts and periods.

    Attributes
    ----------
    sums : DataFrame
        A row per cohort and period from the cohort's first, or that of the data, to the last that has begun: ``born``,
        the number of the cohort's period; ``number``; ``active_customers``; ``repeaters``, customers with their second
        order in the period; ``n_orders``, ``spend`` and ``profit`` where known. Sorted by both.
    sizes : Series
        The customers of each cohort by ``born``.
    """

    sums: pd.DataFrame
    sizes: pd.Series[int]


def cells_of(rows: ActivityRows) -> Cells:
    """Add up activity by cohort and period, in the engine.

    Without a column of cohorts a customer belongs to the period of their first order. What is known of them from before
    it is refunds, which belong to the customers acquired before the data.
    """
    number, ordered = nw.col("number"), nw.col("n_orders") > 0
    bought = rows.frame.with_columns(bought=nw.when(ordered).then(number).otherwise(nw.lit(_NEVER)).cast(nw.Int64))
    known = bought.with_columns(first=nw.col("bought").min().over("customer_id"))
    first = nw.col("first")
    if not rows.has_cohort:
        known = known.with_columns(
            cohort=nw.when(number >= first).then(first).otherwise(nw.lit(OLD)).cast(nw.Int64),
            own_cohort=nw.when(first < _NEVER).then(first).otherwise(nw.lit(OLD)).cast(nw.Int64),
        )
    own = "cohort" if rows.has_cohort else "own_cohort"
    # The second order came in the first period, or in a later one.
    again = ordered & ((number > first) | (nw.col("n_orders") > 1))
    known = known.with_columns(
        active_customers=flag(ordered), again=nw.when(again).then(number).otherwise(nw.lit(_NEVER)).cast(nw.Int64)
    )
    sums = to_pandas(known.group_by("cohort", "number").agg(nw.col("active_customers", *rows.measures).sum()))
    customers = known.group_by("customer_id", own).agg(nw.col("again").min())
    repeats = to_pandas(customers.group_by(own, "again").agg(nw.len().alias("n"))).rename(columns={own: "cohort"})
    for table in (sums, repeats):
        table["born"] = _born(table["cohort"], rows)
    return _filled(sums, repeats, rows)


def cohort_names(born: npt.ArrayLike, rows: ActivityRows) -> list[str]:
    """Cohorts as the activity table names them: their first days, or "before"."""
    return [BEFORE if n == OLD else f"{rows.periods.first_day(int(n)):%Y-%m-%d}" for n in np.asarray(born)]


def _born(cohorts: pd.Series[int], rows: ActivityRows) -> npt.NDArray[np.int64]:
    """The numbers of cohorts, which are text where the table names them."""
    if not rows.has_cohort:
        return np.asarray(cohorts, dtype=np.int64)
    found = {}
    for text in cohorts.unique():
        number = OLD
        if text != BEFORE:
            wrong = _NO_COHORT(where=Column("activity", "cohort"), periods=rows.periods.argument, value=text)
            try:
                day = as_day(text, name="cohort")
            except ValueError as error:
                raise SchemaError(wrong) from error
            number = rows.periods.number_of(day)
            if rows.periods.first_day(number) != day:
                raise SchemaError(wrong)
        found[text] = number
    return np.asarray(cohorts.map(found), dtype=np.int64)


def _filled(sums: pd.DataFrame, repeats: pd.DataFrame, rows: ActivityRows) -> Cells:
    """Put 0 where a cohort was there and did nothing."""
    early = sums[sums["number"] < sums["born"]]
    if len(early):
        (name,) = cohort_names(early["born"].head(1), rows)
        day = rows.periods.first_day(int(early["number"].iloc[0]))
        raise SchemaError(_EARLY(where=Column("activity", "cohort"), value=name, day=day))
    start, last = int(rows.numbers[0]), rows.periods.number_of(rows.last_day)
    sizes = repeats.groupby("born")["n"].sum()
    cohorts = np.union1d(sizes.index.to_numpy(), sums["born"].to_numpy())
    spans = [np.arange(max(int(n), start), last + 1) for n in cohorts]
    number = np.concatenate(spans)
    born = np.repeat(cohorts, [len(span) for span in spans])
    every = pd.MultiIndex.from_arrays([born, number], names=["born", "number"])
    done = sums.set_index(["born", "number"])[["active_customers", *rows.measures]].reindex(every, fill_value=0)
    again = repeats.set_index(["born", "again"])["n"].reindex(every, fill_value=0).to_numpy()
    done.insert(1, "repeaters", again)
    counts = dict.fromkeys(("active_customers", "repeaters", "n_orders"), "int64")
    return Cells(done.astype(counts).reset_index(), sizes.reindex(cohorts, fill_value=0))
