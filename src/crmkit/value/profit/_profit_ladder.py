"""From gross sales to net profit, of all customers together, with the costs that are nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._cancelled import cancelled

__all__ = ["PROFIT_STEPS", "profit_ladder_table"]

PROFIT_STEPS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "gross_sales": Label("Gross sales", "销售总额"),
        "discounts": Label("Discounts", "折扣"),
        "returns": Label("Returns", "退货"),
        "net_revenue": Label("Net revenue", "净收入"),
        "cost_of_goods": Label("Cost of goods", "销货成本"),
        "gross_margin": Label("Gross margin", "毛利"),
        "contribution": Label("Contribution", "边际贡献"),
        "cost_to_serve": Label("Cost to serve", "服务成本"),
        "net_profit": Label("Net profit", "净利润"),
        "unallocated": Label("Unallocated cost", "未分摊成本"),
        "unused_capacity": Label("Unused capacity", "闲置产能"),
        "profit": Label("Profit", "利润"),
    }
)
"""The English and Chinese names of the steps; direct costs go by the names of their columns."""

_MADE_BY: Final = "value.profit.customer_profit_table"
_BEFORE_DIRECT: Final = ("gross_sales", "discounts", "returns", "net_revenue", "cost_of_goods", "gross_margin")
_AFTER_DIRECT: Final = ("contribution", "cost_to_serve", "net_profit")
_LEVELS: Final = ("gross_sales", "net_revenue", "gross_margin", "contribution", "net_profit", "profit")
_ROUNDING: Final = 1e-9

_OTHER_COSTS: Final = Message(
    en="{@allocation} gives {found:,.2f} to customers, but {@profits} has {held:,.2f} of cost to serve. Give the "
    "allocation that the profits were worked out with.",
    zh="{@allocation} 分摊给客户 {found:,.2f}，而 {@profits} 中的服务成本为 {held:,.2f}。"
    "请给出计算利润时所用的分摊结果。",
)


def profit_ladder_table(profits: FrameT, *, allocation: Any = None) -> FrameT:
    """Add up the profits of customers to the steps from gross sales to profit.

    Parameters
    ----------
    profits : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `customer_profit_table` gives it, or some rows of it.
    allocation : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame, optional
        The cost to serve that the profits were worked out with, as `allocate_costs` or `time_driven_costs` gives it.
        What it could not give to customers, unused capacity above all, is taken off at the end.

    Returns
    -------
    the kind of frame given
        One row per step, from the first to the last: ``step``; ``role``, "level" for what is reached, "change" for what
        leads from one level to the next; ``amount``, in money, below 0 for what is taken off; ``share`` of net revenue,
        missing where that is not above 0.

        The steps are ``gross_sales``, ``discounts``, ``returns``, ``net_revenue``, ``cost_of_goods``, ``gross_margin``,
        the direct costs, ``contribution``; where the cost to serve is known ``cost_to_serve`` and ``net_profit``; with
        an allocation also the kinds of its other rows, such as ``unallocated`` and ``unused_capacity``, and ``profit``.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold money, or the allocation gives another sum to customers than the profits
        have.
    TypeError
        If a table is not a frame.

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> from crmkit.value.profit import customer_profit_table
    >>> lines = make_order_lines(n_customers=50, random_state=7).lines
    >>> order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=["cost"])
    >>> profits = customer_profit_table(order_lines, cost="cost", returned_cost="recovered")
    >>> profit_ladder_table(profits)[["step", "amount", "share"]].round(3)
                step    amount  share
    0    gross_sales  16313.48  1.021
    1      discounts      0.00  0.000
    2        returns   -343.24 -0.021
    3    net_revenue  15970.24  1.000
    4  cost_of_goods  -9558.76 -0.599
    5   gross_margin   6411.48  0.401
    6   contribution   6411.48  0.401
    """
    needed = [*_BEFORE_DIRECT, *_AFTER_DIRECT]
    rows = open_columns(profits, needed, name="profits", made_by=_MADE_BY)
    names = rows.collect_schema().names()
    direct = names[names.index("gross_margin") + 1 : names.index("contribution")]
    steps = [*_BEFORE_DIRECT, *direct, "contribution"]
    for name in [*needed, *direct]:
        check_kind(rows, name, "money", where=Column("profits", name), made_by=_MADE_BY)
    known = nw.col("cost_to_serve").is_null().any().alias("lacking")
    found = to_pandas(rows.select(nw.col(*steps, *_AFTER_DIRECT[1:]).cast(nw.Float64).sum(), known)).iloc[0]
    sums = {name: float(found[name]) for name in steps}
    if not bool(found["lacking"]) and len(found):
        sums |= {name: float(found[name]) for name in _AFTER_DIRECT}
    if allocation is not None:
        sums |= _beyond(allocation, sums)
    return from_pandas(_table(sums), like=profits)


def _beyond(allocation: Any, sums: dict[str, float]) -> dict[str, float]:
    """The costs that are nobody's, by their kind, and what profit they leave."""
    rows = open_columns(allocation, ["kind", "cost"], name="allocation", made_by="allocate_costs")
    check_kind(rows, "cost", "money", where=Column("allocation", "cost"), made_by="allocate_costs")
    rows = rows.select("kind", nw.col("cost").cast(nw.Float64))
    costs = to_pandas(rows.group_by("kind").agg(nw.col("cost").sum())).set_index("kind")["cost"]
    held, given = sums.get("cost_to_serve", np.nan), float(costs.get("allocated", 0.0))
    if not abs(held - given) <= _ROUNDING * max(float(costs.abs().sum()), abs(held)):
        raise SchemaError(_OTHER_COSTS(found=given, held=held))
    others = {str(kind): float(cost) for kind, cost in costs.sort_index().items() if kind != "allocated"}
    return {**others, "profit": sums["net_profit"] - sum(others.values())}


def _table(sums: dict[str, float]) -> pd.DataFrame:
    steps = list(sums)
    is_level = np.isin(steps, _LEVELS)
    amounts = np.array(list(sums.values())) * np.where(is_level, 1.0, -1.0)
    revenue = float(cancelled(sums["net_revenue"], sums["gross_sales"], sums["returns"]))
    base = revenue if revenue > 0 else np.nan
    return pd.DataFrame(
        {
            "step": steps,
            "role": np.where(is_level, "level", "change").astype(object),
            # Nothing taken off is 0 without a sign.
            "amount": amounts + 0.0,
            "share": amounts / base + 0.0,
        }
    )
