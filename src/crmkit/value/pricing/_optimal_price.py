"""The price at which profit is highest, and whether such a price was ever tried."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._frames import FrameT, column_name, rows_like
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range
from crmkit._tables import finite_columns, refuse_rows

__all__ = ["optimal_linear_price", "optimal_price", "optimal_price_table"]

_NAME: Final = "elasticities"
_SEEN: Final = ("lowest_price", "highest_price")

_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。",
)
_CROSSED: Final = Message(
    en="{lower} is above {upper} in {n:,} {n:row|rows}, first at rows {rows}. Both are elasticities: -3 is the lower "
    "end of an interval from -3 to -2.",
    zh="{lower}有 {n:,} 行大于{upper}，最先见于行 {rows}。两者均为弹性：区间 -3 至 -2 的下限为 -3。",
)
_COST_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")


def optimal_price(*, unit_cost: Numbers, elasticity: Numbers) -> Numbers:
    r"""Price at which profit is highest, where the elasticity is the same at all prices.

    .. math:: p^* = c \, \frac{e}{1 + e}, \qquad e < -1

    It treats one product at a time, assumes that competitors do not react, and takes the cost as marginal: what one
    more unit costs. For an interval, pass the ends of the elasticity's interval; do not use the standard error.

    Parameters
    ----------
    unit_cost : float or array-like of float
        What one more unit costs, at least 0.
    elasticity : float or array-like of float
        Own-price elasticity.

    Returns
    -------
    float or column, as given
        Money for a unit; ``nan`` if the elasticity is -1 or above: the higher the price, the higher the profit, so
        there is no best price.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a cost is below zero, a number infinite, or columns differ in length or index.

    See Also
    --------
    optimal_linear_price : Where demand falls along a straight line.

    References
    ----------
    .. [1] Lerner (1934), "The Concept of Monopoly and the Measurement of Monopoly Power", *Review of Economic Studies*
       1(3).

    Examples
    --------
    >>> optimal_price(unit_cost=6, elasticity=-3)
    9.0
    >>> optimal_price(unit_cost=6, elasticity=-0.8)
    nan
    """
    check_alike(unit_cost=unit_cost, elasticity=elasticity)
    cost, slope = as_floats(unit_cost, name="unit_cost"), as_floats(elasticity, name="elasticity")
    check_range(cost, name="unit_cost", low=0.0, high=None)
    return as_given(_best(cost, slope), unit_cost, elasticity)


def optimal_linear_price(*, intercept: Numbers, slope: Numbers, unit_cost: Numbers) -> Numbers:
    r"""Price at which profit is highest, where demand falls along a straight line.

    .. math:: q = a - b p, \qquad p^* = \frac{a / b + c}{2}

    Parameters
    ----------
    intercept : float or array-like of float
        Units that would be sold at a price of 0, at least 0.
    slope : float or array-like of float
        Units lost for each unit of money more, at least 0.
    unit_cost : float or array-like of float
        What one more unit costs, at least 0.

    Returns
    -------
    float or column, as given
        Money for a unit; ``nan`` where demand does not fall, or nobody would pay the cost.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is below zero or infinite, or columns differ in length or index.

    Examples
    --------
    >>> optimal_linear_price(intercept=100, slope=5, unit_cost=4)
    12.0
    """
    check_alike(intercept=intercept, slope=slope, unit_cost=unit_cost)
    given = {"intercept": intercept, "slope": slope, "unit_cost": unit_cost}
    floats = {name: as_floats(values, name=name) for name, values in given.items()}
    for name, values in floats.items():
        check_range(values, name=name, low=0.0, high=None)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        highest = floats["intercept"] / floats["slope"]
        price = highest / 2 + floats["unit_cost"] / 2
    found = np.where(np.isfinite(highest) & (highest >= floats["unit_cost"]), price, np.nan)
    return as_given(found, intercept, slope, unit_cost)


def optimal_price_table(
    elasticities: FrameT, *, unit_cost: float | str, estimate: str = "elasticity", lower: str = "lower",
    upper: str = "upper",
) -> FrameT:  # fmt: skip
    """Give each product the price that follows from its elasticity, and say whether such a price was seen.

    Parameters
    ----------
    elasticities : pandas, Polars or PyArrow table
        A row per product, as `elasticity_table` gives it, with a column of costs where they differ.
    unit_cost : float or str
        What one more unit costs, 0 or more; or the column that has it.
    estimate, lower, upper : str, default "elasticity", "lower" and "upper"
        The columns of the elasticity and the ends of its interval; ``"shrunk"``, ``"shrunk_lower"`` and
        ``"shrunk_upper"`` are better if each product has few weeks.

    Returns
    -------
    the kind of frame given
        One row per row given: ``unit_cost``; ``optimal_price``, in money for a unit, with ``price_lower`` and
        ``price_upper``, those of the ends of the interval; missing where the elasticity is -1 or above, so that an
        interval that touches -1 has no upper price; ``multiple_of_cost``; ``position`` among the prices that were seen:
        "within", or "below" or "above" all of them, where nobody knows whether the elasticity is the same; missing
        without a price.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold finite numbers, a cost is below 0, or an interval ends below its start.
    TypeError
        If ``elasticities`` is not a frame in memory, or ``unit_cost`` neither a number nor a column.
    ValueError
        If ``unit_cost`` is below 0 or not finite.

    See Also
    --------
    optimal_price : The formula, with the conditions under which it holds.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"product": ["a", "b"], "elasticity": [-3.0, -1.2], "lower": [-4.0, -1.6],
    ...                       "upper": [-2.0, -0.8], "lowest_price": [8, 8], "highest_price": [12, 12]})
    >>> prices = optimal_price_table(found, unit_cost=6)
    >>> prices[["optimal_price", "price_lower", "price_upper", "position"]].round(2)
       optimal_price  price_lower  price_upper position
    0            9.0          8.0         12.0   within
    1           36.0         16.0          NaN    above
    """
    names = [column_name(name, name=argument) for argument, name in
             (("estimate", estimate), ("lower", lower), ("upper", upper))]  # fmt: skip
    if not isinstance(unit_cost, str):
        check_number(unit_cost, name="unit_cost")
        if unit_cost < 0:
            raise ValueError(_COST_BELOW(name=Parameter("unit_cost"), value=unit_cost))
    columns = finite_columns(
        elasticities, [*names, *_SEEN, *([unit_cost] if isinstance(unit_cost, str) else [])], name=_NAME
    )
    cost: Floats = (
        columns[unit_cost] if isinstance(unit_cost, str) else np.full(len(columns[names[0]]), float(unit_cost))
    )
    refuse_rows(cost < 0, _BELOW, where=Column(_NAME, unit_cost))
    ends = {"lower": Column(_NAME, names[1]), "upper": Column(_NAME, names[2])}
    refuse_rows(columns[names[1]] > columns[names[2]], _CROSSED, **ends)
    price, low, high = (_best(cost, columns[name]) for name in names)
    seen_low, seen_high = (columns[name] for name in _SEEN)
    position = np.where(price < seen_low, "below", np.where(price > seen_high, "above", "within")).astype(object)
    position[np.isnan(price + seen_low + seen_high)] = None
    made = {
        "unit_cost": cost,
        "optimal_price": price,
        "price_lower": low,
        "price_upper": high,
        "multiple_of_cost": np.divide(price, cost, out=np.full(len(cost), np.nan), where=cost > 0),
        "position": position,
    }
    return rows_like(made, like=elasticities)


def _best(cost: Floats, elasticity: Floats) -> Floats:
    """The price of the highest profit under constant elasticity."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        price = cost * (elasticity / (1 + elasticity))
    return np.where((elasticity < -1) & np.isfinite(price), price, np.nan)
