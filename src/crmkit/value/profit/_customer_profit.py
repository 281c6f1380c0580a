"""From gross sales to net profit, customer by customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast, get_args

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_fraction, check_option
from crmkit._frames import (
    AnyFrame,
    FrameT,
    column_name,
    give_table,
    listed_names,
    same_kind,
    to_pandas,
    with_numpy_types,
    without_nan,
)
from crmkit._grouping import check_labels, label_name
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.value._cancelled import CANCELLED, without_rounding
from crmkit.value.profit._lines import KEY, LIMITS, OF_LINES, ReturnedCost, profit_lines

__all__ = ["RATES", "customer_profit_table"]

RATES: Final = {
    "gross_margin_rate": "gross_margin",
    "contribution_margin_rate": "contribution",
    "net_profit_rate": "net_profit",
}
"""Rates, and the money that they divide by net revenue."""

_SERVED: Final = "cost_to_serve"
_MADE: Final = ("gross_margin", "contribution", _SERVED, "net_profit", *RATES)

_TAKEN: Final = Message(
    en="{@order_lines} has the columns {names}, which the result has too. Rename them.",
    zh="{@order_lines} 的列 {names} 与结果表的列重名，请改名。",
)
_TWICE: Final = Message(
    en="{names} are named more than once as columns of costs. A cost counts once.",
    zh="{names} 被重复指定为成本列，每项成本只能计一次。",
)
_OTHER_IDS: Final = Message(
    en="{where} holds {kind} and {other} holds {other_kind}. Give both in one type, or no customer is found.",
    zh="{where}的类型为 {kind}，而{other}的类型为 {other_kind}。请统一类型，否则无法匹配客户。",
)
_NO_COST: Final = Message(
    en="{where} is missing or infinite for some rows that have a {by}. Mend or drop them.",
    zh="{where}在部分有 {by} 的行中缺失或为无穷大，请修正或删除这些行。",
)


def customer_profit_table(
    order_lines: FrameT,
    *,
    cost: str,
    returned_cost: ReturnedCost,
    discount: str | None = None,
    direct_costs: Sequence[str] = (),
    missing_cost_rate: float | None = None,
    cost_to_serve: Any = None,
    by: str = "customer_id",
) -> FrameT:
    r"""Follow each customer's money from gross sales to net profit.

    .. math::
        \text{net revenue} &= \text{gross sales} - \text{discounts} - \text{returns} \\
        \text{gross margin} &= \text{net revenue} - \text{cost of goods} \\
        \text{contribution} &= \text{gross margin} - \text{direct costs} \\
        \text{net profit} &= \text{contribution} - \text{cost to serve}

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_order_lines` gives them, with the columns of costs kept. Lines with an amount or a quantity below
        0 are returns or refunds.
    cost : str
        The column of what the goods of a line cost, in money, with the sign of the goods: below 0 for returns.
    returned_cost : {"recovered", "written_off"}
        Whether returned goods can be sold again, so that their cost is taken off the cost of goods, or not.
    discount : str, optional
        The column of what was taken off the price of a line, in money, 0 or more; gross sales are the amounts before
        it. On returned goods it does not count: they come back at what was paid for them.
    direct_costs : sequence of str, default ()
        Columns of further costs of a line, in money: freight, the fee of the payment, commission, a coupon.
    missing_cost_rate : float, optional
        If a cost is missing, the share of the line's amount that takes its place, in [0, 1]. By default a missing cost
        is refused.
    cost_to_serve : the kind of frame given, optional
        A table of ``by`` and ``cost``, such as `allocate_costs` gives it; several rows of a customer are added up.
        Customers without a row cost nothing to serve. Rows without a customer are left to `profit_ladder_table`.
    by : str, default "customer_id"
        The column of what profit is worked out for: customers, or any label of lines.

    Returns
    -------
    the kind of frame given
        One row per value of ``by``, sorted in memory; lines without a label have a row of their own, whose label is
        missing. The column ``by``, then in money:

        - ``gross_sales``, before discounts; ``discounts``; ``returns``, at least 0.
        - ``net_revenue``, which is the sum of the amounts, 0 where they cancel but for rounding, as other sums here.
        - ``cost_of_goods``; ``estimated_cost``, the part of it that is taken by ``missing_cost_rate``.
        - ``gross_margin``.
        - a column for each of ``direct_costs``, by its name.
        - ``contribution``.
        - ``cost_to_serve`` and ``net_profit``; both missing unless the cost to serve is given. Customers who cost
          something but ordered nothing have a row, too.

        Then ``gross_margin_rate``, ``contribution_margin_rate``, ``net_profit_rate``: shares of net revenue, missing
        where that is not above 0.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should; an amount, cost, discount or direct cost is missing or
        infinite, or a cost or discount has the wrong sign, with positions; ids of both tables are of different kinds.
    TypeError
        If a table is not a frame or both are not of one kind, or a column is not named as it should be.
    ValueError
        If ``returned_cost`` is not one of the two, ``missing_cost_rate`` does not lie in [0, 1], or a column that is
        given has the name of one of the result or is given twice.

    See Also
    --------
    profit_ladder_table : The same steps for all customers together.
    whale_curve_table : How much of all profit the most profitable customers make.
    crmkit.metrics.customer_profit_share : A customer's share of the profit of all.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., chs. 3 and 5.
    .. [2] Kaplan and Narayanan (2001), "Measuring and Managing Customer Profitability", *Journal of Cost Management*
       15(5).

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> lines = make_order_lines(n_customers=50, random_state=7).lines
    >>> order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=["cost"])
    >>> profits = customer_profit_table(order_lines, cost="cost", returned_cost="recovered")
    >>> profits[["customer_id", "gross_sales", "returns", "cost_of_goods", "gross_margin"]].head(3).round(2)
       customer_id  gross_sales  returns  cost_of_goods  gross_margin
    0            1       391.87      8.0         230.34        153.53
    1            2       101.90      0.0          55.66         46.24
    2            3      1335.37     31.2         730.54        573.63
    """
    check_option(returned_cost, get_args(ReturnedCost), name="returned_cost")
    key, paid = label_name(by), column_name(cost, name="cost")
    off = None if discount is None else column_name(discount, name="discount")
    direct = listed_names(direct_costs, name="direct_costs")
    _check_names(key, [paid, *direct, *([] if off is None else [off])], shown=[key, *direct])
    if missing_cost_rate is not None:
        check_fraction(missing_cost_rate, name="missing_cost_rate", low_open=False, high_open=False)
    lines = profit_lines(
        order_lines,
        key=key,
        cost=paid,
        discount=off,
        direct_costs=direct,
        returned_cost=returned_cost,
        missing_cost_rate=missing_cost_rate,
    )
    check_labels(lines.rename({KEY: key}), [key], table="order_lines")
    sums = lines.group_by(KEY).agg(nw.col(*OF_LINES, *direct, *LIMITS).sum())
    if cost_to_serve is None:
        sums = sums.with_columns(nw.lit(None, dtype=nw.Float64).alias(_SERVED))
    else:
        sums = _with_costs(sums, cost_to_serve, key=key)
    found = _finished(sums, direct).rename({KEY: key})
    found = found.sort(key, nulls_last=True) if isinstance(found, nw.DataFrame) else found
    return give_table(found, like=order_lines)


def _check_names(key: str, costs: Sequence[str], *, shown: Sequence[str]) -> None:
    if taken := [name for name in shown if name in (*OF_LINES, *_MADE)]:
        raise ValueError(_TAKEN(names=taken))
    if twice := sorted({name for name in costs if costs.count(name) > 1 or name == key}):
        raise ValueError(_TWICE(names=twice))


def _with_costs(sums: AnyFrame, cost_to_serve: Any, *, key: str) -> AnyFrame:
    """Put what customers cost to serve beside their sums; those who have no lines come to the rest."""
    costs = _costs(sums, cost_to_serve, key=key)
    money = [name for name in sums.collect_schema().names() if name != KEY]
    parts = [
        sums.with_columns(nw.lit(0.0).alias(_SERVED)).select(KEY, *money, _SERVED),
        costs.select(KEY, *(nw.lit(0.0).alias(name) for name in money), _SERVED),
    ]
    if sums.implementation.is_pyarrow() and sums.collect_schema()[KEY] == nw.String:
        # It has several types of text, and does not put them together.
        parts = [part.with_columns(nw.col(KEY).cast(nw.String)) for part in parts]
    together: AnyFrame = nw.concat(cast("list[Any]", parts), how="vertical")
    return together.group_by(KEY).agg(nw.col(*money, _SERVED).sum())


def _costs(sums: AnyFrame, cost_to_serve: Any, *, key: str) -> AnyFrame:
    """Open the costs of customers, their ids in the type of those of the lines."""
    made_by = "allocate_costs"
    costs = open_columns(cost_to_serve, [key, "cost"], name=_SERVED, made_by=made_by)
    same_kind(sums, costs, names=("order_lines", _SERVED))
    check_kind(costs, "cost", "money", where=Column(_SERVED, "cost"), made_by=made_by)
    costs = without_nan(costs.select(nw.col(key).alias(KEY), nw.col("cost").cast(nw.Float64).alias(_SERVED)))
    costs = costs.filter(~nw.col(KEY).is_null())
    lacks = nw.col(_SERVED).is_null() | (nw.col(_SERVED).abs() > np.finfo(float).max)
    if _any(costs, lacks):
        raise SchemaError(_NO_COST(where=Column(_SERVED, "cost"), by=key))
    kind, other = sums.collect_schema()[KEY], costs.collect_schema()[KEY]
    number = nw.col(KEY).cast(nw.Int64)
    if kind.is_integer() and (other.is_integer() or (other.is_float() and not _any(costs, nw.col(KEY) != number))):
        # Whole numbers of which some were missing have become floats.
        return with_numpy_types(costs.with_columns(number.cast(kind)), columns=[KEY])
    if kind != other and len(to_pandas(costs.head(1))):
        at, beside = Column("order_lines", key), Column(_SERVED, key)
        raise SchemaError(_OTHER_IDS(where=at, kind=kind, other=beside, other_kind=other))
    # Without rows a type may not be known.
    return costs.with_columns(nw.col(KEY).cast(kind)) if isinstance(costs, nw.DataFrame) else costs


def _any(rows: AnyFrame, wrong: nw.Expr) -> bool:
    return len(to_pandas(rows.filter(wrong).head(1))) > 0


def _finished(sums: AnyFrame, direct: Sequence[str]) -> AnyFrame:
    """Work out what is left at each step, and its share of net revenue."""
    of_amounts, of_costs, of_direct = (nw.col(limit) for limit in LIMITS)
    made = sums.with_columns(
        without_rounding(nw.col("net_revenue"), of_amounts).alias("net_revenue"),
        without_rounding(nw.col("cost_of_goods"), of_costs).alias("cost_of_goods"),
    )
    margin = nw.col("net_revenue") - nw.col("cost_of_goods")
    made = made.with_columns(without_rounding(margin, of_amounts + of_costs).alias("gross_margin"))
    spent = sum((nw.col(name) for name in direct), nw.lit(0.0))
    left = nw.col("gross_margin") - spent
    made = made.with_columns(without_rounding(left, of_amounts + of_costs + of_direct).alias("contribution"))
    left, served = nw.col("contribution") - nw.col(_SERVED), nw.col(_SERVED).abs() * CANCELLED
    made = made.with_columns(without_rounding(left, of_amounts + of_costs + of_direct + served).alias("net_profit"))
    base = nw.when(nw.col("net_revenue") > 0).then(nw.col("net_revenue"))
    made = made.with_columns((nw.col(part) / base).alias(rate) for rate, part in RATES.items())
    order = [KEY, *OF_LINES, "gross_margin", *direct, "contribution", "cost_to_serve", "net_profit", *RATES]
    return made.select(*order)
