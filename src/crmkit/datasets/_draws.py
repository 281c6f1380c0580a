"""The random draws of the simulator: customers' lives, their orders, their refunds."""

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._time_units import DAYS_A_YEAR
from crmkit.datasets._intensity import busy_time, calendar_time

__all__ = ["BoolArray", "Lives", "Rows", "draw_lives", "draw_orders", "draw_refunds", "pick_share"]

BoolArray: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
IntArray: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]

_MEAN_DAYS_TO_REFUND = 10.0
_SMALLEST_AMOUNT = 0.01


class Lives(NamedTuple):
    """The hidden traits of customers; rates are per day, moments in days since the start."""

    purchase_rate: Floats
    dropout_rate: Floats
    acquired: Floats
    dropout: Floats
    mean_spend: Floats


class Rows(NamedTuple):
    """Orders or refunds: position of the customer in `Lives`, days since the start, money."""

    customer: IntArray
    moment: Floats
    amount: Floats


def pick_share(n: int, share: float, *, rng: np.random.Generator) -> BoolArray:
    """Mark a share of n, rounded to a whole number, at random."""
    return np.asarray(rng.permutation(n) < round(share * n))


def draw_lives(
    n: int,
    *,
    window: int,
    purchases_per_year: float,
    purchase_rate_shape: float,
    mean_lifetime_days: float,
    dropout_rate_shape: float,
    mean_spend: float,
    customer_spend_shape: float,
    rng: np.random.Generator,
) -> Lives:
    """Draw each customer's rates, lifetime and mean order value."""
    mean_rate = purchases_per_year / DAYS_A_YEAR
    purchase_rate = rng.gamma(purchase_rate_shape, mean_rate / purchase_rate_shape, n)
    acquired = rng.uniform(0, window, n)
    if math.isinf(mean_lifetime_days):
        dropout_rate, lifetime = np.zeros(n), np.full(n, np.inf)
    else:
        dropout_rate = rng.gamma(dropout_rate_shape, 1 / ((dropout_rate_shape - 1) * mean_lifetime_days), n)
        lifetime = rng.standard_exponential(n) / dropout_rate
    spend = (customer_spend_shape - 1) * mean_spend / rng.standard_gamma(customer_spend_shape, n)
    return Lives(purchase_rate, dropout_rate, acquired, acquired + lifetime, spend)


def draw_orders(
    lives: Lives,
    *,
    arms: list[tuple[IntArray, Floats]],
    order_spend_shape: float,
    rng: np.random.Generator,
) -> Rows:
    """Draw the first order of every customer and the later ones; an arm is customers and a curve.

    In busy time, the integral of the intensity, the later orders are a Poisson process of
    constant rate: their number is Poisson and, given it, they are uniform.
    """
    parts = [_later_orders(lives, who, curve=curve, rng=rng) for who, curve in arms]
    customer = np.concatenate([np.arange(len(lives.acquired)), *(who for who, _ in parts)])
    moment = np.concatenate([lives.acquired, *(when for _, when in parts)])
    amount = rng.standard_gamma(order_spend_shape, len(customer))
    amount *= lives.mean_spend[customer]
    amount /= order_spend_shape
    return Rows(customer, moment, np.maximum(amount.round(2), _SMALLEST_AMOUNT))


def _later_orders(lives: Lives, who: IntArray, *, curve: Floats, rng: np.random.Generator) -> tuple[IntArray, Floats]:
    """Draw the customer and the moment of each order after the first."""
    end = float(len(curve) - 1)
    acquired, leaves = lives.acquired[who], np.minimum(lives.dropout[who], end)
    busy_from = busy_time(acquired, curve=curve)
    busy_for = busy_time(leaves, curve=curve) - busy_from
    n_later = rng.poisson(lives.purchase_rate[who] * busy_for)
    life = np.repeat(np.arange(len(who)), n_later)
    busy = rng.random(len(life))
    busy *= busy_for[life]
    busy += busy_from[life]
    moment = calendar_time(busy, curve=curve)
    # The way to busy time and back may lose the last bit.
    return who[life], np.clip(moment, acquired[life], leaves[life], out=moment)


def draw_refunds(orders: Rows, *, refund_rate: float, end: float, rng: np.random.Generator) -> Rows:
    """Draw which orders are refunded in full, and when; what comes after the end is not seen."""
    refunded = np.flatnonzero(rng.random(len(orders.amount)) < refund_rate)
    moment = orders.moment[refunded] + rng.exponential(_MEAN_DAYS_TO_REFUND, len(refunded))
    seen = moment < end
    refunded = refunded[seen]
    return Rows(orders.customer[refunded], moment[seen], -orders.amount[refunded])
