"""How prices stand and work: elasticity, premium."""

from __future__ import annotations

from crmkit._kpi import Example, kpi, number, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["arc_price_elasticity", "price_premium"]


@kpi(
    name=Label("Arc elasticity of demand", "需求弹性（弧弹性）"),
    group="market",
    unit="ratio",
    direction="context",
    definition=Label(
        "(Change of quantity / mean quantity) / (change of price / mean price)",
        "（销量变动 ÷ 平均销量）÷（价格变动 ÷ 平均价格）",
    ),
    source="Allen (1934), The Concept of Arc Elasticity of Demand",
    inputs=(
        number("price_before", low=0.0),
        number("price_after", low=0.0),
        number("quantity_before", low=0.0),
        number("quantity_after", low=0.0),
    ),
    aggregation="none",
    example=Example(
        {"price_before": 10, "price_after": 11, "quantity_before": 100, "quantity_after": 80}, -2.3333333333333335
    ),
)
def arc_price_elasticity(
    *, price_before: Numbers, price_after: Numbers, quantity_before: Numbers, quantity_after: Numbers
) -> Numbers:
    r"""How far sales move with the price between two points, in relation to their middle.

    Other things than the price change too, so this describes what happened and does not prove why.

    .. math:: e = \frac{(q_1 - q_0) / (q_1 + q_0)}{(p_1 - p_0) / (p_1 + p_0)}

    Parameters
    ----------
    price_before : float or array-like of float
        Price before, at least 0.
    price_after : float or array-like of float
        Price after, at least 0.
    quantity_before : float or array-like of float
        Units sold before, at least 0.
    quantity_after : float or array-like of float
        Units sold after, at least 0.

    Returns
    -------
    float or column, as given
        Usually below zero: -2 means that 1 % more for the price goes with 2 % fewer units; ``nan`` where the price is
        unchanged or nothing was sold.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Allen (1934), "The Concept of Arc Elasticity of Demand", *Review of Economic Studies* 1(3).

    Examples
    --------
    >>> round(arc_price_elasticity(price_before=10, price_after=11, quantity_before=100, quantity_after=80), 6)
    -2.333333
    """
    moved = (quantity_after - quantity_before) * (price_after + price_before)
    return ratio(moved, (price_after - price_before) * (quantity_after + quantity_before))


@kpi(
    name=Label("Price premium", "溢价率"),
    group="market",
    unit="rate",
    direction="context",
    definition=Label("(Own price - benchmark price) / benchmark price", "（本品价格 − 基准价格）÷ 基准价格"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
    inputs=(
        number("own_price", low=0.0),
        number("benchmark_price", low=0.0),
    ),
    aggregation="none",
    example=Example({"own_price": 12, "benchmark_price": 10}, 0.2),
)
def price_premium(*, own_price: Numbers, benchmark_price: Numbers) -> Numbers:
    r"""How far a price lies above a benchmark.

    .. math:: r = (\text{own price} - \text{benchmark}) / \text{benchmark}

    Parameters
    ----------
    own_price : float or array-like of float
        Own price, at least 0.
    benchmark_price : float or array-like of float
        Price to compare with, such as the average of the category, at least 0.

    Returns
    -------
    float or column, as given
        At least -1; ``nan`` where the benchmark is 0.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 2.

    Examples
    --------
    >>> price_premium(own_price=12, benchmark_price=10)
    0.2
    """
    return ratio(own_price - benchmark_price, benchmark_price)
