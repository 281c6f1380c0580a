"""A change shared out among factors in all orders, or in one: by hand, against all orders, and as laws."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit._stats import sequential_contributions, shapley_contributions

# Customers, orders per customer, units per order, price and margin, before and after.
BEFORE = np.array([[1000.0], [2.0], [3.0], [10.0], [0.40]])
AFTER = np.array([[1100.0], [2.2], [2.9], [10.5], [0.38]])


# By hand.


def test_two_factors_are_bennets():
    # 20 × 30 to 25 × 40: 5 × 35 and 10 × 22.5
    found = shapley_contributions(np.array([[20.0], [30.0]]), np.array([[25.0], [40.0]]))
    assert found.ravel().tolist() == pytest.approx([175, 225])


def test_one_after_another_by_hand():
    # 20 × 30 to 25 × 40: 5 × 30, then 10 × 25
    found = sequential_contributions(np.array([[20.0], [30.0]]), np.array([[25.0], [40.0]]))
    assert found.ravel().tolist() == [150, 250]


def test_a_factor_that_is_not_known_leaves_all_missing():
    found = shapley_contributions(np.array([[20.0], [np.nan]]), np.array([[25.0], [40.0]]))
    assert np.isnan(found).all()
    found = sequential_contributions(np.array([[20.0], [1.0]]), np.array([[25.0], [np.inf]]))
    assert np.isnan(found).all()


# Reference: five factors worked to four digits, 24,000 to 28,001.82.


def test_five_factors():
    found = shapley_contributions(BEFORE, AFTER).ravel()
    assert found.tolist() == pytest.approx([2475.2373, 2475.2373, -881.8960, 1267.8540, -1334.6127], abs=5e-5)
    found = sequential_contributions(BEFORE, AFTER).ravel()
    assert found.tolist() == pytest.approx([2400.00, 2640.00, -968.00, 1403.60, -1473.78], abs=5e-3)


# Laws.

FACTORS = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=4)


@given(FACTORS)
def test_the_mean_over_all_orders(drawn):
    before, after = (np.array(side)[:, None] for side in zip(*drawn, strict=True))
    orders = []
    for order in permutations(range(len(drawn))):
        found = np.empty(len(drawn))
        found[list(order)] = sequential_contributions(before[list(order)], after[list(order)]).ravel()
        orders.append(found)
    shapley = shapley_contributions(before, after).ravel()
    size = np.abs([before, after]).max() ** len(drawn)
    assert shapley.tolist() == pytest.approx(np.mean(orders, axis=0).tolist(), rel=1e-9, abs=1e-12 * size)
    assert shapley.sum() == pytest.approx(after.prod() - before.prod(), rel=1e-9, abs=1e-12 * size)
    assert shapley_contributions(after, before).ravel().tolist() == pytest.approx((-shapley).tolist(), abs=1e-12 * size)
