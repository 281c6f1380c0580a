"""Costs of pools that serve one another, moved to those that serve customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._frames import FrameT, from_pandas, to_pandas, without_nan
from crmkit._messages import Column, Message, Parameter
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
    numbers_that_may_lack,
    refuse_faults,
)
from crmkit.value.profit._decimals import rounded_moves

__all__ = ["Method", "Pools", "moved_costs", "pool_cost_table", "read_pools"]

Method: TypeAlias = Literal["direct", "step_down", "reciprocal"]
_ROUNDING: Final = 1e-9

_NOT_ABOVE: Final = Message(en="{where} is not above 0", zh="{where}不大于 0")
_BEYOND: Final = Message(en="{where} is above 1", zh="{where}大于 1")
_TWICE: Final = Message(
    en="{name} has {what} more than once: {twice}. Add them up.", zh="{name} 中的 {what} 重复出现：{twice}。请先合并。"
)
_UNKNOWN: Final = Message(
    en="{where} has {unknown}, which {@pools} does not have. It has {known}.",
    zh="{where}中的 {unknown} 不在 {@pools} 中，后者有 {known}。",
)
_TOO_MUCH: Final = Message(
    en="{@services} gives away more than the whole of {names}: the shares of each must add up to at most 1.",
    zh="{@services} 中 {names} 给出的比例合计超过 1。",
)
_CLOSED: Final = Message(
    en="{names} serve only one another, or themselves, so that their costs never leave them. Let them serve another "
    "pool, or leave part of their shares to the customers.",
    zh="{names} 只为彼此或自己服务，其成本永远无法转出。请让它们为其他成本池服务，或将部分比例留给客户。",
)
_NOWHERE: Final = Message(
    en="By the {method} method {names} has nobody to give its costs to: it serves only pools that are left out. Use "
    "{@method='reciprocal'}, or another {@order}.",
    zh="按 {method} 法，{names} 的成本无处可去：它只为已不参与分配的成本池服务。"
    "请用 {@method='reciprocal'}，或换一种 {@order}。",
)
_NO_ORDER: Final = Message(
    en="{@order} must name each pool that serves others once, {wanted}, got {got}.",
    zh="{@order} 须把为其他成本池服务的每个成本池各列一次（{wanted}），得到 {got}。",
)
_ORDER_UNUSED: Final = Message(
    en="{@order} belongs to {@method='step_down'}, got the method {method!r}.",
    zh="{@order} 只用于 {@method='step_down'}，得到方法 {method!r}。",
)
_NAMED_METHODS: Final = {
    "direct": Message(en="direct", zh="直接分配"),
    "step_down": Message(en="step-down", zh="阶梯分配"),
    "reciprocal": Message(en="reciprocal", zh="交互分配"),
}


class Pools(NamedTuple):
    """Pools by name: their own costs, and their practical capacity where it is known."""

    names: list[str]
    costs: Floats
    capacities: Floats


def pool_cost_table(
    pools: FrameT,
    *,
    services: Any,
    method: Method = "reciprocal",
    order: Sequence[str] | None = None,
    decimals: int | None = None,
) -> FrameT:
    r"""Move the costs of pools that serve other pools to those that they serve.

    With the shares :math:`S_{jk}` of pool :math:`k`'s service that pool :math:`j` uses, and the pools' own costs
    :math:`c`, the reciprocal method solves :math:`x = c + S x`.

    Parameters
    ----------
    pools : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per pool: ``pool``, its name; ``cost``, at least 0.
    services : a table of any kind
        Which pools serve which: ``pool``, the one that serves; ``to``, the one that is served; ``share`` of the service
        that it uses, in [0, 1]. The rest of a pool's service goes to customers, by its own driver. A pool's use of its
        own service does not matter.
    method : {"reciprocal", "step_down", "direct"}, default "reciprocal"
        "reciprocal" takes all services into account at once. "step_down" closes one pool after another, and a closed
        pool gets nothing more; the order matters. "direct" ignores services between pools that serve.
    order : sequence of str, optional
        For "step_down", the order in which pools that serve are closed. By default those first that give the most of
        their service to others that serve.
    decimals : int, optional
        Round the money to so many decimals (2 for cents) without losing any: what is left for customers is rounded by
        largest remainders. By default it is not rounded.

    Returns
    -------
    the kind of frame given
        One row per pool, in the order given: ``pool``; ``cost``, its own; ``received`` from others; ``given`` to
        others; ``final_cost``, what is left for customers. ``final_cost`` adds up to the same total as ``cost``,
        whatever the method.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, a pool or service is there twice, a pool is not known,
        the shares of a pool add up to more than 1, pools serve only one another, or a cost has more decimals than
        ``decimals``.
    TypeError
        If a table is not a frame, or ``decimals`` not a whole number.
    ValueError
        If ``method`` is not one of the three, ``order`` does not name the pools that serve, or ``decimals`` does not
        lie between 0 and 9.

    See Also
    --------
    allocate_costs : The costs that are left, by their drivers to customers.

    References
    ----------
    .. [1] Horngren, Datar and Rajan, *Cost Accounting: A Managerial Emphasis*, "Allocation of Support-Department
       Costs".

    Examples
    --------
    >>> import pandas as pd
    >>> pools = pd.DataFrame(
    ...     {"pool": ["administration", "maintenance", "two-day", "next-day"], "cost": [1200, 2400, 1500, 4000]}
    ... )
    >>> services = pd.DataFrame({
    ...     "pool": ["maintenance"] * 3 + ["administration"] * 3,
    ...     "to": ["administration", "two-day", "next-day", "maintenance", "two-day", "next-day"],
    ...     "share": [1 / 5, 1 / 5, 3 / 5, 1 / 6, 1 / 6, 4 / 6],
    ... })
    >>> pool_cost_table(pools, services=services).round(2)
                 pool    cost  received    given  final_cost
    0  administration  1200.0    537.93  1737.93        0.00
    1     maintenance  2400.0    289.66  2689.66        0.00
    2         two-day  1500.0    827.59     0.00     2327.59
    3        next-day  4000.0   2772.41     0.00     6772.41
    """
    found = read_pools(pools)
    received, given, final = moved_costs(found, services, method=method, order=order, decimals=decimals)
    table = pd.DataFrame(
        {"pool": found.names, "cost": found.costs, "received": received, "given": given, "final_cost": final}
    )
    return from_pandas(table, like=pools)


def read_pools(pools: Any) -> Pools:
    """Read pools and check them."""
    rows = open_columns(pools, ["pool", "cost"], name="pools", made_by=None)
    numbers = ["cost", *(["capacity"] if "capacity" in rows.collect_schema().names() else [])]
    rows = numbers_that_may_lack(rows, numbers[1:])
    for name in numbers:
        check_kind(rows, name, "money", where=Column("pools", name), made_by=None)
    rows = without_nan(rows.select("pool", *numbers))
    faults = [Fault("pool", MISSING, nw.col("pool").is_null(), MEND), *amount_faults("cost")]
    if "capacity" in numbers:
        faults.append(Fault("capacity", _NOT_ABOVE, nw.col("capacity") <= 0, MEND))
        faults.append(Fault("capacity", INFINITE, is_infinite("capacity"), MEND))
    refuse_faults(rows, faults, name="pools", known_by="pool")
    check_sums(rows, ["cost"], name="pools")
    table = to_pandas(rows)
    names = table["pool"].astype(str).tolist()
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SchemaError(_TWICE(name=Parameter("pools"), what="pool", twice=twice))
    capacities = (
        table["capacity"].to_numpy(float, na_value=np.nan) if "capacity" in numbers else np.full(len(names), np.nan)
    )
    return Pools(names, table["cost"].to_numpy(float), capacities)


def moved_costs(
    pools: Pools, services: Any, *, method: Method, order: Sequence[str] | None, decimals: int | None = None
) -> tuple[Floats, Floats, Floats]:
    """What each pool receives from others, gives to others, and keeps for customers; rounded where asked."""
    moved = _moved(pools, services, method=method, order=order)
    if decimals is None:
        return moved
    return rounded_moves(pools.costs, *moved, decimals=decimals, where=Column("pools", "cost"))


def _moved(
    pools: Pools, services: Any, *, method: Method, order: Sequence[str] | None
) -> tuple[Floats, Floats, Floats]:
    check_option(method, get_args(Method), name="method")
    if order is not None and method != "step_down":
        raise ValueError(_ORDER_UNUSED(method=method))
    shares, kept = _shares(pools, services)
    serves = shares.sum(axis=0) > 0
    if method == "reciprocal":
        gross = np.linalg.solve(np.eye(len(kept)) - shares, pools.costs) if len(kept) else pools.costs
        return gross - pools.costs, shares.sum(axis=0) * gross, kept * gross
    if method == "direct":
        closing, closed_first = np.flatnonzero(serves), serves
    else:
        closing, closed_first = _closing(pools, shares, serves, order), np.zeros(len(kept), dtype=bool)
    return _closed_in_turn(pools, shares, kept, closing, closed_first, method=method)


def _closed_in_turn(
    pools: Pools, shares: Floats, kept: Floats, closing: Any, closed_first: Any, *, method: str
) -> tuple[Floats, Floats, Floats]:
    """Close pools one after another; what a pool gives is shared out among those that are still open."""
    closed = closed_first.copy()
    gross, given, final = pools.costs.copy(), np.zeros(len(kept)), pools.costs.copy()
    for place in closing:
        closed[place] = True
        open_shares = np.where(closed, 0.0, shares[:, place])
        whole = open_shares.sum() + kept[place]
        if whole <= 0:
            raise SchemaError(_NOWHERE(method=_NAMED_METHODS[method](), names=pools.names[place]))
        gross += gross[place] * open_shares / whole
        given[place] = gross[place] * open_shares.sum() / whole
    final = gross - given
    return gross - pools.costs, given, final


def _closing(pools: Pools, shares: Floats, serves: Any, order: Sequence[str] | None) -> Any:
    """The order in which pools that serve are closed."""
    places = np.flatnonzero(serves)
    if order is None:
        to_services = shares[serves].sum(axis=0)[places]
        return places[np.argsort(-to_services, kind="stable")]
    wanted = [pools.names[place] for place in places]
    got = [order] if isinstance(order, str) else [str(name) for name in order]
    if sorted(got) != sorted(wanted):
        raise ValueError(_NO_ORDER(wanted=wanted, got=got))
    return [pools.names.index(name) for name in got]


def _shares(pools: Pools, services: Any) -> tuple[Floats, Floats]:
    """Which share of each column's service each row uses, without its own use, and what is left for customers."""
    n = len(pools.names)
    if services is None:
        return np.zeros((n, n)), np.ones(n)
    rows = open_columns(services, ["pool", "to", "share"], name="services", made_by=None)
    check_kind(rows, "share", "share", where=Column("services", "share"), made_by=None)
    rows = without_nan(rows.select("pool", "to", "share"))
    faults = [Fault(name, MISSING, nw.col(name).is_null(), MEND) for name in ("pool", "to")]
    faults += [*amount_faults("share"), Fault("share", _BEYOND, nw.col("share") > 1 + _ROUNDING, MEND)]
    refuse_faults(rows, faults, name="services", known_by="pool")
    table = to_pandas(rows)
    table = table.assign(pool=table["pool"].astype(str), to=table["to"].astype(str))
    for name in ("pool", "to"):
        if unknown := [each for each in dict.fromkeys(table[name]) if each not in pools.names]:
            raise SchemaError(_UNKNOWN(where=Column("services", name), unknown=unknown, known=pools.names))
    if (twice := table.duplicated(["pool", "to"])).any():
        pairs = [" → ".join(pair) for pair in table.loc[twice, ["pool", "to"]].to_numpy().tolist()]
        raise SchemaError(_TWICE(name=Parameter("services"), what="pool → to", twice=pairs))
    shares = np.zeros((n, n))
    place = {name: at for at, name in enumerate(pools.names)}
    shares[table["to"].map(place).to_numpy(int), table["pool"].map(place).to_numpy(int)] = table["share"]
    sums = shares.sum(axis=0)
    if (above := sums > 1 + _ROUNDING).any():
        raise SchemaError(_TOO_MUCH(names=[pools.names[at] for at in np.flatnonzero(above)]))
    # Shares that add up to 1 but for rounding leave nothing.
    kept = np.where(np.abs(1 - sums) <= _ROUNDING, 0.0, 1 - sums)
    np.fill_diagonal(shares, 0.0)
    _refuse_closed(pools, shares, kept)
    whole = shares.sum(axis=0) + kept
    return shares / whole, kept / whole


def _refuse_closed(pools: Pools, shares: Floats, kept: Floats) -> None:
    """Raise if the costs of some pools never reach customers."""
    leaves = kept > 0
    for _ in pools.names:
        leaves = leaves | (shares[leaves].sum(axis=0) > 0)
    if not leaves.all():
        raise SchemaError(_CLOSED(names=[pools.names[at] for at in np.flatnonzero(~leaves)]))
