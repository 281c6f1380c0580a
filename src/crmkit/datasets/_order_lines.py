"""A simulated shop: what was bought, line by line, and the truth behind it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int, check_number
from crmkit._messages import Message, Parameter
from crmkit._random import as_generator
from crmkit._time_units import DAYS_A_WEEK
from crmkit.datasets._draws import BoolArray, draw_lives, draw_orders, pick_share
from crmkit.datasets._intensity import busy_time_curve, seasonal_intensity
from crmkit.datasets._plan import acquisition_window, check_above, log_span
from crmkit.datasets._shop import (
    DEPTHS,
    Basket,
    Ints,
    Range,
    draw_baskets,
    draw_promotions,
    draw_range,
    draw_rules,
    draw_tastes,
)
from crmkit.datasets._tables import SECONDS_A_DAY, as_truth_table, stamps, whole_seconds

__all__ = ["SimulatedOrderLines", "make_order_lines"]

_DROPOUT_SHAPE: Final = 2.0
_MEAN_RETURN_DAYS: Final = 10.0
_CHANNELS: Final = np.array(["store", "web", "app"], dtype=object)
_CHANNEL_SHARES: Final = (0.4, 0.4, 0.2)
# An order comes by the customer's own channel with this probability, and else by any.
_KEEPS_CHANNEL: Final = 0.7
_REGIONS: Final = np.array(["east", "north", "south", "west"], dtype=object)
_REGION_SHARES: Final = (0.4, 0.2, 0.25, 0.15)
# Above, what is not on promotion would hardly ever be bought, and draws would take long.
_HIGHEST: Final = 5.0

_OUT_OF_RANGE: Final = Message(
    en="{name} must lie between 0 and {most:g}, got {value!r}.",
    zh="{name} 须在 0 与 {most:g} 之间，得到 {value!r}。",
)
_FEWER_LINES: Final = Message(
    en="{@lines_per_order} must be at least 1, got {value!r}.", zh="{@lines_per_order} 不得小于 1，得到 {value!r}。"
)


class SimulatedOrderLines(NamedTuple):
    """What `make_order_lines` returns; its docstring names the columns."""

    lines: pd.DataFrame
    truth: pd.DataFrame
    products: pd.DataFrame
    rules: pd.DataFrame


def make_order_lines(
    *,
    n_customers: int = 1000,
    n_products: int = 200,
    n_categories: int = 8,
    start: str | date = "2024-01-01",
    end: str | date = "2025-12-31",
    acquisition_days: int | None = None,
    purchases_per_year: float = 6.0,
    purchase_rate_shape: float = 1.0,
    mean_lifetime_days: float = 730.5,
    lines_per_order: float = 3.0,
    popularity: float = 1.0,
    category_affinity: float = 0.4,
    price_sensitivity: float = 1.0,
    promotion_share: float = 0.1,
    n_rules: int = 5,
    rule_probability: float = 0.5,
    return_rate: float = 0.03,
    seasonality: float = 0.2,
    cost_missing_share: float = 0.0,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedOrderLines:
    r"""Simulate order lines whose truth is known: products, prices and costs, tastes, and what is bought together.

    Customers come, order and leave as in `make_transactions`. For a line they keep to their favourite category with
    their own probability, and else choose from the whole range. There product :math:`p` is chosen in proportion to

    .. math:: \text{popularity}_p \left(\frac{\text{price}_p}{\text{typical price}}\right)^{-e_i}

    with the price of that week, promotion included, the geometric mean of the list prices of its category, and the
    customer's own sensitivity to price :math:`e_i`. Popularity has a long tail: it is
    :math:`\text{rank}^{-\text{popularity}}`. Whoever has the first product of a rule in the basket also takes the
    second with a probability, unless it is there already.

    Parameters
    ----------
    n_customers : int, default 1000
        At least 1; each has ordered.
    n_products, n_categories : int, default 200 and 8
        At least 1; no more categories than products.
    start, end : date or ISO text
        First and last day of the log, both inclusive.
    acquisition_days : int, optional
        As in `make_transactions`.
    purchases_per_year, purchase_rate_shape, mean_lifetime_days : float, default 6, 1 and 730.5
        As in `make_transactions`; the shape of the dropout rates is 2.
    lines_per_order : float, default 3
        Mean number of products chosen for an order, at least 1. One that is chosen twice is one line of more units;
        what rules add comes on top.
    popularity : float, default 1
        Power of the rank, from 0 to 5; with 0 all products are alike.
    category_affinity : float, default 0.4
        Mean over customers of the probability to keep to the favourite category, in [0, 1].
    price_sensitivity : float, default 1
        Mean over customers of :math:`e_i`, from 0 to 5. Customers have 0, 0.5, 1, 1.5 or 2 times as much.
    promotion_share : float, default 0.1
        Probability that a product is on promotion in a week, 10, 20 or 30 % below its list price, in [0, 1].
    n_rules : int, default 5
        Pairs of products bought together, at least 0 and at most half of ``n_products``.
    rule_probability : float, default 0.5
        Probability that the second product of a rule is taken with the first, in [0, 1].
    return_rate : float, default 0.03
        Mean over products of the probability that a line comes back, in [0, 1]. It does so after 10 days on average;
        after ``end`` it is not seen.
    seasonality : float, default 0.2
        As in `make_transactions`.
    cost_missing_share : float, default 0
        Share of products, rounded to whole ones, whose cost is not known, in [0, 1].
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedOrderLines
        A named tuple of four tables.

        ``lines``, in the order of time; `as_order_lines` takes it, with ``order_id="order_id"``,
        ``quantity="quantity"`` and the others in ``keep``:

        - ``order_id`` (int64): from 1; each line that comes back has an id of its own, above those of the orders.
        - ``customer_id`` (int64): 1 to ``n_customers``.
        - ``date`` (datetime64[us]): naive, with the time of day to the second.
        - ``product``: "P001" and on; ``category``: "C1" and on.
        - ``channel``: "store", "web" or "app"; ``region``, of the customer: "east", "north", "south" or "west".
        - ``quantity`` (int64): units, negative where they come back.
        - ``list_price``, ``unit_price`` (float64): money for a unit, without and with the promotion.
        - ``amount``, ``cost`` (float64): money for the line, negative where it comes back; the cost is missing where
          it is not known.
        - ``returned_order`` (Int64): of lines that come back, the order in which they were bought.

        ``truth``, one row per customer: ``customer_id``, ``region``, ``purchase_rate``, ``dropout_rate``,
        ``acquired``, ``dropout``, ``alive_at_end`` as in `make_transactions`; ``favourite_category``;
        ``category_affinity``, the probability to keep to it; ``price_sensitivity``, :math:`e_i`;
        ``favourite_channel``, by which at least 70 % of the orders come; ``lines_per_order``, the mean number of
        products chosen.

        ``products``, one row per product: ``product``, ``category``, ``list_price``, ``unit_cost`` (also where lines
        lack it), ``popularity`` (adds up to 1), ``return_rate``.

        ``rules``: ``first_product``, ``second_product``, ``probability`` that the second is added to the first. The
        share of baskets with the first that have the second is larger, for it is also chosen by itself.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    References
    ----------
    .. [1] McFadden (1974), "Conditional Logit Analysis of Qualitative Choice Behavior", in *Frontiers in
       Econometrics*, for the choice of a product.

    Examples
    --------
    >>> lines, truth, products, rules = make_order_lines(n_customers=200, random_state=7)
    >>> lines[["order_id", "customer_id", "product", "category", "quantity", "unit_price", "amount"]].head(3)
       order_id  customer_id product category  quantity  unit_price  amount
    0         1          131    P058       C6         1         6.6     6.6
    1         1          131    P085       C2         1        16.1    16.1
    2         1          131    P124       C6         1         8.0     8.0
    >>> from crmkit import as_order_lines
    >>> kept = ["product", "category", "channel", "region", "unit_price", "cost"]
    >>> order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=kept)
    >>> len(order_lines) == len(lines), len(rules)
    (True, 5)
    """
    check_int(n_customers, name="n_customers", low=1)
    check_int(n_products, name="n_products", low=1)
    check_int(n_categories, name="n_categories", low=1, high=n_products)
    check_int(n_rules, name="n_rules", low=0, high=n_products // 2)
    first_day, n_days = log_span(start, end)
    window = acquisition_window(acquisition_days, n_days=n_days)
    check_above(purchases_per_year, name="purchases_per_year", low=0)
    check_above(purchase_rate_shape, name="purchase_rate_shape", low=0)
    check_above(mean_lifetime_days, name="mean_lifetime_days", low=0, or_infinite=True)
    check_number(lines_per_order, name="lines_per_order")
    if lines_per_order < 1:
        raise ValueError(_FEWER_LINES(value=lines_per_order))
    for name, value in (("popularity", popularity), ("price_sensitivity", price_sensitivity)):
        check_number(value, name=name)
        if not 0 <= value <= _HIGHEST:
            raise ValueError(_OUT_OF_RANGE(name=Parameter(name), most=_HIGHEST, value=value))
    check_fraction(seasonality, name="seasonality", low_open=False)
    shares = {
        "category_affinity": category_affinity,
        "promotion_share": promotion_share,
        "rule_probability": rule_probability,
        "return_rate": return_rate,
        "cost_missing_share": cost_missing_share,
    }
    for name, value in shares.items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    rng = as_generator(random_state)

    products = draw_range(
        n_products, n_categories=n_categories, popularity=popularity, return_rate=return_rate, rng=rng
    )
    promotions = draw_promotions(-(-n_days // DAYS_A_WEEK), n_products, share=promotion_share, rng=rng)
    rules = draw_rules(products, n_rules, rng=rng)
    lives = draw_lives(
        n_customers,
        window=window,
        purchases_per_year=purchases_per_year,
        purchase_rate_shape=purchase_rate_shape,
        mean_lifetime_days=mean_lifetime_days,
        dropout_rate_shape=_DROPOUT_SHAPE,
        mean_spend=1.0,
        customer_spend_shape=3.0,
        rng=rng,
    )
    tastes = draw_tastes(
        n_customers,
        products,
        category_affinity=category_affinity,
        price_sensitivity=price_sensitivity,
        lines_per_order=lines_per_order,
        rng=rng,
    )
    intensity = seasonal_intensity(first_day, n_days=n_days, amplitude=seasonality)
    everybody = [(np.arange(n_customers), busy_time_curve(intensity))]
    orders = draw_orders(lives, arms=everybody, order_spend_shape=1.0, rng=rng)
    sorted_ = np.argsort(orders.moment, kind="stable")
    who, moment = orders.customer[sorted_], orders.moment[sorted_]
    week = np.minimum(moment.astype(np.intp), n_days - 1) // DAYS_A_WEEK
    basket = draw_baskets(
        who,
        week,
        products=products,
        promotions=promotions,
        tastes=tastes,
        price_sensitivity=price_sensitivity,
        rules=rules,
        rule_probability=rule_probability,
        rng=rng,
    )
    own_channel = rng.choice(len(_CHANNELS), n_customers, p=_CHANNEL_SHARES)
    any_channel = rng.choice(len(_CHANNELS), len(who), p=_CHANNEL_SHARES)
    channel = np.where(rng.random(len(who)) < _KEEPS_CHANNEL, own_channel[who], any_channel)
    region = rng.choice(len(_REGIONS), n_customers, p=_REGION_SHARES)

    unknown = pick_share(n_products, cost_missing_share, rng=rng)
    costed = products._replace(unit_cost=np.where(unknown, np.nan, products.unit_cost))
    bought = _lines_with_returns(basket, moment, products=costed, n_days=n_days, rng=rng)
    order, product = basket.order[bought.line], basket.product[bought.line]
    quantity = np.where(bought.returned, -1, 1) * basket.quantity[bought.line]
    list_price = products.list_price[product]
    price = np.maximum(np.round(list_price * (1 - DEPTHS[promotions[week[order], product]]), 2), 0.01)
    product_names, category_names = _names("P", n_products), _names("C", n_categories)
    lines = pd.DataFrame(
        {
            "order_id": bought.order_id,
            "customer_id": who[order] + 1,
            "date": stamps(bought.seconds, first_day=first_day),
            "product": product_names[product],
            "category": category_names[products.category[product]],
            "channel": _CHANNELS[channel[order]],
            "region": _REGIONS[region[who[order]]],
            "quantity": quantity,
            "list_price": list_price,
            "unit_price": price,
            "amount": np.round(quantity * price, 2),
            "cost": np.round(quantity * costed.unit_cost[product], 2),
            "returned_order": pd.Series(order + 1, dtype="Int64").where(bought.returned),
        }
    )
    lived = as_truth_table(lives, has_orders=np.ones(n_customers, dtype=bool), first_day=first_day, n_days=n_days)
    truth = lived.drop(columns="mean_spend").assign(
        favourite_category=category_names[tastes.favourite],
        category_affinity=tastes.affinity,
        price_sensitivity=tastes.sensitivity,
        favourite_channel=_CHANNELS[own_channel],
        lines_per_order=1 + tastes.further_lines,
    )
    truth.insert(1, "region", _REGIONS[region])
    first, second = (product_names[place] for place in rules)
    together = pd.DataFrame({"first_product": first, "second_product": second, "probability": float(rule_probability)})
    return SimulatedOrderLines(lines, truth, _product_table(products, product_names, category_names), together)


class _Bought(NamedTuple):
    """Rows in the order of time: position of the line, whether it comes back, order id, seconds since the start."""

    line: Ints
    returned: BoolArray
    order_id: Ints
    seconds: Ints


def _lines_with_returns(
    basket: Basket, moment: Floats, *, products: Range, n_days: int, rng: np.random.Generator
) -> _Bought:
    """Draw which lines come back and when, and put all in the order of time."""
    bought_at = moment[basket.order]
    back = np.flatnonzero(rng.random(len(bought_at)) < products.return_rate[basket.product])
    back_at = bought_at[back] + rng.exponential(_MEAN_RETURN_DAYS, len(back))
    back, back_at = back[back_at < n_days], back_at[back_at < n_days]
    in_time = np.argsort(back_at, kind="stable")
    back, back_at = back[in_time], back_at[in_time]
    line = np.concatenate([np.arange(len(bought_at)), back])
    # A moment that floating point rounds up to midnight stays on the last day.
    seconds = np.minimum(whole_seconds(np.concatenate([bought_at, back_at])), n_days * SECONDS_A_DAY - 1)
    ids = np.concatenate([basket.order, len(moment) + np.arange(len(back))]) + 1
    by_time = np.lexsort((ids, seconds))
    returned = np.arange(len(line)) >= len(bought_at)
    return _Bought(line[by_time], returned[by_time], ids[by_time], seconds[by_time])


def _product_table(products: Range, names: Any, categories: Any) -> pd.DataFrame:
    columns = products._asdict()
    return pd.DataFrame({"product": names, "category": categories[columns.pop("category")], **columns})


def _names(letter: str, n: int) -> Any:
    """Names of one length, so that they sort as the numbers do."""
    width = len(str(n))
    return np.array([f"{letter}{number:0{width}d}" for number in range(1, n + 1)], dtype=object)
