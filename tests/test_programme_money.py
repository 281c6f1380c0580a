"""Revenue deferred for points, and what a programme earns: published examples, by hand, and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.loyalty.programmes import points_revenue, programme_economics_table, revenue_deferral_table

SALE = {"transaction_price": 100_000, "goods_price": 100_000, "points": 10_000, "point_value": 1}


# Reference


def test_ifrs_15_example_52():
    # IFRS 15, Illustrative Example 52: 91,324 for goods, 8,676 for points; 4,110 in the first year, 3,493 in the second
    deferred = points_revenue(**SALE, breakage_rate=0.05)
    assert (round(100_000 - deferred), round(deferred)) == (91_324, 8_676)
    schedule = pd.DataFrame({"redeemed": [4500, 4000], "expected": [9500, 9700]})
    found = revenue_deferral_table(schedule, allocated=deferred)
    assert found["revenue"].round().tolist() == [4110, 3493]


def test_kpmg_example_10a():
    # KPMG, Revenue for telecoms and others, Example 10A: 9,000 (rounded) deferred at 97 %; 4,175 and 3,552 recognised
    schedule = pd.DataFrame({"redeemed": [4500, 4000], "expected": [9700, 9900]})
    found = revenue_deferral_table(schedule, allocated=9000)
    assert found["recognised_total"].iloc[0] == pytest.approx(4175.26, abs=0.005)
    assert found["revenue"].round().tolist() == [4175, 3552]
    # not rounded, 8,842.30 are deferred, and 4,102.1 and 3,489.8 recognised
    exact = points_revenue(**SALE, breakage_rate=0.03)
    assert exact == pytest.approx(8842.30, abs=0.005)
    assert revenue_deferral_table(schedule, allocated=exact)["revenue"].round(1).tolist() == [4102.1, 3489.8]


def test_finlearnhub():
    # a sale of 2,000 with points worth 200, of which 85 % are expected to be redeemed: 1,843 and 157
    deferred = points_revenue(transaction_price=2000, goods_price=2000, points=200, point_value=1, breakage_rate=0.15)
    assert (round(2000 - deferred), round(deferred)) == (1843, 157)
    half = revenue_deferral_table(pd.DataFrame({"redeemed": [85], "expected": [170]}), allocated=deferred)
    assert half["deferred"].iloc[0] == pytest.approx(deferred / 2)


# By hand


def test_a_change_of_the_estimate_is_caught_up():
    # 100 deferred; 40 of 80 redeemed: 50. Then 20 more of 100: 60 in all, so 20 for the 20 and 40 - 50 = -10 caught up
    schedule = pd.DataFrame({"year": [2023, 2024], "redeemed": [40, 20], "expected": [80, 100]}, index=["x", "y"])
    found = revenue_deferral_table(schedule, allocated=100)
    assert found.loc["y", ["revenue", "revenue_redeemed", "catch_up", "deferred"]].tolist() == [10, 20, -10, 40]
    assert found.loc["x", ["revenue", "revenue_redeemed", "catch_up", "deferred"]].tolist() == [50, 50, 0, 50]
    # a fall of the revenue recognised so far is allowed
    fall = pd.DataFrame({"redeemed": [40, 0], "expected": [40, 100]})
    assert revenue_deferral_table(fall, allocated=100)["revenue"].tolist() == [100, -60]


def test_points_without_a_price_defer_nothing_and_nothing_is_undefined():
    assert points_revenue(**SALE, breakage_rate=1) == 0
    free = {**SALE, "goods_price": 0, "points": [0, 10]}
    np.testing.assert_array_equal(points_revenue(**free, breakage_rate=0), [np.nan, 100_000])


YEARS = pd.DataFrame(
    {"margin": [1000.0, 0.0], "programme_cost": [80.0, -20.0], "running": [20.0, 10.0], "found": [150.0, -5.0]},
    index=["a", "b"],
)


def test_what_a_programme_earns_by_hand():
    asked = {"running_cost": "running"}
    whole = programme_economics_table(YEARS, **asked)
    assert whole["basis"].tolist() == ["not incremental"] * 2
    assert whole["profit"].tolist() == [900, 10]
    declared = programme_economics_table(YEARS, **asked, incremental_share=0.06)
    assert declared["basis"].tolist() == ["declared share"] * 2
    assert declared["profit"].tolist() == [-40, 10]
    assert declared["return_on_cost"].tolist()[0] == -0.4
    assert declared["break_even_share"].tolist()[0] == 0.1
    assert declared[["return_on_cost", "break_even_share"]].loc["b"].isna().all()
    compared = programme_economics_table(YEARS, **asked, incremental_margin="found")
    assert compared["basis"].tolist() == ["incremental margin"] * 2
    assert compared["profit"].tolist() == [50, 5]


# Law


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6), st.floats(0, 1e6))
def test_revenue_adds_up_to_what_was_deferred(drawn, allocated):
    redeemed = np.array([each for each, _ in drawn], dtype=float)
    expected = np.cumsum(redeemed) + [more for _, more in drawn]
    found = revenue_deferral_table(pd.DataFrame({"redeemed": redeemed, "expected": expected}), allocated=allocated)
    assert found["revenue"].sum() + found["deferred"].iloc[-1] == pytest.approx(allocated)
    np.testing.assert_allclose(found["revenue_redeemed"] + found["catch_up"], found["revenue"], atol=1e-6)
    assert found["deferred"].between(-1e-6, allocated + 1e-6).all()


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    schedule = pd.DataFrame({"redeemed": [4500, 4000], "expected": [9500.0, 9700.0]})
    assert_same_rows(
        revenue_deferral_table(build_in_memory(schedule), allocated=1.0),
        revenue_deferral_table(schedule, allocated=1.0),
    )
    assert_same_rows(programme_economics_table(build_in_memory(YEARS)), programme_economics_table(YEARS))


# Refusal


def test_wrong_schedules_are_refused():
    schedule = pd.DataFrame({"redeemed": [4500, 6000], "expected": [9500, 9700]})
    with pytest.raises(
        SchemaError, match=r"More points have been redeemed than are expected to be at rows \[1\]: \[10500.0\] of"
    ):
        revenue_deferral_table(schedule, allocated=1)
    with pytest.raises(SchemaError, match=r"`schedule\['redeemed'\]` is below 0 at rows \[0\]"):
        revenue_deferral_table(schedule.assign(redeemed=[-1, 1]), allocated=1)
    with pytest.raises(SchemaError, match=r"`schedule\['expected'\]` is missing or infinite at rows \[1\]"):
        revenue_deferral_table(schedule.assign(expected=[1e9, np.nan]), allocated=1)
    with pytest.raises(SchemaError, match=r"`schedule\['expected'\]` must hold numbers"):
        revenue_deferral_table(schedule.assign(expected="x"), allocated=1)
    with pytest.raises(SchemaError, match=r"`schedule` has columns \['revenue'\], which are made here"):
        revenue_deferral_table(schedule.assign(revenue=1), allocated=1)
    with pytest.raises(SchemaError, match="`schedule` has no rows"):
        revenue_deferral_table(schedule.head(0), allocated=1)
    with pytest.raises(ValueError, match="`allocated` must not be below 0"):
        revenue_deferral_table(schedule, allocated=-1)
    with pytest.raises(TypeError, match="`allocated` must be a number"):
        revenue_deferral_table(schedule, allocated="x")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"breakage_rate": 5}, ValueError, "`breakage_rate` must not exceed 1"),
        ({"points": -1}, ValueError, "`points` must not be below 0"),
        ({"goods_price": np.inf}, ValueError, "`goods_price` must be finite"),
        ({"point_value": "x"}, TypeError, "`point_value` must be a number"),
        ({"points": 1e300, "point_value": 1e300}, SchemaError, "`points` adds up to more than a number can hold"),
        ({"points": [1, 2], "point_value": [1, 2, 3]}, ValueError, "must have the same length"),
    ],
)
def test_sales_that_cannot_be_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        points_revenue(**{**SALE, "breakage_rate": 0.05, **changes})


def test_wrong_economics_are_refused():
    with pytest.raises(ValueError, match="either `incremental_share` or `incremental_margin`, not both"):
        programme_economics_table(YEARS, incremental_share=0.1, incremental_margin="found")
    with pytest.raises(ValueError, match="`incremental_share` must lie between 0 and 1"):
        programme_economics_table(YEARS, incremental_share=30)
    with pytest.raises(SchemaError, match=r"`periods\['found'\]` is below 0 at rows \[1\]"):
        programme_economics_table(YEARS, running_cost="found")
    with pytest.raises(SchemaError, match=r"`periods\['margin'\]` adds up to more than a number can hold"):
        programme_economics_table(YEARS.assign(margin=1.7e308))
    with pytest.raises(SchemaError, match="`periods` lacks the columns"):
        programme_economics_table(YEARS, margin="profit")


# Input untouched


def test_the_tables_stay_as_they_were():
    before = YEARS.copy()
    programme_economics_table(YEARS, running_cost="running")
    pd.testing.assert_frame_equal(YEARS, before)
