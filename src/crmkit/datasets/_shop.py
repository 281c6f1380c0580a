"""The shop of simulated order lines: its products, their promotions, what is bought together, and who chooses what."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = [
    "DEPTHS",
    "Basket",
    "Ints",
    "Range",
    "Tastes",
    "draw_baskets",
    "draw_promotions",
    "draw_range",
    "draw_rules",
    "draw_tastes",
]

Ints: TypeAlias = npt.NDArray[np.intp]

DEPTHS: Final = np.array([0.0, 0.1, 0.2, 0.3])
"""What a promotion takes off the list price; the first is no promotion."""

# Logarithms of list prices: between categories, and between the products of one.
_BETWEEN: Final = 0.6
_WITHIN: Final = 0.5
_TYPICAL_PRICE: Final = 12.0
# Cost is this share of the list price on average; a beta distribution of this size around it.
_COST_SHARE: Final = 0.6
_COST_SIZE: Final = 20.0
_RETURN_SIZE: Final = 20.0
# Rates of affinity vary between customers as a beta distribution of this size.
_AFFINITY_SIZE: Final = 5.0
# Customers' sensitivities to price, as multiples of their mean.
_SENSITIVITIES: Final = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
_BASKET_SHAPE: Final = 3.0
# A line is of one unit with this probability, and of each further one with what is left.
_ONE_UNIT: Final = 0.7


class Range(NamedTuple):
    """The products: position of the category, money, popularity (adds up to 1), probability to come back."""

    category: Ints
    list_price: Floats
    unit_cost: Floats
    popularity: Floats
    return_rate: Floats


class Tastes(NamedTuple):
    """What customers like: a category, how often they keep to it, a sensitivity to price, further lines an order."""

    favourite: Ints
    affinity: Floats
    level: Ints
    sensitivity: Floats
    further_lines: Floats


class Basket(NamedTuple):
    """Lines: position of the order, of the product, and units."""

    order: Ints
    product: Ints
    quantity: Ints


def draw_range(
    n_products: int, *, n_categories: int, popularity: float, return_rate: float, rng: np.random.Generator
) -> Range:
    """Draw the products; popularity falls with a power of the rank, and no category is empty."""
    category = np.concatenate([rng.permutation(n_categories), rng.integers(0, n_categories, n_products - n_categories)])
    typical = rng.normal(0.0, _BETWEEN, n_categories)
    price = _TYPICAL_PRICE * np.exp(typical[category] + rng.normal(0.0, _WITHIN, n_products))
    price = np.maximum(np.round(price, 1), 0.5)
    cost_share = rng.beta(_COST_SHARE * _COST_SIZE, (1 - _COST_SHARE) * _COST_SIZE, n_products)
    weight = rng.permutation(np.arange(1.0, n_products + 1) ** -popularity)
    returns = np.full(n_products, return_rate)
    if 0 < return_rate < 1:
        returns = rng.beta(return_rate * _RETURN_SIZE, (1 - return_rate) * _RETURN_SIZE, n_products)
    return Range(category, price, np.round(price * cost_share, 2), weight / weight.sum(), returns)


def draw_promotions(n_weeks: int, n_products: int, *, share: float, rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Draw which product is on promotion in which week, as positions in `DEPTHS`."""
    depth = rng.integers(1, len(DEPTHS), (n_weeks, n_products), dtype=np.int8)
    return np.where(rng.random((n_weeks, n_products)) < share, depth, np.int8(0))


def draw_rules(products: Range, n_rules: int, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw pairs of products, the first of each pair from the more popular half, no product in two pairs."""
    by_popularity = np.argsort(-products.popularity, kind="stable")
    half = (len(by_popularity) + 1) // 2
    leads = rng.permutation(by_popularity[:half])[:n_rules]
    follows = rng.permutation(np.setdiff1d(by_popularity, leads))[:n_rules]
    return leads, follows


def draw_tastes(
    n: int,
    products: Range,
    *,
    category_affinity: float,
    price_sensitivity: float,
    lines_per_order: float,
    rng: np.random.Generator,
) -> Tastes:
    """Draw what each customer likes."""
    share = np.bincount(products.category, weights=products.popularity)
    favourite = rng.choice(len(share), n, p=share / share.sum())
    affinity = np.full(n, category_affinity)
    if 0 < category_affinity < 1:
        affinity = rng.beta(category_affinity * _AFFINITY_SIZE, (1 - category_affinity) * _AFFINITY_SIZE, n)
    level = rng.integers(0, len(_SENSITIVITIES), n)
    further = (lines_per_order - 1) * rng.gamma(_BASKET_SHAPE, 1 / _BASKET_SHAPE, n)
    return Tastes(favourite, affinity, level, price_sensitivity * _SENSITIVITIES[level], further)


def draw_baskets(
    who: Ints,
    week: Ints,
    *,
    products: Range,
    promotions: npt.NDArray[np.int8],
    tastes: Tastes,
    price_sensitivity: float,
    rules: tuple[Ints, Ints],
    rule_probability: float,
    rng: np.random.Generator,
) -> Basket:
    """Draw the lines of each order, given its customer and week: sorted by order and product, each product once."""
    n_products = len(products.popularity)
    n_lines = 1 + rng.poisson(tastes.further_lines[who])
    order = np.repeat(np.arange(len(who)), n_lines)
    product = _chosen(
        who[order], week[order], products, promotions, tastes, price_sensitivity=price_sensitivity, rng=rng
    )
    units = rng.geometric(_ONE_UNIT, len(order))
    keys, line = np.unique(order * n_products + product, return_inverse=True)
    quantity = np.bincount(line, weights=units, minlength=len(keys)).astype(np.intp)

    follows = np.full(n_products, -1)
    follows[rules[0]] = rules[1]
    leading = np.flatnonzero(follows[keys % n_products] >= 0)
    leading = leading[rng.random(len(leading)) < rule_probability]
    added = keys[leading] // n_products * n_products + follows[keys[leading] % n_products]
    added = np.setdiff1d(added, keys)
    more = rng.geometric(_ONE_UNIT, len(added))
    keys, quantity = np.concatenate([keys, added]), np.concatenate([quantity, more])
    sorted_ = np.argsort(keys, kind="stable")
    keys = keys[sorted_]
    return Basket(keys // n_products, keys % n_products, quantity[sorted_])


def _chosen(
    who: Ints,
    week: Ints,
    products: Range,
    promotions: npt.NDArray[np.int8],
    tastes: Tastes,
    *,
    price_sensitivity: float,
    rng: np.random.Generator,
) -> Ints:
    """Choose a product for each line: drawn at list prices, and taken with a probability that the promotion raises."""
    n_categories = int(products.category.max()) + 1
    keeps = rng.random(len(who)) < tastes.affinity[who]
    group = tastes.level[who] * (n_categories + 1) + np.where(keeps, tastes.favourite[who], n_categories)
    curve, at = _choice_curve(products, price_sensitivity)
    best = 1 - DEPTHS.max()
    product = np.empty(len(who), dtype=np.intp)
    open_lines = np.arange(len(who))
    while len(open_lines):
        # Each group has its own unit of the curve; rounding must not carry a draw into the next one.
        drawn = np.minimum(rng.random(len(open_lines)), 1 - 1e-9) + group[open_lines]
        tried = at[np.searchsorted(curve, drawn, side="right")]
        product[open_lines] = tried
        price = 1 - DEPTHS[promotions[week[open_lines], tried]]
        taken = (best / price) ** tastes.sensitivity[who[open_lines]]
        open_lines = open_lines[rng.random(len(open_lines)) >= taken]
    return product


def _choice_curve(products: Range, price_sensitivity: float) -> tuple[Floats, Any]:
    """Cumulated shares of the products, group after group, and the product of each step.

    A group is a sensitivity to price and either a category or, last, all of them.
    """
    n_categories = int(products.category.max()) + 1
    log_price = np.log(products.list_price)
    typical = np.bincount(products.category, weights=log_price) / np.bincount(products.category)
    dear = log_price - typical[products.category]
    members = [*(np.flatnonzero(products.category == each) for each in range(n_categories))]
    members.append(np.arange(len(dear)))
    steps = []
    for level, multiple in enumerate(_SENSITIVITIES):
        weight = products.popularity * np.exp(-price_sensitivity * multiple * dear)
        for place, inside in enumerate(members):
            share = np.cumsum(weight[inside] / weight[inside].sum())
            share[-1] = 1.0
            steps.append(share + level * (n_categories + 1) + place)
    return np.concatenate(steps), np.concatenate(members * len(_SENSITIVITIES))
