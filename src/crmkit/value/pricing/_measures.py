"""Elasticities of the catalogue: the slope of logarithms, and that to another product's price."""

from __future__ import annotations

from typing import Literal

import numpy as np

from crmkit._kpi import Example, Kpi, Variant, kpi, number, ratio, tells
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, check_alike, check_range
from crmkit.value.pricing._slope import Undetermined, slope_of

__all__ = ["cross_price_elasticity", "log_price_elasticity"]

_INPUTS = ("other_price_before", "other_price_after", "quantity_before", "quantity_after")
_GIVEN = {"other_price_before": 10, "other_price_after": 11, "quantity_before": 100, "quantity_after": 105}


@tells(
    Kpi(
        code="log_price_elasticity",
        name=Label("Price elasticity of demand (logarithms)", "需求价格弹性（对数）"),
        group="market",
        unit="ratio",
        direction="context",
        definition=Label("Slope of the logarithm of units on that of the price", "销量对数对价格对数回归的斜率"),
        source="Taddy (2019), Business Data Science, ch. 2",
        function="crmkit.value.pricing.log_price_elasticity",
        aggregation="none",
    )
)
def log_price_elasticity(*, price: Numbers, quantity: Numbers) -> float:
    r"""How many percent more or fewer units go with 1 % more for the price, over many points.

    .. math:: e = \text{slope of } \ln q \text{ on } \ln p

    An association unless the price was varied at random. Of many products, with intervals and other things held fixed:
    `elasticity_table`.

    Parameters
    ----------
    price : array-like of float
        Prices of one unit, at least 0.
    quantity : array-like of float
        Units sold at each, at least 0. Points where either is 0 or missing are left out: they have no logarithm.

    Returns
    -------
    float
        Usually below zero; ``nan`` with fewer than three different prices.

    Raises
    ------
    TypeError
        If an argument is not a column of numbers.
    ValueError
        If a number is below zero or infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Taddy (2019), *Business Data Science*, ch. 2.

    Examples
    --------
    >>> round(log_price_elasticity(price=[1, 2, 4], quantity=[100, 25, 6.25]), 6)
    -2.0
    """
    check_alike(price=price, quantity=quantity)
    prices, units = np.broadcast_arrays(
        np.atleast_1d(as_floats(price, name="price")), as_floats(quantity, name="quantity")
    )
    check_range(prices, name="price", low=0.0, high=None)
    check_range(units, name="quantity", low=0.0, high=None)
    known = (prices > 0) & (units > 0)
    if len(np.unique(prices[known])) < 3:
        return np.nan
    x, y = np.log(prices[known]), np.log(units[known])
    try:
        return slope_of(x, y, np.empty((len(x), 0)), model="log_log", errors="classical", clusters=None).value
    except Undetermined:
        return np.nan


@kpi(
    name=Label("Cross-price elasticity", "需求交叉价格弹性"),
    group="market",
    unit="ratio",
    direction="context",
    definition=Label(
        "Relative change of the units of one product / relative change of the price of another",
        "一种商品销量的相对变动 ÷ 另一种商品价格的相对变动",
    ),
    source="Allen (1934), The Concept of Arc Elasticity of Demand, for the middle",
    inputs=tuple(number(name, low=0.0) for name in _INPUTS),
    option="relative_to",
    variants=(
        Variant(
            "before",
            Label("of the value before", "以变动前为基数"),
            Label("Changes divided by the values before", "变动量 ÷ 变动前的值"),
            _INPUTS,
            Example({**_GIVEN, "relative_to": "before"}, 0.5),
        ),
        Variant(
            "middle",
            Label("of the middle", "以中点为基数"),
            Label("Changes divided by the means of before and after", "变动量 ÷ 前后均值"),
            _INPUTS,
            Example({**_GIVEN, "relative_to": "middle"}, 52.5 / 102.5),
        ),
    ),
    aggregation="none",
)
def cross_price_elasticity(
    *,
    other_price_before: Numbers,
    other_price_after: Numbers,
    quantity_before: Numbers,
    quantity_after: Numbers,
    relative_to: Literal["before", "middle"],
) -> Numbers:
    r"""How far sales of one product move with the price of another.

    .. math:: e = \frac{\Delta q_A / q_A}{\Delta p_B / p_B}

    Above zero they are substitutes, below zero complements. Of use only where the product's own price did not change;
    else estimate both at once, by `cross_elasticity_table`.

    Parameters
    ----------
    other_price_before : float or array-like of float
        Price of the other product before, at least 0.
    other_price_after : float or array-like of float
        Its price after, at least 0.
    quantity_before : float or array-like of float
        Units of the product sold before, at least 0.
    quantity_after : float or array-like of float
        Units of the product sold after, at least 0.
    relative_to : {"before", "middle"}
        What changes are divided by: the values before, or the means of before and after. The two differ, so there is no
        default.

    Returns
    -------
    float or column, as given
        ``nan`` where the price is unchanged, or what is divided by is 0.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, columns differ in length or index, or ``relative_to`` is unknown.

    References
    ----------
    .. [1] Allen (1934), "The Concept of Arc Elasticity of Demand", *Review of Economic Studies* 1(3).

    Examples
    --------
    >>> change = {"other_price_before": 10, "other_price_after": 11, "quantity_before": 100, "quantity_after": 105}
    >>> cross_price_elasticity(**change, relative_to="before")
    0.5
    >>> round(cross_price_elasticity(**change, relative_to="middle"), 4)
    0.5122
    """
    price, units = other_price_before, quantity_before
    if relative_to == "middle":
        price, units = (other_price_before + other_price_after) / 2, (quantity_before + quantity_after) / 2
    moved = (quantity_after - quantity_before) * price
    return ratio(moved, (other_price_after - other_price_before) * units)
