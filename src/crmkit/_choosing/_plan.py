"""What to expect of treating each customer, and the decision on each, under a budget and a capacity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Final, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_number, some
from crmkit._choosing._choice import Places, chosen, drawn_controls
from crmkit._frames import pandas_series, sorted_codes
from crmkit._messages import Column, Message, Parameter
from crmkit._random import as_generator
from crmkit._stats import as_floats, some_of
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["Expected", "Plan", "counted", "listed", "planned"]

Expected: TypeAlias = Callable[[Mapping[str, Floats]], tuple[Floats, Floats]]
"""From the numbers of customers by name to the profit and the cost that are expected of treating them."""

_IN_ENGINE: Final = Message(
    en="A list of actions needs a table in memory; collect {@customers} first.",
    zh="生成行动名单需要内存中的表，请先读入 {@customers}。",
)
_NEITHER: Final = Message(
    en="{name} must be a number or the name of a column of {@customers}, got {value}. Values of each customer "
    "are added to the table first, as a column.",
    zh="{name} 须为数字或 {@customers} 中的列名，得到 {value}。各客户的值请先作为一列加入该表。",
)
_NO_COLUMN: Final = Message(
    en="{@customers} has no column {column!r}, which {name} names; its columns are {given}.",
    zh="{@customers} 中没有 {name} 所指的列 {column!r}，现有的列为 {given}。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Nobody is left out unseen: fill in the values, "
    "or take these customers out of the table first.",
    zh="{where}缺失 {n:,} 行，最先见于行 {rows}。名单不会悄悄略过任何人：请补齐这些值，或先把这些客户从表中剔除。",
)
_TWICE: Final = Message(
    en="{where} names {n:,} {n:customer|customers} more than once, first at rows {rows}. Give one row per customer.",
    zh="{where}中有 {n:,} 位客户重复出现，最先见于行 {rows}。每位客户只能有一行。",
)
_NO_BUDGET: Final = Message(
    en="{@budget} must not be below 0, got {value!r}.", zh="{@budget} 不得小于 0，得到 {value!r}。"
)


class Plan(NamedTuple):
    """The numbers of all customers, and those chosen by position, best first, with who of them is left alone."""

    ids: nw.Series[Any]
    numbers: dict[str, Floats]
    profit: Floats
    cost: Floats
    chosen: Places
    is_control: npt.NDArray[np.bool_]


def planned(
    customers: object,
    quantities: Mapping[str, str | float],
    *,
    expected: Expected,
    budget: float | None,
    capacity: int | None,
    control_share: float,
    random_state: object,
) -> Plan:
    """Read the customers, work out what to expect of each, and choose.

    ``quantities`` are columns or numbers by the name of their parameter.
    """
    if budget is not None:
        check_number(budget, name="budget")
        if budget < 0:
            raise ValueError(_NO_BUDGET(value=budget))
    if capacity is not None:
        check_int(capacity, name="capacity", low=0)
    check_fraction(control_share, name="control_share", low_open=False)
    rng = as_generator(random_state)
    rows = open_columns(customers, ["customer_id"], name="customers", made_by="customer_summary")
    if not isinstance(rows, nw.DataFrame):
        raise TypeError(_IN_ENGINE())
    key = _keys(rows)
    numbers = {name: _floats(rows, given, name=name) for name, given in quantities.items()}
    profit, cost = expected(numbers)
    places = chosen(
        profit, cost, key,
        budget=np.inf if budget is None else float(budget), capacity=len(key) if capacity is None else int(capacity),
    )  # fmt: skip
    is_control = drawn_controls(len(places), share=float(control_share), rng=rng)
    return Plan(rows["customer_id"], numbers, profit, cost, places, is_control)


def listed(plan: Plan, *, shown: tuple[str, ...], treated: str) -> pd.DataFrame:
    """List those chosen, best first, with the numbers to show; ``treated`` is the arm of those not left alone."""
    at, contacted = plan.chosen, ~plan.is_control
    cost = np.where(contacted, plan.cost[at], 0.0)
    return pd.DataFrame(
        {
            "customer_id": pandas_series(plan.ids).array.take(at),
            "rank": np.arange(1, len(at) + 1),
            **{name: plan.numbers[name][at] for name in shown},
            "expected_profit": plan.profit[at],
            "cost": cost,
            "cumulative_cost": np.cumsum(cost),
            "cumulative_expected_profit": np.cumsum(np.where(contacted, plan.profit[at], 0.0)),
            "arm": pd.Series([treated, "control"]).array.take(plan.is_control.astype(int)),
        }
    )


def counted(plan: Plan, *, treated: str) -> pd.DataFrame:
    """Count the customers by what was decided on them."""
    is_listed = np.zeros(len(plan.profit), dtype=bool)
    is_listed[plan.chosen] = True
    groups = {
        treated: plan.chosen[~plan.is_control],
        "control": plan.chosen[plan.is_control],
        "beyond_limits": np.flatnonzero(~is_listed & (plan.profit > 0)),
        "does_not_pay": np.flatnonzero(plan.profit <= 0),
        "given": np.arange(len(plan.profit)),
    }
    return pd.DataFrame(
        {
            "decision": pd.Series(list(groups)),
            "n_customers": [len(at) for at in groups.values()],
            "expected_profit": [plan.profit[at].sum() for at in groups.values()],
            "expected_cost": [plan.cost[at].sum() for at in groups.values()],
        }
    )


def _keys(rows: nw.DataFrame[Any]) -> npt.NDArray[np.int64]:
    """Number the customers in the order of their ids; refuse ids that are missing or doubled."""
    where = Column("customers", "customer_id")
    check_kind(rows, "customer_id", "id", where=where, made_by="customer_summary")
    if rows.is_empty():
        return np.zeros(0, dtype=np.int64)
    ids = rows["customer_id"]
    _check_present(ids.is_null().to_numpy().astype(bool), where=where)
    key = sorted_codes(ids)
    counts = np.bincount(key)
    if (counts > 1).any():
        at = np.flatnonzero(counts[key] > 1)
        raise SchemaError(_TWICE(where=where, n=int((counts > 1).sum()), rows=some(at.tolist())))
    return key


def _floats(rows: nw.DataFrame[Any], given: object, *, name: str) -> Floats:
    """One number per customer, from a column or a number for all."""
    if isinstance(given, str):
        if given not in rows.columns:
            raise SchemaError(_NO_COLUMN(name=Parameter(name), column=given, given=some(rows.columns)))
        if rows.is_empty():
            return np.zeros(0)
        floats = as_floats(rows[given].to_native(), name=name)
        _check_present(np.isnan(floats), where=Column("customers", given))
        return floats
    if isinstance(given, (bool, np.bool_)) or not isinstance(given, Real):
        raise TypeError(_NEITHER(name=Parameter(name), value=some_of(given)))
    check_number(given, name=name)
    return np.full(len(rows), float(given))


def _check_present(missing: npt.NDArray[np.bool_], *, where: Column) -> None:
    if missing.any():
        at = np.flatnonzero(missing)
        raise SchemaError(_MISSING(where=where, n=at.size, rows=some(at.tolist())))
