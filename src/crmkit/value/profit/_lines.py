"""What each order line adds to the steps from gross sales to contribution, checked line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag, without_nan
from crmkit._messages import Column, Message
from crmkit._tables import ORDER_LINES, check_kind, open_table
from crmkit.value._cancelled import CANCELLED
from crmkit.value._faults import (
    INFINITE,
    MEND,
    MISSING,
    Fault,
    check_sums,
    is_infinite,
    numbers_that_may_lack,
    refuse_faults,
)

__all__ = ["KEY", "LIMITS", "OF_LINES", "ReturnedCost", "profit_lines"]

ReturnedCost: TypeAlias = Literal["recovered", "written_off"]
KEY: Final = "__crmkit_key"
OF_LINES: Final = ("gross_sales", "discounts", "returns", "net_revenue", "cost_of_goods", "estimated_cost")
"""The columns that lines add to, besides direct costs."""
LIMITS: Final = ("__crmkit_of_amounts", "__crmkit_of_costs", "__crmkit_of_direct")
"""How much of the sums of amounts, of costs and of direct costs is rounding, added up line by line."""

_NAME: Final = "order_lines"
_BACK, _COST, _OFF = "__crmkit_back", "__crmkit_cost", "__crmkit_off"

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
    """Turn order lines into a column ``KEY`` and what each adds to `OF_LINES`, direct costs and `LIMITS`."""
    numbers = [cost, *direct_costs, *([] if discount is None else [discount])]
    rows = open_table(order_lines, ORDER_LINES, name=_NAME, columns=("amount",), also=["order_id", key, *numbers])
    rows = numbers_that_may_lack(rows, [cost])
    for name in numbers:
        check_kind(rows, name, "money", where=Column(_NAME, name), made_by=None)
    has_quantity = "quantity" in rows.collect_schema().names()
    back = flag(nw.col("amount") < 0) + (flag(nw.col("quantity") < 0) if has_quantity else nw.lit(0))
    rows = without_nan(rows).with_columns(
        back.alias(_BACK), nw.col(cost).cast(nw.Float64).alias(_COST), nw.col("amount").cast(nw.Float64)
    )
    sold, came_back = nw.col(_BACK) == 0, nw.col(_BACK) > 0
    counts = sold if returned_cost == "written_off" else nw.lit(True)
    faults = [
        Fault("amount", MISSING, nw.col("amount").is_null(), _AMOUNT),
        Fault(cost, _BELOW, (nw.col(_COST) < 0) & sold, _SIGN),
        Fault(cost, _ABOVE, (nw.col(_COST) > 0) & came_back, _SIGN),
    ]
    if missing_cost_rate is None:
        faults.append(Fault(cost, MISSING, nw.col(_COST).is_null() & counts, _GIVE_COST))
    faults += [Fault(name, MISSING, nw.col(name).is_null(), _FILL) for name in direct_costs]
    if discount is not None:
        faults.append(Fault(discount, MISSING, nw.col(discount).is_null() & sold, _FILL))
        faults.append(Fault(discount, _BELOW, (nw.col(discount) < 0) & sold, _OFF_SIGN))
    for name in dict.fromkeys(("amount", *numbers)):
        faults.append(Fault(name, INFINITE, is_infinite(name), MEND))
    refuse_faults(rows, faults, name=_NAME, known_by="order_id")
    check_sums(rows, numbers, name=_NAME)
    amount = nw.col("amount")
    off = nw.lit(0.0) if discount is None else nw.when(sold).then(nw.col(discount).cast(nw.Float64)).otherwise(0.0)
    guessed = nw.when(nw.col(_COST).is_null()).then(amount * (missing_cost_rate or 0.0)).otherwise(0.0)
    paid = nw.when(nw.col(_COST).is_null()).then(guessed).otherwise(nw.col(_COST))
    rows = rows.with_columns(off.alias(_OFF))
    return rows.select(
        nw.col(key).alias(KEY),
        nw.when(sold).then(amount + nw.col(_OFF)).otherwise(0.0).alias("gross_sales"),
        nw.col(_OFF).alias("discounts"),
        nw.when(came_back).then(amount * -1.0).otherwise(0.0).alias("returns"),
        amount.alias("net_revenue"),
        nw.when(counts).then(paid).otherwise(0.0).alias("cost_of_goods"),
        nw.when(counts).then(guessed).otherwise(0.0).alias("estimated_cost"),
        *(nw.col(name).cast(nw.Float64) for name in direct_costs),
        *(
            sum((each.abs() * CANCELLED for each in money), nw.lit(0.0)).alias(limit)
            for limit, money in zip(
                LIMITS,
                ([amount, nw.col(_OFF)], [paid], [nw.col(name).cast(nw.Float64) for name in direct_costs]),
                strict=True,
            )
        ),
    )
