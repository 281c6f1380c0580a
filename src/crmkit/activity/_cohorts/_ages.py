"""Cohorts at every age, of all customers and of each group, from what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendars import Calendar
from crmkit._grouping import Groups, groups_of
from crmkit._messages import Message
from crmkit.activity._cohorts._engine import ages_in_engine, last_ages_in_engine
from crmkit.activity._cohorts._memory import ages_in_memory, last_ages_in_memory
from crmkit.activity._cohorts._rows import Watched, watched_rows
from crmkit.errors import SchemaError

__all__ = ["CohortAges", "cohort_ages", "cohort_last_ages"]

_NO_PURCHASE: Final = Message(
    en="{@transactions} has no purchase up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有购买，请给出更晚的 {@as_of}。",
)
_TOO_YOUNG: Final = Message(
    en="No cohort of {@transactions} has been watched for {n} whole {n:period|periods} after its first by "
    "{day:%Y-%m-%d}. Give a later {@as_of} or a shorter {@follow_up}.",
    zh="截至 {day:%Y-%m-%d}，没有同期群在首期之后已观察满 {n} 个完整期间。请给出更晚的 {@as_of} 或更小的 "
    "{@follow_up}。",
)


class CohortAges(NamedTuple):
    """A row per group, cohort and age, sorted; and the groups, if there are any.

    The table has ``group`` (the position of the label; 0 without groups), ``cohort`` (the first day of the period),
    ``age``, ``n_customers``, ``size``, ``is_complete``, and what was added up.
    """

    table: pd.DataFrame
    groups: Groups | None

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put the labels of its groups beside a table made from this one."""
        return table.drop(columns="group") if self.groups is None else self.groups.named(table)


def cohort_ages(
    transactions: Any,
    *,
    as_of: datetime,
    periods: Calendar,
    by: Any = None,
    taken: Sequence[str] = (),
    sums: Sequence[str] = (),
    squared: str | None = None,
) -> CohortAges:
    """Count who bought at each age up to a day, which may cut the last one short, and add up money.

    Parameters
    ----------
    transactions : frame of any kind
        Transactions or an activity table.
    as_of : datetime
        The last day that counts.
    periods : Calendar
        The periods.
    by : frame of any kind, optional
        ``customer_id`` and one column of labels, whose name is not ``taken``. There are then the groups, those without
        a label and all customers.
    sums : sequence of str
        Columns of money to add up from the first purchase on; missing throughout where nothing is known of one.
    squared : str, optional
        One of them: ``squares`` adds up the squares of what each customer's comes to at an age.

    Returns
    -------
    CohortAges
        A row per group, cohort and age up to ``as_of``, and the groups.

    Raises
    ------
    SchemaError
        If a column is missing, the labels cannot be used, or nobody bought by ``as_of``.
    """
    watched, groups = _opened(transactions, as_of, periods, by, taken, sums)
    count = ages_in_memory if isinstance(watched.rows, nw.DataFrame) else ages_in_engine
    counts = count(watched, groups, sums=sums, squared=squared)
    if counts.empty:
        raise SchemaError(_NO_PURCHASE(day=as_of))
    counts = _with_whole(counts, groups)
    cohorts = counts.loc[counts["age"] == 0].rename(columns={"n_customers": "size"})
    table = _every_age(counts, cohorts, watched, n_ages=watched.last - cohorts["born"].to_numpy() + 1)
    return CohortAges(table, groups)


def cohort_last_ages(
    transactions: Any, *, as_of: datetime, periods: Calendar, by: Any, taken: Sequence[str], follow_up: int | None
) -> CohortAges:
    """Count who bought at each age or later, of cohorts watched for ``follow_up`` periods; all others as above."""
    watched, groups = _opened(transactions, as_of, periods, by, taken, ())
    count = last_ages_in_memory if isinstance(watched.rows, nw.DataFrame) else last_ages_in_engine
    counts, follow_up = count(watched, groups, follow_up=follow_up)
    if counts.empty:
        raise SchemaError(_TOO_YOUNG(n=follow_up, day=as_of))
    counts = _with_whole(counts, groups)
    cohorts = counts.groupby(["group", "born"])["n_customers"].sum().rename("size").reset_index()
    table = _every_age(counts, cohorts, watched, n_ages=np.full(len(cohorts), follow_up + 1))
    since = table[::-1].groupby(["group", "cohort"])["n_customers"].cumsum()
    return CohortAges(table.assign(n_customers=since), groups)


def _opened(
    transactions: Any, as_of: datetime, periods: Calendar, by: Any, taken: Sequence[str], sums: Sequence[str]
) -> tuple[Watched, Groups | None]:
    watched = watched_rows(transactions, as_of, periods, sums=sums)
    groups = None if by is None else groups_of(by, watched.rows, name="transactions", taken=taken)
    return watched, groups


def _with_whole(counts: pd.DataFrame, groups: Groups | None) -> pd.DataFrame:
    """Add the cells of all customers; they come after the groups and those without a label."""
    if groups is None:
        return counts
    whole = counts.drop(columns="group").groupby(["born", "age"], as_index=False).sum(min_count=1)
    return pd.concat([counts, whole.assign(group=len(groups.labels) + 1)], ignore_index=True)


def _every_age(
    counts: pd.DataFrame, cohorts: pd.DataFrame, watched: Watched, *, n_ages: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Lay out the ages of each cohort, those included at which nothing happened."""
    keys = ["group", "born"]
    cohorts = cohorts.assign(n_ages=n_ages).sort_values(keys, ignore_index=True)
    n = cohorts["n_ages"].to_numpy()
    starts = np.cumsum(n) - n
    of_cohort = np.repeat(np.arange(len(cohorts)), n)
    age = np.arange(len(of_cohort)) - starts[of_cohort]
    table = {
        "group": cohorts["group"].to_numpy()[of_cohort],
        "cohort": watched.periods.first_days(cohorts["born"].tolist())[of_cohort],
        "age": age,
        "size": cohorts["size"].to_numpy(np.int64)[of_cohort],
        "is_complete": age <= watched.last_over - cohorts["born"].to_numpy()[of_cohort],
    }
    at = pd.MultiIndex.from_frame(cohorts[keys]).get_indexer(pd.MultiIndex.from_frame(counts[keys]))
    place = starts[at] + counts["age"].to_numpy()
    for name in counts.columns.difference(["group", "born", "age"], sort=False):
        values = counts[name].to_numpy(np.int64 if name == "n_customers" else np.float64)
        # Nothing is known of money where orders carry no price; else nothing happened.
        laid_out = np.full(len(age), np.nan if np.isnan(values).all() else 0, dtype=values.dtype)
        laid_out[place] = values
        table[name] = laid_out
    return pd.DataFrame(table)
