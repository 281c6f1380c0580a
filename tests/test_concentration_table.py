"""The concentration table: by hand, on CDNOW, concave from 0 to 1, prospects left out, from every frame."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import assert_same_rows, count_nan, rows

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.metrics import concentration_table, gini

# Whole cents, so that sums are exact.
spends = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any)


def customers_with(values):
    return pd.DataFrame({"n_orders": 1, "spend": np.asarray(values, dtype=float)})


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")


# By hand.


def test_concentration_table_by_hand():
    found = concentration_table(customers_with([10, 70, 10, 10]), n_points=5)
    assert rows(found) == [(0, 0, 0), (0.25, 0.7, 1), (0.5, 0.8, 2), (0.75, 0.9, 3), (1, 1, 4)]
    assert list(found.columns) == ["customer_share", "value_share", "n_customers"]


def test_fewer_customers_than_points_give_a_point_each():
    assert rows(concentration_table(customers_with([3, 1]))) == [(0, 0, 0), (0.5, 0.75, 1), (1, 1, 2)]


def test_prospects_and_customers_of_whom_only_refunds_are_known_are_left_out():
    customers = pd.DataFrame({"n_orders": [1, 0, 1, 0], "spend": [3.0, 0.0, 1.0, -50.0]})
    assert rows(concentration_table(customers)) == [(0, 0, 0), (0.5, 0.75, 1), (1, 1, 2)]


def test_customers_with_orders_at_price_zero_count():
    assert rows(concentration_table(customers_with([4, 0]))) == [(0, 0, 0), (0.5, 1, 1), (1, 1, 2)]


def test_another_column_can_be_asked_for():
    customers = customers_with([1, 1]).assign(margin=[3.0, 1.0])
    assert rows(concentration_table(customers, value="margin"))[1] == (0.5, 0.75, 1)


@pytest.mark.parametrize("values", [[], [0, 0], [5, -5]])
def test_the_curve_without_a_positive_total_is_missing(values, build):
    found = concentration_table(build(pd.concat([customers_with(values), customers_with([1]).assign(n_orders=0)])))
    assert {value_share for _, value_share, _ in rows(found)} == {None}
    assert count_nan(found) == 0


# Reference: CDNOW, 1/10 sample, against the customers sorted by hand.


def test_cdnow_curve_passes_through_the_top_shares(cdnow):
    curve = concentration_table(cdnow)
    assert len(curve) == 101
    for point in curve.iloc[1:-1:10].itertuples():
        held = cdnow["spend"].nlargest(point.n_customers).sum() / cdnow["spend"].sum()
        assert point.value_share == pytest.approx(held, rel=1e-12)
        assert point.customer_share == point.n_customers / 2357


# Laws.


@given(spends, st.integers(2, 30))
def test_the_curve_rises_ever_slower_from_0_to_1(values, n_points):
    curve = concentration_table(customers_with(values), n_points=n_points)
    assert len(curve) <= n_points
    assert curve.iloc[0].tolist() == [0, 0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1, len(values)], rel=1e-12)
    steps = curve.diff().iloc[1:]
    assert (steps["customer_share"] > 0).all()
    slopes = (steps["value_share"] / steps["customer_share"]).to_numpy()
    assert (slopes >= -1e-9).all()
    assert (np.diff(slopes) <= 1e-9 * len(values)).all()
    assert (curve["value_share"] >= curve["customer_share"] - 1e-12).all()


@given(spends)
def test_the_area_below_the_full_curve_is_that_of_gini(values):
    curve = concentration_table(customers_with(values), n_points=len(values) + 1)
    area = np.trapezoid(curve["value_share"], curve["customer_share"])
    assert 2 * area - 1 == pytest.approx(gini(values), abs=1e-12)


def test_the_curve_is_the_same_from_every_kind_of_frame(cdnow, build):
    customers = build(cdnow[["customer_id", "n_orders", "spend"]])
    found = concentration_table(customers)
    assert type(found) is type(customers)
    assert_same_rows(found, concentration_table(cdnow))


# Refusals.


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="`n_points` must be at least 2, got 1"):
        concentration_table(customers_with([1]), n_points=1)
    with pytest.raises(TypeError, match=r"`n_points` must be a whole number, got 10\.0"):
        concentration_table(customers_with([1]), n_points=10.0)


def test_a_table_that_is_no_customers_table_is_refused():
    with pytest.raises(TypeError, match=r"`customers` must be a pandas, Polars or PyArrow table.*got list"):
        concentration_table([1, 2])
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['n_orders'\].*customer_summary makes"):
        concentration_table(pd.DataFrame({"spend": [1.0]}))
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['margin'\]"):
        concentration_table(customers_with([1]), value="margin")


def test_missing_and_infinite_values_in_the_table_are_refused(build):
    with pytest.raises(ValueError, match="has 1 missing"):
        concentration_table(build(customers_with([1, None, 2])))
    with pytest.raises(ValueError, match="must be finite"):
        concentration_table(build(customers_with([1, math.inf])))


# Input untouched.


def test_the_customers_given_are_not_changed(cdnow):
    before = cdnow.copy()
    concentration_table(cdnow)
    assert_frame_equal(cdnow, before)


def test_values_of_arrow_that_are_encoded_by_runs():
    spend = pc.run_end_encode(pa.array([10.0, 10.0, 70.0, 10.0]))
    found = concentration_table(pa.table({"n_orders": [1, 1, 1, 0], "spend": spend}), n_points=2)
    assert rows(found.to_pandas()) == [(0, 0, 0), (1, 1, 3)]
