"""KPI formulas: numbers or columns in, the ratio out; nan over an empty base; wrong counts refused."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_series_equal

from crmkit import load_cdnow
from crmkit.metrics import (
    average_order_value,
    average_revenue_per_customer,
    customer_churn_rate,
    purchase_frequency,
    repeat_purchase_rate,
    retention_rate,
)


def cohort_churn_rate(**counts):
    return customer_churn_rate(**counts, method="cohort")


# Function, the argument above the line, the argument below it.
AMOUNTS = [
    (average_order_value, "revenue", "orders"),
    (average_revenue_per_customer, "revenue", "customers"),
]
COUNTS = [(purchase_frequency, "orders", "customers")]
SHARES = [
    (repeat_purchase_rate, "repeat_customers", "customers"),
    (retention_rate, "retained", "customers_start"),
    (cohort_churn_rate, "lost", "customers_start"),
]
EVERY = AMOUNTS + COUNTS + SHARES
every_formula = pytest.mark.parametrize(("formula", "top", "bottom"), EVERY)
every_share = pytest.mark.parametrize(("formula", "top", "bottom"), SHARES)

parts_of_wholes = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(sorted).filter(lambda pair: pair[1] > 0)


# By hand: the examples of the KPI catalogue, rows 12 to 14, 28, 30, 32 and 41.


@pytest.mark.parametrize(
    ("formula", "numbers", "expected"),
    [
        (average_order_value, {"revenue": 5000, "orders": 125}, 40),
        (average_revenue_per_customer, {"revenue": 7500, "customers": 150}, 50),
        (purchase_frequency, {"orders": 300, "customers": 120}, 2.5),
        (repeat_purchase_rate, {"repeat_customers": 8, "customers": 26}, 4 / 13),
        (retention_rate, {"retained": 800, "customers_start": 1000}, 0.8),
        (customer_churn_rate, {"lost": 12, "customers_start": 100, "method": "cohort"}, 0.12),
        (customer_churn_rate, {"lost": 12, "customers_start": 100, "method": "open", "joined": 20}, 0.1),
    ],
)
def test_by_hand(formula, numbers, expected):
    found = formula(**numbers)
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-15)


def test_more_refunds_than_sales_give_a_negative_order_value():
    assert average_order_value(revenue=-30, orders=4) == -7.5
    assert average_revenue_per_customer(revenue=-30, customers=3) == -10


def test_open_churn_may_lose_more_than_were_there_at_the_start():
    # 10 at the start, 30 joined, 20 of these 40 left
    assert customer_churn_rate(lost=20, customers_start=10, method="open", joined=30) == 0.5


@every_formula
def test_an_empty_base_is_nan_not_zero_and_not_infinity(formula, top, bottom):
    assert math.isnan(formula(**{top: 0, bottom: 0}))
    assert_array_equal(formula(**{top: np.array([0, 1]), bottom: np.array([0, 2])}), [np.nan, 0.5])


@pytest.mark.parametrize(("formula", "top", "bottom"), AMOUNTS)
def test_money_without_a_base_is_nan(formula, top, bottom):
    assert math.isnan(formula(**{top: 7, bottom: 0}))
    assert math.isnan(formula(**{top: -7, bottom: 0}))


def test_open_churn_of_nobody_is_nan():
    assert math.isnan(customer_churn_rate(lost=0, customers_start=0, method="open", joined=0))


@every_formula
def test_a_series_gives_a_series_with_its_index(formula, top, bottom):
    index = pd.Index(["b", "a", "c"])
    parts, wholes = pd.Series([1, 0, 3], index=index), pd.Series([4, 0, 3], index=index)
    expected = pd.Series([0.25, np.nan, 1.0], index=index)
    assert_series_equal(formula(**{top: parts, bottom: wholes}), expected)
    assert_series_equal(formula(**{top: parts.to_numpy(), bottom: wholes}), expected)
    assert_series_equal(formula(**{top: 0, bottom: wholes}), pd.Series([0, np.nan, 0.0], index=index))


@every_formula
def test_an_array_or_a_list_gives_an_array(formula, top, bottom):
    for kind in (np.array, list):
        found = formula(**{top: kind([1, 2]), bottom: kind([4, 2])})
        assert isinstance(found, np.ndarray)
        assert_array_equal(found, [0.25, 1.0])
    assert_array_equal(formula(**{top: 1, bottom: np.array([4, 1])}), [0.25, 1.0])
    assert_array_equal(formula(**{top: np.array([1, 2]), bottom: 4}), [0.25, 0.5])


@every_formula
def test_a_missing_count_is_missing_in_the_result(formula, top, bottom):
    nullable = pd.Series([1, None], dtype="Int64")
    assert_array_equal(formula(**{top: nullable, bottom: 2}), [0.5, np.nan])


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_open_churn_takes_columns_of_every_kind(kind):
    # 1 of 10 + 10, 2 of 20 + 20
    found = customer_churn_rate(lost=kind([1, 2]), customers_start=kind([10, 20]), method="open", joined=kind([10, 20]))
    assert_allclose(found, [0.05, 0.05], rtol=1e-15)
    mixed = customer_churn_rate(lost=kind([1, 2]), customers_start=kind([10, 30]), method="open", joined=10)
    assert_allclose(mixed, [0.05, 0.05], rtol=1e-15)


# Reference: CDNOW, 1/10 sample (Fader and Hardie 2001): 6,919 orders, 6,696 order days, 2,357 customers.


def test_cdnow():
    assert average_order_value(revenue=244091.94, orders=6919) == pytest.approx(35.2785, abs=5e-5)
    assert average_order_value(revenue=244091.94, orders=6696) == pytest.approx(36.453396, abs=5e-7)
    assert average_revenue_per_customer(revenue=244091.94, customers=2357) == pytest.approx(103.560433, abs=5e-7)
    assert purchase_frequency(orders=6696, customers=2357) == pytest.approx(2.840899, abs=5e-7)


def test_cdnow_repeat_purchase_counted_by_orders_and_by_days():
    orders = load_cdnow()
    rows = orders["customer_id"].value_counts()
    days = orders.drop_duplicates(["customer_id", "date"])["customer_id"].value_counts()
    for counts, expected in ((rows, 0.488757), (days, 0.483241)):
        found = repeat_purchase_rate(repeat_customers=int((counts >= 2).sum()), customers=len(counts))
        assert found == pytest.approx(expected, abs=5e-7)


# Laws.


@given(parts_of_wholes)
def test_retention_and_churn_are_complements(counts):
    retained, start = counts
    kept = retention_rate(retained=retained, customers_start=start)
    lost = customer_churn_rate(lost=start - retained, customers_start=start, method="cohort")
    assert kept + lost == pytest.approx(1, abs=1e-15)


@every_share
@given(parts_of_wholes)
def test_a_share_lies_between_0_and_1_and_is_exact_at_the_ends(formula, top, bottom, counts):
    part, whole = counts
    assert 0 <= formula(**{top: part, bottom: whole}) <= 1
    assert formula(**{top: 0, bottom: whole}) == 0
    assert formula(**{top: whole, bottom: whole}) == 1


@given(parts_of_wholes, st.integers(0, 10**6))
def test_open_churn_is_never_above_cohort_churn(counts, joined):
    lost, start = counts
    opened = customer_churn_rate(lost=lost, customers_start=start, method="open", joined=joined)
    assert opened <= customer_churn_rate(lost=lost, customers_start=start, method="cohort")
    assert opened * (start + joined) == pytest.approx(lost)


@pytest.mark.parametrize(("formula", "top", "bottom"), AMOUNTS)
@given(revenue=st.integers(-(10**8), 10**8), base=st.integers(1, 10**6), unit=st.sampled_from([1e-3, 0.01, 7.1, 1e6]))
def test_the_currency_unit_scales_the_result(formula, top, bottom, revenue, base, unit):
    once = formula(**{top: revenue / 100, bottom: base})
    assert formula(**{top: revenue / 100 * unit, bottom: base}) == pytest.approx(once * unit, rel=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(-(10**8), 10**8))
def test_revenue_per_customer_is_order_value_times_frequency(orders, customers, cents):
    if orders > 0:
        value = average_order_value(revenue=cents / 100, orders=orders)
        frequency = purchase_frequency(orders=orders, customers=customers)
        per_customer = average_revenue_per_customer(revenue=cents / 100, customers=customers)
        assert value * frequency == pytest.approx(per_customer, rel=1e-12)


# Input untouched.


@every_formula
def test_the_columns_given_are_not_changed(formula, top, bottom):
    parts, wholes = pd.Series([1, 0], index=[7, 8]), pd.Series([4, 0], index=[7, 8])
    before = parts.copy(), wholes.copy()
    formula(**{top: parts, bottom: wholes})
    assert_series_equal(parts, before[0])
    assert_series_equal(wholes, before[1])
