"""Customers tables for tests: written out by hand, or drawn by hypothesis; and cuts found the slow way."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import strategies as st

NAN = float("nan")
UNITS = st.sampled_from([1e-3, 0.01, 0.1, 1 / 3, 7.1, 1e6])
PERCENTS = st.integers(1, 99)


def customer_table(n_orders, spend, days, **columns):
    """A customers table, those who never ordered with missing days; first orders are as old as the last."""
    floats = {"spend": spend, "days_since_last": days, "tenure_days": days}
    return pd.DataFrame(
        {"n_orders": n_orders, **{name: np.asarray(v, dtype=float) for name, v in floats.items()}} | columns
    )


@st.composite
def customer_tables(draw, *, lowest=0, prospects=True):
    """Up to 30 customers, one at least with an order; money in whole cents from `lowest`, often equal."""
    n = draw(st.integers(1, 30))
    orders = draw(st.lists(st.integers(0 if prospects else 1, 6), min_size=n, max_size=n).filter(any))
    cents = draw(st.lists(st.integers(lowest, 500) | st.sampled_from([0, 100]), min_size=n, max_size=n))
    days = draw(st.lists(st.integers(0, 800), min_size=n, max_size=n))
    return customer_table(
        orders,
        [cent / 100 if order or cent < 0 else 0.0 for order, cent in zip(orders, cents, strict=True)],
        [day if order else NAN for order, day in zip(orders, days, strict=True)],
    )


def noisy(customers, *, seed):
    """The customers with another last bit in every sum of money."""
    noise = np.random.default_rng(seed).uniform(-2e-15, 2e-15, len(customers))
    return customers.assign(spend=customers["spend"] * (1 + noise))


def in_cents(values):
    """Money as whole cents, to compute without rounding."""
    return [round(100 * value) for value in values]


def least_that_reach(cents, percent):
    """The least of the largest values that together bring a share of the total, equal ones together."""
    held = 0
    for value, count in sorted(Counter(cents).items(), reverse=True):
        held += value * count
        if held >= Fraction(percent, 100) * sum(cents):
            return value
    raise AssertionError("the total is not above zero")


def least_of_the_top(values, percent):
    """The least of the largest values that at most a share of the customers have; None if all are one."""
    if len(set(values)) == 1:
        return None
    least, held = max(values), 0
    for value, count in sorted(Counter(values).items(), reverse=True):
        held += count
        if held <= Fraction(percent, 100) * len(values):
            least = value
    return least
