"""What was spent on acquiring each cohort."""

from __future__ import annotations

from numbers import Real
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendars import Calendar
from crmkit._checks import as_day, check_number, check_turnover
from crmkit._frames import to_pandas
from crmkit._grouping import Groups
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["acquisition_cost"]

_COLUMNS: Final = ("cohort", "acquisition_cost")

_BELOW: Final = Message(
    en="{@acquisition_costs} must be at least 0 and finite, got {value}.",
    zh="{@acquisition_costs} 须为不小于 0 的有限数，得到 {value}。",
)
_NOBODY: Final = Message(
    en="{@acquisition_costs} has {amount:,.2f} spent on {n:,} {n:cohort|cohorts} in which nobody was acquired by "
    "{@as_of}, the first {where}. Leave them out, or add their costs to other cohorts.",
    zh="{@acquisition_costs} 中有 {amount:,.2f} 花在 {n:,} 个截至 {@as_of} 没有新客户的同期群上，首个为 {where}。"
    "请去掉，或计入其他同期群。",
)


def acquisition_cost(costs: Any, cohorts: pd.DataFrame, *, groups: Groups | None, periods: Calendar) -> Floats:
    """Give each cohort, which has ``group``, ``born`` and ``size``, what was spent on it; ``nan`` where nobody says.

    A number is what each customer cost; a table has the money spent. Several rows of a cohort add up; the cohorts of
    all customers have those of all groups.
    """
    if isinstance(costs, (Real, str)):
        check_number(costs, name="acquisition_costs")
        each = float(costs)
        if each < 0:
            raise ValueError(_BELOW(value=costs))
        with np.errstate(over="ignore"):
            spent_on = np.asarray(each * cohorts["size"].to_numpy(np.float64))
            check_turnover(float(spent_on.sum()), where=Parameter("acquisition_costs"))
        return spent_on
    spent = _spent(costs, groups, periods)
    if groups is not None:
        whole = len(groups.labels) + 1
        spent = pd.concat([spent, spent[spent["group"] != whole].assign(group=whole)], ignore_index=True)
    sums = spent.groupby(["group", "born"])["cost"].sum()
    known = pd.MultiIndex.from_frame(cohorts[["group", "born"]])
    if (lost := sums[~sums.index.isin(known) & (sums > 0)]).size:
        where = f"{periods.first_day(int(lost.index[0][1])):%Y-%m-%d}"
        raise SchemaError(_NOBODY(amount=float(lost.sum()), n=len(lost), where=where))
    return sums.reindex(known).to_numpy(np.float64)


def _spent(costs: Any, groups: Groups | None, periods: Calendar) -> pd.DataFrame:
    """The money of each row, by the position of its label and the number of its period."""
    rows = open_columns(costs, _COLUMNS, name="acquisition_costs", made_by="a table of what was spent")
    labelled = groups is not None and groups.name in rows.collect_schema().names()
    table = to_pandas(rows.select(*_COLUMNS, *([groups.name] if groups is not None and labelled else [])))
    cost = pd.to_numeric(table["acquisition_cost"]).to_numpy(np.float64, na_value=np.nan)
    if (bad := cost[(cost < 0) | np.isinf(cost)]).size:
        raise ValueError(_BELOW(value=float(bad[0])))
    with np.errstate(over="ignore"):
        # Once for the groups and once for all of them.
        check_turnover(float(2 * np.nansum(cost)), where=Column("acquisition_costs", "acquisition_cost"))
    days = {day: periods.number_of(as_day(day, name="acquisition_costs")) for day in table["cohort"].unique()}
    group: npt.NDArray[np.int64] | int = 0
    if groups is not None:
        group = groups.of_labels(table[groups.name]) if labelled else len(groups.labels) + 1
    if groups is not None and labelled:
        strange = (group == len(groups.labels)) & table[groups.name].notna().to_numpy() & (cost > 0)
        if strange.any():
            where = table.loc[strange, groups.name].iloc[0]
            raise SchemaError(_NOBODY(amount=float(cost[strange].sum()), n=int(strange.sum()), where=where))
    spent = pd.DataFrame({"group": group, "born": table["cohort"].map(days), "cost": cost})
    return spent.dropna(subset=["cost"])
