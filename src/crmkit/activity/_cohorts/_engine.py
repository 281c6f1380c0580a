"""What each cohort did at each age, counted by expressions that every engine runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._frames import AnyFrame, flag, join_frames, to_pandas
from crmkit._grouping import LABEL, Groups
from crmkit.activity._cohorts._rows import Watched

__all__ = ["ages_in_engine", "last_ages_in_engine"]

_KNOWN: Final = "__crmkit_known"


def ages_in_engine(
    watched: Watched, groups: Groups | None, *, sums: Sequence[str] = (), squared: str | None = None
) -> pd.DataFrame:
    """Count who bought, and add up money since the first purchase, by group, cohort and age.

    Parameters
    ----------
    sums : sequence of str
        Columns of money to add up.
    squared : str, optional
        One of them: what each customer's comes to at an age is squared, and the squares are added up.

    Returns
    -------
    DataFrame
        In no order: ``group``, the position of the label (0 without groups); ``born``, the number of the period of the
        first purchase; ``age``; ``n_customers`` with a purchase at that age; ``sums``, missing where no amount is
        known; ``squares``.
    """
    known = _aged(watched, groups, sums=sums)
    counted = ["n_customers", *sums]
    if sums:
        counted.append(_KNOWN)
    if squared is not None:
        known = known.with_columns((nw.col(squared) * nw.col(squared)).alias("squares"))
        counted.append("squares")
    table = _by_cell(known, groups, counted)
    if sums and not table[_KNOWN].any():
        table = table.assign(**dict.fromkeys(sums, float("nan")))
    return table.drop(columns=_KNOWN, errors="ignore")


def last_ages_in_engine(watched: Watched, groups: Groups | None, *, follow_up: int | None) -> tuple[pd.DataFrame, int]:
    """Count the customers of cohorts watched for ``follow_up`` whole periods by the age of the last purchase in them.

    Without it, of all cohorts watched for a whole period after the first, as long as the youngest; also give how long.
    """
    if follow_up is None:
        born = _firsts(watched).filter(nw.col("born") < watched.last_over).select(nw.col("born").max())
        youngest = to_pandas(born)["born"]
        follow_up = 0 if youngest.empty or youngest.isna().any() else watched.last_over - int(youngest.iloc[0])
    watched_long = nw.col("born") <= watched.last_over - follow_up
    known = _aged(watched, groups).filter(watched_long & (nw.col("age") <= follow_up))
    keys = ["born"] if groups is None else ["born", LABEL]
    last = known.group_by("customer_id", *keys).agg(nw.col("age").max())
    return _by_cell(last.with_columns(nw.lit(1).alias("n_customers")), groups, ["n_customers"]), follow_up


def _aged(watched: Watched, groups: Groups | None, *, sums: Sequence[str] = ()) -> AnyFrame:
    """What each customer did in each period since the first purchase; ``n_customers`` is 1 where they bought."""
    numbered = watched.periods.numbered
    firsts = _firsts(watched) if groups is None else groups.joined(_firsts(watched))
    if sums:
        rows = numbered(watched.rows, watched.day, into="number").select("customer_id", "number", "n_orders", *sums)
        known = nw.col(sums[0]).count().alias(_KNOWN)
        done = rows.group_by("customer_id", "number").agg(nw.col("n_orders", *sums).sum(), known)
        done = done.with_columns(flag(nw.col("n_orders") > 0).alias("n_customers"))
    else:
        bought = watched.rows.filter(nw.col("n_orders") > 0)
        rows = numbered(bought, watched.day, into="number").select("customer_id", "number")
        done = rows.group_by("customer_id", "number").agg(nw.len()).with_columns(nw.lit(1).alias("n_customers"))
    done = join_frames(done, firsts, on="customer_id", how="inner").with_columns(age=nw.col("number") - nw.col("born"))
    # A refund may come before the first purchase of the log.
    return done.filter(nw.col("age") >= 0) if sums else done


def _firsts(watched: Watched) -> AnyFrame:
    """The number of the period in which each customer first bought."""
    bought = watched.rows.filter(nw.col("n_orders") > 0)
    firsts = bought.group_by("customer_id").agg(nw.col(watched.day).min())
    return watched.periods.numbered(firsts, watched.day, into="born").select("customer_id", "born")


def _by_cell(rows: AnyFrame, groups: Groups | None, counted: Sequence[str]) -> pd.DataFrame:
    keys = ["born", "age"] if groups is None else ["born", "age", LABEL]
    table = to_pandas(rows.group_by(*keys).agg(nw.col(*counted).sum()))
    group = 0 if groups is None else groups.of_labels(table[LABEL])
    return table.drop(columns=LABEL, errors="ignore").assign(group=group)
