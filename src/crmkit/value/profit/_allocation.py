"""Costs of pools given to customers by their drivers, with what is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_option
from crmkit._frames import AnyFrame, FrameT, give_table, to_pandas, without_nan
from crmkit._grouping import check_labels, label_name
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._faults import MEND, MISSING, Fault, amount_faults, check_sums, refuse_faults
from crmkit.value.profit._decimals import rounded_costs, whole_units
from crmkit.value.profit._rest import beside, with_rest
from crmkit.value.profit._service_costs import Method, Pools, moved_costs, read_pools

__all__ = ["KEY_TAKEN", "Overuse", "allocate_costs", "refuse_overuse"]

Overuse: TypeAlias = Literal["raise", "allow"]
_Unallocated: TypeAlias = Literal["raise", "keep"]
_ROUNDING: Final = 1e-9
_FINAL, _BASE = "__crmkit_final", "__crmkit_base"
_TAKEN: Final = ("pool", "kind", "driver_quantity", "rate", "cost", "quantity", "activity", "minutes")

KEY_TAKEN: Final = Message(
    en="{@by} is {by!r}, which is a column of the result or of the other columns needed. Rename it.",
    zh="{@by} 为 {by!r}，与所需的其他列或结果表的列重名，请改名。",
)
_UNKNOWN: Final = Message(
    en="{where} has {unknown}, which {@pools} does not have. It has {known}.",
    zh="{where}中的 {unknown} 不在 {@pools} 中，后者有 {known}。",
)
_NO_DRIVER: Final = Message(
    en="{@drivers} has no row of {names}, so that their costs would be nobody's. Give their drivers, or "
    "{@unallocated='keep'} to show them as a row of their own.",
    zh="{@drivers} 中没有 {names} 的任何行，其成本将无人承担。请给出动因，或用 {@unallocated='keep'} 单列一行。",
)
_OVERUSE: Final = Message(
    en="{name} used {used:,.6g}, more than its practical capacity of {capacity:,.6g}, so that more than its cost would "
    "be allocated. Correct the capacity, or give {@overuse='allow'} to show the difference below 0.",
    zh="{name} 使用了 {used:,.6g}，超过实际产能 {capacity:,.6g}，分摊额将大于成本本身。"
    "请更正产能，或用 {@overuse='allow'} 以负数列出差额。",
)


def allocate_costs(
    pools: Any,
    drivers: FrameT,
    *,
    services: Any = None,
    method: Method = "reciprocal",
    order: Sequence[str] | None = None,
    unallocated: _Unallocated = "raise",
    overuse: Overuse = "raise",
    decimals: int | None = None,
    by: str = "customer_id",
) -> FrameT:
    r"""Give the costs of pools to customers in proportion to what drives them.

    .. math:: r_k = C_k / \sum_j d_{kj} \text{ or } C_k / Q_k, \qquad \text{cost}_{kj} = r_k d_{kj}

    where :math:`C_k` is the cost of a pool, :math:`d_{kj}` what customer :math:`j` uses of it, and :math:`Q_k` its
    practical capacity, if it is given. What nobody used is then a row of its own, ``unused_capacity``, and does not
    make customers more expensive.

    Parameters
    ----------
    pools : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per pool: ``pool``, its name; ``cost``, at least 0; ``capacity`` where it is known, in units of its
        driver, above 0.
    drivers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        What customers use of each pool: ``pool``, ``by`` and ``quantity``, at least 0; several rows are added up. Rows
        without a customer are use by nobody known; their cost is not allocated.
    services : a table of any kind, optional
        Pools that serve other pools, as `pool_cost_table` takes them; their costs move there first.
    method : {"reciprocal", "step_down", "direct"}, default "reciprocal"
        How these costs move; see `pool_cost_table`.
    order : sequence of str, optional
        See `pool_cost_table`.
    unallocated : {"raise", "keep"}, default "raise"
        Whether a pool with costs but without a row in ``drivers`` is refused, or becomes a row ``unallocated`` of the
        result.
    overuse : {"raise", "allow"}, default "raise"
        Whether use beyond the capacity is refused, or shown as ``unused_capacity`` below 0.
    decimals : int, optional
        Round costs to so many decimals (2 for cents) in such a way that those of a pool still add up to it exactly: all
        are rounded down, and the units that are left go to the largest remainders, among equal ones by the order of
        ``by``. The order of rows does not matter. By default costs are not rounded.
    by : str, default "customer_id"
        The column of those to whom costs are given: customers, orders or segments.

    Returns
    -------
    the kind of ``drivers``
        One row per pool and customer, plus rows for costs that are nobody's; in memory sorted by pool and customer,
        with the latter last. ``pool``; ``by``, missing where the cost is nobody's; ``kind``, "allocated", "unallocated"
        or "unused_capacity"; ``driver_quantity``; ``rate``, the cost of one unit of the driver, missing where nobody
        used any; ``cost``. The costs always add up to those of the pools.

        A pool whose driver is 0 throughout is unallocated. On pandas ids that are whole numbers have the type Int64.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should; a quantity or cost is missing, infinite or below 0, with
        positions; a driver is of no pool, or a pool without driver; use exceeds capacity; services do not fit; or the
        cost of a pool has more decimals than ``decimals``.
    TypeError
        If a table is not a frame, or ``decimals`` not a whole number.
    ValueError
        If an option is not one of those named, ``by`` is a column that is needed for something else, ``order`` does not
        fit, or ``decimals`` does not lie between 0 and 9.

    See Also
    --------
    time_driven_costs : Costs by the minutes that activities take.
    customer_profit_table : Profit after these costs.

    References
    ----------
    .. [1] Cooper and Kaplan (1991), "Profit Priorities from Activity-Based Costing", *Harvard Business Review* 69(3).
    .. [2] Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing", *Harvard Business Review* 82(11).

    Examples
    --------
    >>> import pandas as pd
    >>> pools = pd.DataFrame({"pool": ["calls", "visits"], "cost": [900.0, 1200.0], "capacity": [None, 40]})
    >>> drivers = pd.DataFrame({
    ...     "pool": ["calls", "calls", "visits", "visits"], "customer_id": [1, 2, 1, 2], "quantity": [10, 20, 25, 5],
    ... })
    >>> allocate_costs(pools, drivers)
         pool  customer_id             kind  driver_quantity  rate   cost
    0   calls            1        allocated             10.0  30.0  300.0
    1   calls            2        allocated             20.0  30.0  600.0
    2  visits            1        allocated             25.0  30.0  750.0
    3  visits            2        allocated              5.0  30.0  150.0
    4  visits         <NA>  unused_capacity             10.0  30.0  300.0
    """
    key = label_name(by)
    check_option(unallocated, get_args(_Unallocated), name="unallocated")
    check_option(overuse, get_args(Overuse), name="overuse")
    if key in _TAKEN:
        raise ValueError(KEY_TAKEN(by=key))
    found = read_pools(pools)
    final = moved_costs(found, services, method=method, order=order, decimals=decimals)[2]
    rows = _read_drivers(drivers, found, key=key)
    of_pool = to_pandas(rows.group_by("pool").agg(nw.col("quantity").sum()))
    used = of_pool.set_index("pool")["quantity"].reindex(found.names)
    if unallocated == "raise" and (lacking := [*_lacking(found, final, used)]):
        raise SchemaError(_NO_DRIVER(names=lacking))
    quantity = used.fillna(0.0).to_numpy(float)
    has_capacity = ~np.isnan(found.capacities)
    for name, each, capacity in zip(found.names, quantity, found.capacities, strict=True):
        refuse_overuse(name, each, capacity, overuse=overuse)
    base = np.where(has_capacity, found.capacities, np.where(quantity > 0, quantity, np.nan))
    with np.errstate(over="ignore"):
        rate = final / base
    rates = pd.DataFrame(
        {
            "pool": np.array(found.names, dtype=object),
            "rate": np.where(np.isinf(rate), np.nan, rate),
            _FINAL: final,
            _BASE: base,
        }
    )
    nobody = rows.filter(nw.col(key).is_null()).group_by("pool").agg(nw.col("quantity").sum())
    rest = _rest(found, final, quantity, base, nobody=to_pandas(nobody))
    known = rows.filter(~nw.col(key).is_null()).group_by("pool", key).agg(nw.col("quantity").sum())
    # A share of the cost cannot overflow, as the cost of one unit can.
    cost = nw.col(_FINAL) * (nw.col("quantity") / nw.col(_BASE))
    priced = without_nan(beside(known, rates, on="pool")).select(
        nw.col("pool"),
        nw.col(key),
        nw.lit("allocated").alias("kind"),
        nw.col("quantity").alias("driver_quantity"),
        nw.col("rate"),
        cost.fill_null(0.0).alias("cost"),
    )
    table = with_rest(priced, rest, key=key, sort_by=["pool", key, "kind"])
    if decimals is not None:
        units = whole_units(final, decimals, where=Column("pools", "cost"))
        totals = dict(zip(found.names, units.tolist(), strict=True))
        table = rounded_costs(table, totals, decimals=decimals, group="pool", order=[key])
    return give_table(table, like=drivers)


def refuse_overuse(name: str, used: float, capacity: float, *, overuse: Overuse) -> None:
    """Raise if more is used than there is, unless that is allowed."""
    if overuse == "raise" and used > capacity * (1 + _ROUNDING):
        raise SchemaError(_OVERUSE(name=name, used=used, capacity=capacity))


def _read_drivers(drivers: Any, pools: Pools, *, key: str) -> AnyFrame:
    rows = open_columns(drivers, ["pool", key, "quantity"], name="drivers", made_by=None)
    check_kind(rows, "quantity", "count", where=Column("drivers", "quantity"), made_by=None)
    check_labels(rows, [key], table="drivers")
    rows = without_nan(rows.select("pool", key, "quantity"))
    faults = [Fault("pool", MISSING, nw.col("pool").is_null(), MEND), *amount_faults("quantity")]
    refuse_faults(rows, faults, name="drivers", known_by=key)
    check_sums(rows, ["quantity"], name="drivers")
    rows = rows.with_columns(nw.col("pool").cast(nw.String), nw.col("quantity").cast(nw.Float64))
    named = to_pandas(rows.select("pool").unique())["pool"].tolist()
    if unknown := sorted(set(named) - set(pools.names)):
        raise SchemaError(_UNKNOWN(where=Column("drivers", "pool"), unknown=unknown, known=pools.names))
    return rows


def _lacking(pools: Pools, final: Any, used: pd.Series[Any]) -> list[str]:
    """The pools that have costs left and no driver."""
    left = (final > _ROUNDING * max(float(pools.costs.sum()), 0.0)) & used.isna().to_numpy()
    return [name for name, lacks in zip(pools.names, left, strict=True) if lacks]


def _rest(pools: Pools, final: Any, quantity: Any, base: Any, *, nobody: pd.DataFrame) -> pd.DataFrame:
    """The rows of what is nobody's."""
    unknown = nobody.set_index("pool")["quantity"].reindex(pools.names).to_numpy(float)
    free = pools.capacities - quantity
    without = np.isnan(base) & (final > 0)
    with np.errstate(over="ignore"):
        rate = final / base
    rate = np.where(np.isinf(rate), np.nan, rate)
    parts = [
        ("unallocated", ~np.isnan(unknown) & ~np.isnan(base), unknown, rate, final * (unknown / base)),
        ("unallocated", without, np.zeros(len(base)), rate, final),
        ("unused_capacity", ~np.isnan(free), free, rate, final * (free / base)),
    ]
    tables = [
        pd.DataFrame(
            {
                "pool": np.array(pools.names, dtype=object)[there],
                "kind": kind,
                "driver_quantity": amount[there],
                "rate": cost_of_one[there],
                "cost": cost[there],
            }
        )
        for kind, there, amount, cost_of_one, cost in parts
        if there.any()
    ]
    empty = pd.DataFrame({name: [] for name in ("pool", "kind", "driver_quantity", "rate", "cost")})
    return pd.concat(tables, ignore_index=True) if tables else empty
