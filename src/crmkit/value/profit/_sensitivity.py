"""How far the costs of customers, and so their profits, hang on the drivers chosen."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas, without_nan
from crmkit._grouping import check_labels, label_name
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._faults import (
    INFINITE,
    MEND,
    MISSING,
    Fault,
    amount_faults,
    check_sums,
    is_infinite,
    refuse_faults,
)
from crmkit.value.profit._allocation import KEY_TAKEN

__all__ = ["allocation_range_table", "allocation_sensitivity_table"]

_MADE_BY: Final = "allocate_costs"
_TAKEN: Final = (
    *("pool", "activity", "kind", "driver", "quantity", "cost", "lowest_cost", "highest_cost"),
    *("profit", "lowest_profit", "highest_profit", "sign_changes"),
)
_NOT_USED: Final = "unused_capacity"
# A sum differs in its last digits by the order of its parts.
_ROUNDING: Final = 1e-9

_UNKNOWN: Final = Message(
    en="{where} has {unknown}, which {@allocation} does not have. It has {known}.",
    zh="{where}中的 {unknown} 不在 {@allocation} 中，后者有 {known}。",
)
_NOTHING: Final = Message(
    en="{@alternatives} has only quantities of 0 for {names}, by which nothing can be divided. Leave them out.",
    zh="{@alternatives} 中 {names} 的数量全部为 0，无法据以分摊，请删除这些行。",
)
_TWICE: Final = Message(
    en="{where} has {n:,} {n:id|ids} more than once, such as {ids}. Give one row per customer.",
    zh="{where}有 {n:,} 个 ID 重复出现，例如 {ids}。请每位客户只留一行。",
)
_OTHER_IDS: Final = Message(
    en="{where} has not one id in common with {@allocation}. Give both in one type.",
    zh="{where}与 {@allocation} 没有任何相同的 ID，请统一类型。",
)


class _Case(NamedTuple):
    """One change of the allocation: of a pool, to another driver or by so much, and what customers then cost."""

    pool: str | None
    change: str
    driver: str | None
    cost: Floats


class _Cases(NamedTuple):
    """Customers, their profit before the cost to serve, and all changes; the first is the allocation as given."""

    ids: pd.Series[Any]
    before: Floats
    cases: list[_Case]
    noun: str

    def is_loss(self, case: _Case) -> npt.NDArray[np.bool_]:
        """Who is below 0, but not by rounding."""
        return np.asarray(self.before - case.cost < -_ROUNDING * (np.abs(self.before) + case.cost))


def allocation_sensitivity_table(
    allocation: FrameT,
    *,
    profits: Any,
    alternatives: Any = None,
    change: float = 0.1,
    value: str = "contribution",
    by: str = "customer_id",
) -> FrameT:
    r"""Say how the profits of customers change if costs are driven by something else, or by more or less.

    One pool is changed at a time. With another driver, customers get as much of the pool as before, only otherwise
    divided; what nobody used stays unused. A rate that is higher or lower makes the pool so much dearer or cheaper for
    all its customers.

    Parameters
    ----------
    allocation : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `allocate_costs` or `time_driven_costs` gives it.
    profits : a table of any kind
        What customers earn before the cost to serve, as `customer_profit_table` gives it: ``by`` and ``value``, a row
        per customer. Customers who are only in one of the two tables cost, or earn, 0.
    alternatives : a table of any kind, optional
        Other drivers: ``pool`` (or ``activity``, as in ``allocation``), ``driver``, what it is called, ``by`` and
        ``quantity``, at least 0; several rows are added up. Rows without a customer are use by nobody known. A pool may
        have several, and one that could not be allocated so far, too.
    change : float, default 0.1
        By which share the rate of each pool is raised and lowered, in (0, 1).
    value : str, default "contribution"
        The column of profit before the cost to serve.
    by : str, default "customer_id"
        The column of those to whom costs are given.

    Returns
    -------
    the kind of ``allocation``
        One row for the allocation as given, then those of each pool. ``pool`` or ``activity``, missing in the first
        row; ``change``, "none", "driver", "lower" or "higher"; ``driver``, the name of the other one, else missing;
        ``cost`` given to all customers; ``largest_change`` of the cost of one customer, in money; ``rank_correlation``
        of the profits with those as given (Spearman), missing if all are equal in one of them; ``n_loss_makers``, whose
        profit is below 0; ``n_sign_changes``, who became loss-makers or no longer are; ``n_customers``.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should; a number is missing, infinite, or below 0 where it must
        not be, with positions; an alternative is of no known pool or 0 throughout; an id is in ``profits`` twice, or
        the ids have nothing in common.
    TypeError
        If a table is not a frame, or a column is not named as it should be.
    ValueError
        If ``change`` does not lie between 0 and 1, or ``by`` is a column that is needed for something else.

    See Also
    --------
    allocation_range_table : The same, customer by customer.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import allocate_costs
    >>> pools = pd.DataFrame({"pool": ["visits"], "cost": [1200.0]})
    >>> hours = pd.DataFrame({"pool": "visits", "customer_id": [1, 2, 3], "quantity": [10, 20, 10]})
    >>> allocation = allocate_costs(pools, hours)
    >>> profits = pd.DataFrame({"customer_id": [1, 2, 3], "contribution": [500.0, 450, 310]})
    >>> visits = hours.assign(driver="visits", quantity=[10, 10, 20])
    >>> found = allocation_sensitivity_table(allocation, profits=profits, alternatives=visits)
    >>> found[["change", "cost", "largest_change", "rank_correlation", "n_sign_changes"]]
       change    cost  largest_change  rank_correlation  n_sign_changes
    0    none  1200.0             0.0               1.0               0
    1  driver  1200.0           300.0               0.5               2
    2   lower  1080.0            60.0               1.0               0
    3  higher  1320.0            60.0               1.0               1
    """
    found = _cases(allocation, profits, alternatives, change=change, value=value, by=by)
    given = found.cases[0]
    ranks = _ranks(found.before - given.cost)
    lost = found.is_loss(given)
    rows = [
        {
            found.noun: case.pool,
            "change": case.change,
            "driver": case.driver,
            "cost": float(case.cost.sum()),
            "largest_change": float(np.abs(case.cost - given.cost).max(initial=0.0)),
            "rank_correlation": _correlation(ranks, _ranks(found.before - case.cost)),
            "n_loss_makers": int(found.is_loss(case).sum()),
            "n_sign_changes": int((found.is_loss(case) != lost).sum()),
            "n_customers": len(found.ids),
        }
        for case in found.cases
    ]
    return from_pandas(pd.DataFrame(rows).astype({found.noun: object, "driver": object}), like=allocation)


def allocation_range_table(
    allocation: FrameT,
    *,
    profits: Any,
    alternatives: Any = None,
    change: float = 0.1,
    value: str = "contribution",
    by: str = "customer_id",
) -> FrameT:
    """Say for each customer between which costs, and which profits, the choice of drivers leaves them.

    The changes are those of `allocation_sensitivity_table`, one at a time.

    Parameters
    ----------
    allocation : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `allocate_costs` or `time_driven_costs` gives it.
    profits : a table of any kind
        What customers earn before the cost to serve; see `allocation_sensitivity_table`.
    alternatives : a table of any kind, optional
        Other drivers; see there.
    change : float, default 0.1
        By which share the rate of each pool is raised and lowered, in (0, 1).
    value : str, default "contribution"
        The column of profit before the cost to serve.
    by : str, default "customer_id"
        The column of those to whom costs are given.

    Returns
    -------
    the kind of ``allocation``
        One row per customer, sorted: ``by``; ``cost``, as given, ``lowest_cost`` and ``highest_cost``; ``profit`` after
        the cost to serve, ``lowest_profit`` and ``highest_profit``; all in money; ``sign_changes``, whether they make a
        loss after some of the changes and not after others.

    Raises
    ------
    SchemaError
        As `allocation_sensitivity_table`.
    TypeError
        If a table is not a frame, or a column is not named as it should be.
    ValueError
        If ``change`` does not lie between 0 and 1, or ``by`` is a column that is needed for something else.

    See Also
    --------
    allocation_sensitivity_table : The changes side by side.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import allocate_costs
    >>> pools = pd.DataFrame({"pool": ["visits"], "cost": [1200.0]})
    >>> hours = pd.DataFrame({"pool": "visits", "customer_id": [1, 2, 3], "quantity": [10, 20, 10]})
    >>> profits = pd.DataFrame({"customer_id": [1, 2, 3], "contribution": [500.0, 450, 310]})
    >>> visits = hours.assign(driver="visits", quantity=[10, 10, 20])
    >>> found = allocation_range_table(allocate_costs(pools, hours), profits=profits, alternatives=visits)
    >>> found[["customer_id", "profit", "lowest_profit", "highest_profit", "sign_changes"]]
       customer_id  profit  lowest_profit  highest_profit  sign_changes
    0            1   200.0          170.0           230.0         False
    1            2  -150.0         -210.0           150.0          True
    2            3    10.0         -290.0            40.0          True
    """
    found = _cases(allocation, profits, alternatives, change=change, value=value, by=by)
    lowest = highest = found.cases[0].cost
    ever = never = found.is_loss(found.cases[0])
    for case in found.cases[1:]:
        lowest, highest = np.minimum(lowest, case.cost), np.maximum(highest, case.cost)
        lost = found.is_loss(case)
        ever, never = ever | lost, never & lost
    cost = found.cases[0].cost
    table = pd.DataFrame(
        {
            label_name(by): found.ids,
            "cost": cost,
            "lowest_cost": lowest,
            "highest_cost": highest,
            "profit": found.before - cost,
            "lowest_profit": found.before - highest,
            "highest_profit": found.before - lowest,
            "sign_changes": ever & ~never,
        }
    )
    return from_pandas(table, like=allocation)


def _cases(allocation: Any, profits: Any, alternatives: Any, *, change: float, value: str, by: str) -> _Cases:
    """Read the tables and work out what customers cost after each change."""
    check_fraction(change, name="change")
    if by in _TAKEN:
        raise ValueError(KEY_TAKEN(by=by))
    key, earned = label_name(by), column_name(value, name="value")
    given, noun = _read_allocation(allocation, key)
    before = _read_profits(profits, key, earned)
    others = None if alternatives is None else _read_alternatives(alternatives, key, noun, given[noun])
    tables = [given, before, *([] if others is None else [others])]
    ids = _all_ids(tables, key)
    place = pd.Series(np.arange(len(ids)), index=ids.to_numpy(dtype=object))

    def sums(rows: pd.DataFrame, column: str) -> Floats:
        at = rows[key].map(place).to_numpy(dtype=np.float64, na_value=np.nan)
        known = ~np.isnan(at)
        weights = rows[column].to_numpy(np.float64)[known]
        found = np.bincount(at[known].astype(np.intp), weights=weights, minlength=len(ids))
        return found.astype(np.float64)

    of_pool = {str(pool): rows for pool, rows in given.groupby(noun)}
    own = {pool: sums(rows[rows[key].notna()], "cost") for pool, rows in of_pool.items()}
    total = sum(own.values(), np.zeros(len(ids)))
    cases = [_Case(None, "none", None, total)]
    for pool, rows in of_pool.items():
        if others is not None:
            for driver, instead in others[others[noun] == pool].groupby("driver"):
                used = rows.loc[rows["kind"] != _NOT_USED, "cost"].sum()
                divided = sums(instead, "quantity") * (used / instead["quantity"].sum())
                cases.append(_Case(pool, "driver", str(driver), total - own[pool] + divided))
        if own[pool].any():
            cases.append(_Case(pool, "lower", None, total - change * own[pool]))
            cases.append(_Case(pool, "higher", None, total + change * own[pool]))
    return _Cases(ids, sums(before, earned), cases, noun)


def _read_allocation(allocation: Any, key: str) -> tuple[pd.DataFrame, str]:
    """The rows of the allocation, and whether they are of pools or activities."""
    rows = open_columns(allocation, [key, "kind", "cost"], name="allocation", made_by=_MADE_BY)
    noun = "activity" if "activity" in rows.collect_schema().names() else "pool"
    rows = open_columns(allocation, [noun], name="allocation", made_by=_MADE_BY)
    check_kind(rows, "cost", "money", where=Column("allocation", "cost"), made_by=_MADE_BY)
    check_labels(rows, [key], table="allocation")
    rows = without_nan(rows.select(noun, key, "kind", "cost"))
    faults = [
        Fault("cost", MISSING, nw.col("cost").is_null(), MEND),
        Fault("cost", INFINITE, is_infinite("cost"), MEND),
    ]
    refuse_faults(rows, faults, name="allocation", known_by="kind")
    table = to_pandas(rows)
    # What nobody used of a department has no activity.
    table = table[table[noun].notna()]
    return table.assign(**{noun: table[noun].astype(str)}), noun


def _read_profits(profits: Any, key: str, earned: str) -> pd.DataFrame:
    rows = open_columns(profits, [key, earned], name="profits", made_by="customer_profit_table")
    check_kind(rows, earned, "money", where=Column("profits", earned), made_by="customer_profit_table")
    check_labels(rows, [key], table="profits")
    rows = without_nan(rows.select(key, earned)).filter(~nw.col(key).is_null())
    faults = [
        Fault(earned, MISSING, nw.col(earned).is_null(), MEND),
        Fault(earned, INFINITE, is_infinite(earned), MEND),
    ]
    refuse_faults(rows, faults, name="profits", known_by=key)
    check_sums(rows, [earned], name="profits")
    table = to_pandas(rows)
    if (twice := table[key].duplicated()).any():
        ids = sorted(set(table.loc[twice, key].tolist()), key=str)
        raise SchemaError(_TWICE(where=Column("profits", key), n=len(ids), ids=ids[:5]))
    return table


def _read_alternatives(alternatives: Any, key: str, noun: str, pools: pd.Series[Any]) -> pd.DataFrame:
    rows = open_columns(alternatives, [noun, "driver", key, "quantity"], name="alternatives", made_by=None)
    check_kind(rows, "quantity", "count", where=Column("alternatives", "quantity"), made_by=None)
    check_labels(rows, [key], table="alternatives")
    rows = without_nan(rows.select(noun, "driver", key, "quantity"))
    faults = [Fault(name, MISSING, nw.col(name).is_null(), MEND) for name in (noun, "driver")]
    refuse_faults(rows, [*faults, *amount_faults("quantity")], name="alternatives", known_by=key)
    check_sums(rows, ["quantity"], name="alternatives")
    table = to_pandas(rows)
    table = table.assign(**{noun: table[noun].astype(str), "driver": table["driver"].astype(str)})
    known = sorted(set(pools))
    if unknown := sorted(set(table[noun]) - set(known)):
        raise SchemaError(_UNKNOWN(where=Column("alternatives", noun), unknown=unknown, known=known))
    sums = table.groupby([noun, "driver"])["quantity"].sum()
    if (nothing := sums[sums == 0]).size:
        raise SchemaError(_NOTHING(names=[" → ".join(pair) for pair in nothing.index]))
    return table


def _all_ids(tables: list[pd.DataFrame], key: str) -> pd.Series[Any]:
    """All customers of all tables, sorted."""
    known = [table[key].dropna() for table in tables]
    for name, ids in zip(("profits", "alternatives"), known[1:], strict=False):
        if len(ids) and len(known[0]) and not ids.isin(known[0]).any():
            raise SchemaError(_OTHER_IDS(where=Column(name, key)))
    # Ids of one table that has none may be of any type.
    together = pd.concat([ids for ids in known if len(ids)] or known[:1], ignore_index=True)
    ids = together.drop_duplicates().sort_values(ignore_index=True)
    # Whole numbers beside which some were missing had become floats, or Int64.
    if not len(ids) or not pd.api.types.is_numeric_dtype(ids.dtype):
        return ids
    whole = pd.Series(ids.to_numpy(dtype=np.int64 if pd.api.types.is_integer_dtype(ids.dtype) else np.float64))
    return whole.astype(np.int64) if not (whole % 1).any() else ids


def _ranks(values: Floats) -> Floats:
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)


def _correlation(one: Floats, other: Floats) -> float:
    """Spearman's, of ranks; missing where one of them is constant."""
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    # Rounding may take a perfect correlation beyond 1.
    return float(np.clip(np.corrcoef(one, other)[0, 1], -1.0, 1.0))
