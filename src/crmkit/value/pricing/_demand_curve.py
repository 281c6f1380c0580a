"""Units, revenue and profit over a range of prices, from one point and an elasticity."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_int, check_number
from crmkit._messages import Message, Parameter
from crmkit.value.pricing._optimal_price import optimal_price

__all__ = ["demand_curve_table"]

_RANGE: Final = Message(
    en="{@lowest_price} must be above 0 and below {@highest_price}, got {low} and {high}.",
    zh="{@lowest_price} 须大于 0 且小于 {@highest_price}，得到 {low} 与 {high}。",
)
_NOT_ABOVE: Final = Message(en="{name} must be above 0, got {value!r}.", zh="{name} 须大于 0，得到 {value!r}。")
_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
_BEYOND: Final = Message(
    en="At a price of {price:g} an elasticity of {elasticity:g} gives more units than a number can hold. Narrow the "
    "range of prices.",
    zh="价格为 {price:g}、弹性为 {elasticity:g} 时，销量超出数值范围。请缩小价格区间。",
)


def demand_curve_table(
    *,
    price: float,
    quantity: float,
    elasticity: float,
    unit_cost: float,
    lowest_price: float,
    highest_price: float,
    n_points: int = 101,
) -> pd.DataFrame:
    r"""Units, revenue and profit at each price of a range, where the elasticity is the same at all of them.

    .. math:: q(p) = q_0 \left(\frac{p}{p_0}\right)^e

    Parameters
    ----------
    price, quantity : float
        A point of the curve, such as today's price and units, above 0.
    elasticity : float
        Own-price elasticity.
    unit_cost : float
        What one more unit costs, 0 or more.
    lowest_price, highest_price : float
        The range of prices; keep to prices that were tried.
    n_points : int, default 101
        Points at even steps, at least 2.

    Returns
    -------
    DataFrame
        One row per price: ``price``, ``quantity``, ``unit_cost``, ``revenue``, ``profit``; ``is_best``, whether profit
        is highest here. The optimal price has a row of its own if it lies in the range; otherwise the best price is at
        an end of the range.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> demand_curve_table(price=10, quantity=100, elasticity=-3, unit_cost=6, lowest_price=8, highest_price=12,
    ...                    n_points=3).round(2)
       price  quantity  unit_cost  revenue  profit  is_best
    0    8.0    195.31        6.0  1562.50  390.62    False
    1    9.0    137.17        6.0  1234.57  411.52     True
    2   10.0    100.00        6.0  1000.00  400.00    False
    3   12.0     57.87        6.0   694.44  347.22    False
    """
    check_int(n_points, name="n_points", low=2)
    numbers = {"price": price, "quantity": quantity, "elasticity": elasticity, "unit_cost": unit_cost,
               "lowest_price": lowest_price, "highest_price": highest_price}  # fmt: skip
    for name, value in numbers.items():
        check_number(value, name=name)
    for name in ("price", "quantity"):
        if numbers[name] <= 0:
            raise ValueError(_NOT_ABOVE(name=Parameter(name), value=numbers[name]))
    if unit_cost < 0:
        raise ValueError(_BELOW(name=Parameter("unit_cost"), value=unit_cost))
    if not 0 < lowest_price < highest_price:
        raise ValueError(_RANGE(low=lowest_price, high=highest_price))
    prices = np.linspace(lowest_price, highest_price, n_points)
    best = optimal_price(unit_cost=float(unit_cost), elasticity=float(elasticity))
    if lowest_price <= best <= highest_price:
        prices = np.union1d(prices, [best])
    with np.errstate(over="ignore"):
        units = quantity * (prices / price) ** elasticity
        revenue, profit = units * prices, units * (prices - unit_cost)
    held = np.isfinite(revenue) & np.isfinite(profit)
    if not held.all():
        at = float(prices[~held][0])
        raise ValueError(_BEYOND(price=at, elasticity=elasticity))
    at_best = prices == best if (prices == best).any() else np.arange(len(prices)) == int(profit.argmax())
    return pd.DataFrame(
        {
            "price": prices,
            "quantity": units,
            "unit_cost": float(unit_cost),
            "revenue": revenue,
            "profit": profit,
            "is_best": at_best,
        }
    )
