"""Top share and Gini's coefficient: by hand, against slow formulas, free of scale, order and replication."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.metrics import gini, top_share

AS_OF = "1998-06-30"

# Whole cents, so that sums are exact.
spends = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any)
nets = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60).filter(lambda values: sum(values) > 0)
shares = st.floats(0.001, 0.999)


def slow_gini(values):
    """Half the mean absolute difference between two customers, relative to the mean."""
    values = np.asarray(values, dtype=float)
    return np.abs(values[:, None] - values).mean() / (2 * values.mean())


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of=AS_OF)


# By hand: rows 23 and 24 of the KPI catalogue, and a few more.


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([50, 20, 10, 10, 10], 0.2, 0.5),
        ([10, 10, 50, 10, 20], 0.4, 0.7),
        ([10, 10, 50, 10, 20], 0.41, 0.8),  # 2.05 customers are 3
        ([4], 0.2, 1.0),
        ([0, 0, 0, 5], 0.5, 1.0),
        ([8, 2, -5], 0.5, 2.0),  # a customer who sent back more than was bought: (8 + 2) / 5
    ],
)
def test_top_share_by_hand(values, share, expected):
    found = top_share(values, share=share)
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("n", "share", "count"), [(35, 0.2, 7), (5, 0.2, 1), (100, 0.07, 7), (25, 0.28, 7), (50, 0.14, 7)]
)
def test_a_share_that_makes_a_whole_number_is_not_rounded_up_by_its_float_noise(n, share, count):
    # 0.07 * 100 is 7.000000000000001 in floats; equal values: the share is the count
    assert top_share(np.ones(n), share=share) == pytest.approx(count / n, rel=1e-15)


def test_a_fifth_is_the_default():
    assert top_share(range(1, 11)) == pytest.approx((10 + 9) / 55, rel=1e-15)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1, 1], 0),
        ([0, 0, 0, 4], 0.75),
        ([7], 0),
        ([1, 3], 0.25),  # (-1*1 + 1*3) / (2*4)
        ([5, 1, 2], 8 / 24),  # (-2*1 + 0*2 + 2*5) / (3*8)
        ([4, -1], 5 / 6),  # (1 + 4) / (2*3)
        ([9, -5], 14 / 8),  # (5 + 9) / (2*4): beyond 1 where a value is below 0
    ],
)
def test_gini_by_hand(values, expected):
    found = gini(values)
    assert type(found) is float
    assert found == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("values", [[], [0, 0], [1, -1], [-1, -2]])
def test_without_a_positive_total_there_is_no_concentration(values):
    assert math.isnan(gini(values))
    assert math.isnan(top_share(values))


@pytest.mark.parametrize(
    "kind",
    [tuple, np.array, pd.Series, lambda values: pd.Series(values, dtype="Int64")],
    ids=["tuple", "array", "series", "nullable"],
)
def test_values_of_every_kind(kind):
    assert gini(kind([0, 0, 0, 4])) == 0.75
    assert top_share(kind([50, 20, 10, 10, 10])) == 0.5


# Reference: CDNOW, 1/10 sample: 0.2 of 2,357 customers are 472; shares and Gini as an independent script counted them.


def test_cdnow(cdnow):
    assert math.ceil(0.2 * len(cdnow)) == 472
    assert top_share(cdnow["spend"]) == pytest.approx(0.674550, abs=5e-7)
    assert gini(cdnow["spend"]) == pytest.approx(0.630917, abs=5e-7)


def test_cdnow_against_slow_formulas(cdnow):
    best = cdnow["spend"].nlargest(472).sum()
    assert top_share(cdnow["spend"]) == pytest.approx(best / cdnow["spend"].sum(), rel=1e-12)
    assert gini(cdnow["spend"]) == pytest.approx(slow_gini(cdnow["spend"]), rel=1e-12)


# Laws.


@given(nets)
def test_gini_is_half_the_relative_mean_difference(values):
    assert gini(values) == pytest.approx(slow_gini(values), rel=1e-9, abs=1e-12)


@given(spends)
def test_gini_of_values_not_below_zero_lies_between_0_and_its_most(values):
    assert -1e-12 <= gini(values) <= 1 - 1 / len(values) + 1e-12


@given(spends, st.integers(2, 5))
def test_gini_does_not_depend_on_how_often_the_population_is_repeated(values, times):
    assert gini(values * times) == pytest.approx(gini(values), abs=1e-12)


@given(spends, shares)
def test_the_top_hold_at_least_their_share_in_number_and_at_most_all(values, share):
    assert share * (1 - 1e-9) <= top_share(values, share=share) <= 1 + 1e-12


@given(spends, st.tuples(shares, shares).map(sorted))
def test_more_customers_hold_no_less(values, pair):
    assert top_share(values, share=pair[0]) <= top_share(values, share=pair[1])


@given(nets, st.randoms(use_true_random=False), st.sampled_from([1e-3, 0.01, 7.1, 1e6]))
def test_neither_the_currency_unit_nor_the_order_of_customers_matters(values, random, unit):
    moved = [value * unit for value in random.sample(values, len(values))]
    assert gini(moved) == pytest.approx(gini(values), rel=1e-9, abs=1e-12)
    assert top_share(moved) == pytest.approx(top_share(values), rel=1e-9)


# Refusals.


@pytest.mark.parametrize("measure", [gini, top_share])
def test_values_that_cannot_be_added_are_refused(measure):
    with pytest.raises(ValueError, match=r"`values` has 2 missing, first at \[1, 3\]\. Fill or drop them"):
        measure([1, None, 2, math.nan])
    with pytest.raises(ValueError, match="`values` must be finite, got infinity"):
        measure([1, math.inf])
    with pytest.raises(TypeError, match="`values` must be a number or a column of numbers"):
        measure(["a", "b"])


@pytest.mark.parametrize("measure", [gini, top_share])
@pytest.mark.parametrize("values", [5.0, [[1, 2], [3, 4]]], ids=["a number", "two columns"])
def test_what_is_not_one_value_per_customer_is_refused(measure, values):
    with pytest.raises((TypeError, ValueError), match="`values`"):
        measure(values)


@pytest.mark.parametrize("share", [0, 1, -0.2, 20, math.nan])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(ValueError, match="`share` must lie between 0 and 1, got"):
        top_share([1, 2], share=share)


def test_a_share_of_another_kind_is_refused():
    with pytest.raises(TypeError, match=r"`share` must be a number between 0 and 1, got '0.2'"):
        top_share([1, 2], share="0.2")


# Input untouched.


def test_the_values_given_are_not_changed():
    values = np.array([3.0, 1.0, 2.0])
    gini(values)
    top_share(values)
    assert values.tolist() == [3, 1, 2]


def test_masked_values_are_missing():
    with pytest.raises(ValueError, match=r"1 missing, first at \[2\]"):
        gini(np.ma.array([1.0, 2.0, 100.0], mask=[0, 0, 1]))
