"""What each order line adds to the steps from gross sales to contribution, checked line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import some
from crmkit._frames import AnyFrame, flag, to_pandas, without_nan
from crmkit._messages import Column, Message
from crmkit._tables import ORDER_LINES, check_kind, open_table
from crmkit.errors import SchemaError

__all__ = ["KEY", "OF_LINES", "ReturnedCost", "profit_lines"]

ReturnedCost: TypeAlias = Literal["recovered", "written_off"]
KEY: Final = "__crmkit_key"
OF_LINES: Final = ("gross_sales", "discounts", "returns", "net_revenue", "cost_of_goods", "estimated_cost")
"""The columns that lines add to, besides direct costs."""

_NAME: Final = "order_lines"
_BACK, _COST, _OFF, _WRONG = "__crmkit_back", "__crmkit_cost", "__crmkit_off", "__crmkit_wrong"

_AT_ROWS: Final = Message(
    en="{problem} in {n:,} {n:line|lines}, first at rows {rows}. {mend}",
    zh="{problem}，共 {n:,} 行，最先见于行 {rows}。{mend}",
)
_IN_ORDERS: Final = Message(
    en="{problem} in {n:,} {n:line|lines}, such as some of the orders {orders}. {mend}",
    zh="{problem}，共 {n:,} 行，例如订单 {orders} 中的行。{mend}",
)
_MISSING: Final = Message(en="{where} is missing", zh="{where}有缺失")
_INFINITE: Final = Message(en="{where} is infinite", zh="{where}为无穷大")
_BELOW: Final = Message(en="{where} is below 0 where goods were sold", zh="{where}在售出行中小于 0")
_ABOVE: Final = Message(en="{where} is above 0 where goods came back", zh="{where}在退货行中大于 0")
_GIVE_COST: Final = Message(
    en="A cost that is not known is not 0: fill it in, or give {@missing_cost_rate}, the share of revenue to take for "
    "it.",
    zh="未知的成本并不等于 0：请补全，或用 {@missing_cost_rate} 给出按收入估算的比例。",
)
_FILL: Final = Message(en="Fill in 0 where there was none.", zh="没有发生的请填 0。")
_AMOUNT: Final = Message(
    en="as_order_lines finds the amounts of lines that have a price.", zh="有价格时 as_order_lines 会得出各行的金额。"
)
_SIGN: Final = Message(
    en="A cost has the sign of the goods: above 0 where they are sold, below 0 where amount or quantity is below 0.",
    zh="成本的符号随货物而定：售出为正；金额或数量小于 0 的行为负。",
)
_OFF_SIGN: Final = Message(
    en="Give what was taken off the price of the line, as a number of 0 or more.",
    zh="请给出该行让利的金额，不小于 0。",
)
_MEND: Final = Message(en="Mend or drop them.", zh="请修正或删除这些行。")


class _Fault(NamedTuple):
    """What may be wrong with a column, where, and how to mend it."""

    column: str
    problem: Message
    wrong: nw.Expr
    mend: Message


def profit_lines(
    order_lines: Any,
    *,
    key: str,
    cost: str,
    discount: str | None,
    direct_costs: Sequence[str],
    returned_cost: ReturnedCost,
    missing_cost_rate: float | None,
) -> AnyFrame:
    """Turn order lines into their key, in a column ``KEY``, and what each adds to ``OF_LINES`` and direct costs."""
    numbers = [cost, *direct_costs, *([] if discount is None else [discount])]
    rows = open_table(order_lines, ORDER_LINES, name=_NAME, columns=("amount",), also=["order_id", key, *numbers])
    for name in numbers:
        check_kind(rows, name, "money", where=Column(_NAME, name), made_by=ORDER_LINES.made_by)
    has_quantity = "quantity" in rows.collect_schema().names()
    back = flag(nw.col("amount") < 0) + (flag(nw.col("quantity") < 0) if has_quantity else nw.lit(0))
    rows = without_nan(rows).with_columns(
        back.alias(_BACK), nw.col(cost).cast(nw.Float64).alias(_COST), nw.col("amount").cast(nw.Float64)
    )
    sold, came_back = nw.col(_BACK) == 0, nw.col(_BACK) > 0
    counts = sold if returned_cost == "written_off" else nw.lit(True)
    faults = [
        _Fault("amount", _MISSING, nw.col("amount").is_null(), _AMOUNT),
        _Fault(cost, _BELOW, (nw.col(_COST) < 0) & sold, _SIGN),
        _Fault(cost, _ABOVE, (nw.col(_COST) > 0) & came_back, _SIGN),
    ]
    if missing_cost_rate is None:
        faults.append(_Fault(cost, _MISSING, nw.col(_COST).is_null() & counts, _GIVE_COST))
    faults += [_Fault(name, _MISSING, nw.col(name).is_null(), _FILL) for name in direct_costs]
    if discount is not None:
        faults.append(_Fault(discount, _MISSING, nw.col(discount).is_null() & sold, _FILL))
        faults.append(_Fault(discount, _BELOW, (nw.col(discount) < 0) & sold, _OFF_SIGN))
    for name in dict.fromkeys(("amount", *numbers)):
        infinite = nw.col(name).cast(nw.Float64).abs() > np.finfo(float).max
        faults.append(_Fault(name, _INFINITE, infinite, _MEND))
    _refuse(rows, faults)
    amount = nw.col("amount")
    off = nw.lit(0.0) if discount is None else nw.when(sold).then(nw.col(discount).cast(nw.Float64)).otherwise(0.0)
    guessed = nw.when(nw.col(_COST).is_null()).then(amount * (missing_cost_rate or 0.0)).otherwise(0.0)
    paid = nw.when(nw.col(_COST).is_null()).then(guessed).otherwise(nw.col(_COST))
    rows = rows.with_columns(off.alias(_OFF))
    return rows.select(
        nw.col(key).alias(KEY),
        nw.when(sold).then(amount + nw.col(_OFF)).otherwise(0.0).alias("gross_sales"),
        nw.col(_OFF).alias("discounts"),
        nw.when(came_back).then(-amount).otherwise(0.0).alias("returns"),
        amount.alias("net_revenue"),
        nw.when(counts).then(paid).otherwise(0.0).alias("cost_of_goods"),
        nw.when(counts).then(guessed).otherwise(0.0).alias("estimated_cost"),
        *(nw.col(name).cast(nw.Float64) for name in direct_costs),
    )


def _refuse(rows: AnyFrame, faults: Sequence[_Fault]) -> None:
    """Raise if something is wrong in any line, with positions; of an engine's lines with some of their orders."""
    there = to_pandas(rows.select(fault.wrong.any().alias(f"{place}") for place, fault in enumerate(faults)))
    for place, fault in enumerate(faults):
        if there.empty or there[f"{place}"].iloc[0] is None or not bool(there[f"{place}"].iloc[0]):
            continue
        problem, mend = fault.problem(where=Column(_NAME, fault.column)), fault.mend()
        if isinstance(rows, nw.DataFrame):
            at = np.flatnonzero(rows.select(flag(fault.wrong).alias(_WRONG))[_WRONG].to_numpy())
            raise SchemaError(_AT_ROWS(problem=problem, n=at.size, rows=some(at.tolist()), mend=mend))
        found = to_pandas(rows.filter(fault.wrong).group_by("order_id").agg(nw.len().alias(_WRONG)))
        orders = some(sorted(found["order_id"], key=str))
        raise SchemaError(_IN_ORDERS(problem=problem, n=int(found[_WRONG].sum()), orders=orders, mend=mend))
