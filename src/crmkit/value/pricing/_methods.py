"""The price of a product by each method of the handbooks: from cost, demand, competitors and value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_number
from crmkit._messages import Message, Parameter
from crmkit.value.pricing._optimal_price import optimal_price

__all__ = ["price_method_table"]

_BELOW: Final = Message(en="{name} must be 0 or more, got {value!r}.", zh="{name} 不得小于 0，得到 {value!r}。")
_TWO_MARGINS: Final = Message(
    en="Give either {@mark_up}, on the cost, or {@margin}, on the price: 50 % on the cost is a third of the price.",
    zh="{@mark_up}（按成本加成）与 {@margin}（按售价计毛利率）二者取一：成本加成 50% 相当于售价的三分之一。",
)
_LACKING: Final = Message(en="{name} needs {other} too.", zh="{name} 还需要 {other}。")
_NOTHING: Final = Message(
    en="No method has what it needs. Give {@mark_up} or {@margin}, {@elasticity}, {@competitor_price}, or "
    "{@reference_price} with {@differentiation} and {@share_kept}.",
    zh="没有一种方法具备所需的数据。请给出 {@mark_up} 或 {@margin}、{@elasticity}、{@competitor_price}，"
    "或 {@reference_price} 连同 {@differentiation} 与 {@share_kept}。",
)
_BEYOND: Final = Message(
    en="The price by {method!r} is more than a number can hold. Give money in a larger unit.",
    zh="按 {method!r} 得到的价格超出数字所能表示的范围。请改用更大的货币单位。",
)
_NO_VALUES: Final = Message(
    en="{@differentiation} must map names to money, such as {example}, got {value!r}.",
    zh="{@differentiation} 须为名称到金额的映射，如 {example}，得到 {value!r}。",
)


def price_method_table(
    *,
    unit_cost: float,
    mark_up: float | None = None,
    margin: float | None = None,
    elasticity: float | None = None,
    competitor_price: float | None = None,
    index: float = 1.0,
    reference_price: float | None = None,
    differentiation: Mapping[str, float] | None = None,
    share_kept: float | None = None,
) -> pd.DataFrame:
    r"""Price a product by each method that has what it needs.

    - ``cost_plus`` (成本加成): :math:`c (1 + \text{mark-up})` or :math:`c / (1 - \text{margin})`, two things
    - ``demand`` (市场需求): the price of the highest profit, by the elasticity
    - ``competition`` (竞争): the competitor's price times an index, above 1 for a premium
    - ``value`` (价值): the price of the customer's next best choice, plus the share that you keep of what your product
      is worth to them beyond it

    Parameters
    ----------
    unit_cost : float
        Variable cost of a unit, 0 or more.
    mark_up : float, optional
        On the cost, 0 or more: 0.5 adds half of it.
    margin : float, optional
        Of the price, from 0 and below 1; in place of ``mark_up``.
    elasticity : float, optional
        Own-price elasticity.
    competitor_price : float, optional
        Price to compare with, 0 or more.
    index : float, default 1.0
        Own price in multiples of the competitor's, 0 or more.
    reference_price : float, optional
        Price of the customer's next best choice, 0 or more.
    differentiation : dict of str to float, optional
        What your product is worth to the customer beyond that, in money, by name; below 0 for disadvantages.
    share_kept : float, optional
        Share of this extra worth that goes into the price, in [0, 1]. If all of it does, nobody has a reason to switch.

    Returns
    -------
    DataFrame
        One row per method: ``method``; ``price``, missing where the elasticity is -1 or above; ``unit_margin``, the
        price less the cost; ``mark_up`` on the cost and ``margin_rate`` of the price, missing if they would divide by
        0; ``covers_cost``, whether the price is at least the cost.

    Raises
    ------
    TypeError
        If an argument is not a number, or ``differentiation`` not a dict.
    ValueError
        If a number lies outside its range, both ``mark_up`` and ``margin`` are given, something that a method needs is
        missing, no method has what it needs, or a price is more than a number can hold.

    References
    ----------
    .. [1] Nagle, Hogan and Zale, *The Strategy and Tactics of Pricing*, 5th ed., ch. 2.

    Examples
    --------
    >>> price_method_table(unit_cost=6, mark_up=0.5, elasticity=-3, competitor_price=10, index=0.95,
    ...                    reference_price=10, differentiation={"time": 4, "training": -1}, share_kept=0.5).round(3)
            method  price  unit_margin  mark_up  margin_rate  covers_cost
    0    cost_plus    9.0          3.0    0.500        0.333         True
    1       demand    9.0          3.0    0.500        0.333         True
    2  competition    9.5          3.5    0.583        0.368         True
    3        value   11.5          5.5    0.917        0.478         True
    """
    _check_low(unit_cost, "unit_cost")
    prices: dict[str, float] = {}
    if mark_up is not None and margin is not None:
        raise ValueError(_TWO_MARGINS())
    if mark_up is not None:
        _check_low(mark_up, "mark_up")
        prices["cost_plus"] = unit_cost * (1 + mark_up)
    if margin is not None:
        check_fraction(margin, name="margin", low_open=False)
        prices["cost_plus"] = unit_cost / (1 - margin)
    if elasticity is not None:
        check_number(elasticity, name="elasticity")
        prices["demand"] = optimal_price(unit_cost=float(unit_cost), elasticity=float(elasticity))
    _check_low(index, "index")
    if competitor_price is not None:
        _check_low(competitor_price, "competitor_price")
        prices["competition"] = index * competitor_price
    of_value = {"reference_price": reference_price, "differentiation": differentiation, "share_kept": share_kept}
    if given := [name for name, value in of_value.items() if value is not None]:
        for name, value in of_value.items():
            if value is None:
                raise ValueError(_LACKING(name=Parameter(given[0]), other=Parameter(name)))
        prices["value"] = _by_value(reference_price, differentiation, share_kept)
    _check_found(prices)
    price = np.array(list(prices.values()), dtype=np.float64)
    left = price - unit_cost
    return pd.DataFrame(
        {
            "method": list(prices),
            "price": price,
            "unit_margin": left,
            "mark_up": left / unit_cost if unit_cost > 0 else np.nan,
            "margin_rate": np.divide(left, price, out=np.full(len(price), np.nan), where=price > 0),
            "covers_cost": price >= unit_cost,
        }
    )


def _check_found(prices: Mapping[str, float]) -> None:
    if not prices:
        raise ValueError(_NOTHING())
    if beyond := [method for method, price in prices.items() if np.isinf(price)]:
        raise ValueError(_BEYOND(method=beyond[0]))


def _by_value(reference: object, differentiation: object, share: object) -> float:
    _check_low(reference, "reference_price")
    if not isinstance(differentiation, Mapping):
        raise TypeError(_NO_VALUES(example={"saves time": 4.0}, value=differentiation))
    for worth in differentiation.values():
        check_number(worth, name="differentiation")
    check_fraction(share, name="share_kept", low_open=False, high_open=False)
    return float(reference + share * sum(differentiation.values()))  # type: ignore[operator]


def _check_low(value: object, name: str) -> None:
    check_number(value, name=name)
    if value < 0:  # type: ignore[operator]
        raise ValueError(_BELOW(name=Parameter(name), value=value))
