"""Prices by method, van Westendorp's curves, Gabor and Granger's demand."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.plotting import plot_price_sensitivity
from crmkit.value.pricing import (
    gabor_granger_table,
    price_method_table,
    price_sensitivity_points,
    price_sensitivity_table,
)

mpl.use("Agg")

FOUR = ["too_cheap", "cheap", "expensive", "too_expensive"]
ASKED = pd.DataFrame([(2, 4, 6, 8), (3, 5, 7, 9), (3, 5, 8, 10), (4, 6, 8, 12)], columns=FOUR)
LIMITS = pd.DataFrame({"limit": [5.0, 5, 8, 10, 12]})


def people():
    prices = st.tuples(*[st.integers(0, 20)] * 4).map(sorted)
    return st.lists(prices, min_size=1, max_size=15).map(lambda rows: pd.DataFrame(rows, columns=FOUR))


# By hand


def test_prices_by_method():
    found = price_method_table(
        unit_cost=6,
        margin=0.5,
        elasticity=-2,
        competitor_price=5,
        reference_price=10,
        differentiation={"a": 4, "b": -1},
        share_kept=0.5,
    ).set_index("method")
    assert found["price"].to_dict() == {"cost_plus": 12, "demand": 12, "competition": 5, "value": 11.5}
    assert found.loc["cost_plus", ["mark_up", "margin_rate"]].tolist() == [1, 0.5]
    assert found["covers_cost"].tolist() == [True, True, False, True]
    # a mark-up of 50 % on the cost is a third of the price
    assert price_method_table(unit_cost=6, mark_up=0.5)["margin_rate"].tolist() == [pytest.approx(1 / 3)]
    assert math.isnan(price_method_table(unit_cost=6, elasticity=-0.5)["price"][0])


def test_the_four_points_by_hand():
    # Cheap and expensive are 1/4 each at 6; too cheap falls from 1/4 to 0 between 4 and 5 while not cheap rises so;
    # not expensive falls from 1/2 to 0 between 7 and 8 while too expensive rises from 0 to 1/4; nobody minds 5 to 7.
    found = price_sensitivity_points(ASKED).set_index("point")
    assert_allclose(found["price"], [4.5, 6, 6, 7 + 2 / 3], rtol=1e-12)
    assert found.loc["optimal", ["lower", "upper", "is_range", "share"]].tolist() == [5, 7, True, 0]
    assert_allclose(found["share"], [1 / 8, 0, 1 / 4, 1 / 6], rtol=1e-12)


def test_who_contradicts_themselves_is_counted():
    more = pd.concat([ASKED, pd.DataFrame([(5, 4, 6, 8), (2, 4, np.nan, 8)], columns=FOUR)])
    found = price_sensitivity_points(more)
    assert found[["n", "n_left_out"]].iloc[0].tolist() == [4, 2]
    assert found["price"].tolist() == price_sensitivity_points(ASKED)["price"].tolist()
    # one price for all four questions: curves that do not cross
    same = price_sensitivity_points(pd.DataFrame([[5, 5, 5, 5]] * 3, columns=FOUR))
    assert same["price"].isna().tolist() == [True, False, False, True]


def test_revenue_and_profit_by_hand():
    found = gabor_granger_table(LIMITS, limit="limit")
    assert found["revenue"].tolist() == [25, 24, 20, 12]
    assert found.loc[found["is_best"], "price"].tolist() == [5]
    found = gabor_granger_table(LIMITS, limit="limit", unit_cost=3)
    assert found["profit"].tolist() == [10, 15, 14, 9]
    assert found.loc[found["is_best"], "price"].tolist() == [8]
    # 0 belongs to the base, no answer does not
    more = pd.concat([LIMITS, pd.DataFrame({"limit": [0, 0, 0, np.nan]})])
    found = gabor_granger_table(more, limit="limit", prices=[6, 5, 20], calibration=0.5)
    assert found["share"].tolist() == [5 / 8, 3 / 8, 0]
    assert found["buyers"].tolist() == [2.5, 1.5, 0]
    assert found[["n", "n_left_out"]].iloc[0].tolist() == [8, 1]


# Laws


@given(people(), st.sampled_from([0.01, 3.0, 1e6]))
def test_curves_run_one_way_and_prices_scale(answers, unit):
    curves, points = price_sensitivity_table(answers), price_sensitivity_points(answers)
    for name in FOUR:
        steps = np.diff(curves[name])
        assert (steps <= 1e-12).all() if name.endswith("cheap") else (steps >= -1e-12).all()
        assert curves[name].between(0, 1).all()
    again = price_sensitivity_points(answers * unit)
    assert_allclose(again["price"], points["price"] * unit, rtol=1e-9)
    inside = points["price"].isna() | ((points["lower"] <= points["price"]) & (points["price"] <= points["upper"]))
    assert inside.all()


@given(people(), st.integers(1, 4))
def test_a_weight_is_a_number_of_people(answers, weight):
    weights = np.where(np.arange(len(answers)) == 0, weight, 1)
    often = price_sensitivity_points(answers.loc[answers.index.repeat(weights)])["price"]
    assert_allclose(price_sensitivity_points(answers.assign(w=weights), weight="w")["price"], often, rtol=1e-9)
    limits = answers.rename(columns={"cheap": "limit"})
    found = gabor_granger_table(limits.assign(w=weights), limit="limit", weight="w")["revenue"]
    assert_allclose(found, gabor_granger_table(limits.loc[limits.index.repeat(weights)], limit="limit")["revenue"])


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    found = as_pandas(price_sensitivity_points(build_in_memory(ASKED)))
    assert found.set_index("point")["price"].to_dict() == (
        price_sensitivity_points(ASKED).set_index("point")["price"].to_dict()
    )
    found = as_pandas(gabor_granger_table(build_in_memory(LIMITS), limit="limit"))
    assert found.sort_values("price")["revenue"].tolist() == [25, 24, 20, 12]


# Refusal


def test_weights_of_0_and_prices_beyond_all_numbers_are_named():
    with pytest.raises(SchemaError, match=r"`answers\['w'\]` gives nobody a weight above 0"):
        price_sensitivity_points(ASKED.assign(w=0.0), weight="w")
    with pytest.raises(ValueError, match="The price by 'cost_plus' is more than a number can hold"):
        price_method_table(unit_cost=1e308, mark_up=5)


def test_refusals():
    with pytest.raises(ValueError, match="Give either `mark_up`, on the cost, or `margin`, on the price"):
        price_method_table(unit_cost=6, mark_up=0.5, margin=0.3)
    with pytest.raises(ValueError, match="No method has what it needs"):
        price_method_table(unit_cost=6)
    with pytest.raises(ValueError, match="`reference_price` needs `differentiation` too"):
        price_method_table(unit_cost=6, reference_price=3)
    with pytest.raises(ValueError, match=r"`mark_up` must be 0 or more, got -0\.1"):
        price_method_table(unit_cost=6, mark_up=-0.1)
    with pytest.raises(ValueError, match="`margin` must lie between 0 and 1"):
        price_method_table(unit_cost=6, margin=1)
    with pytest.raises(TypeError, match="`differentiation` must map names to money"):
        price_method_table(unit_cost=6, reference_price=1, differentiation=[2], share_kept=0.5)
    with pytest.raises(SchemaError, match="None of the 4 people in `answers` names four prices"):
        price_sensitivity_points(ASKED, too_cheap="too_expensive", too_expensive="too_cheap")
    with pytest.raises(SchemaError, match=r"`answers\['cheap'\]` is below 0 in 1 row"):
        price_sensitivity_table(pd.DataFrame([(1, -2, 3, 4)], columns=FOUR))
    with pytest.raises(SchemaError, match="None of the 0 people"):
        price_sensitivity_table(ASKED.head(0))
    with pytest.raises(SchemaError, match=r"`answers\['limit'\]` is below 0"):
        gabor_granger_table(-LIMITS, limit="limit")
    for wrong, kind in ((5, TypeError), ([], ValueError), ([0], ValueError)):
        with pytest.raises(kind, match="`prices` must be a list of numbers above 0"):
            gabor_granger_table(LIMITS, limit="limit", prices=wrong)
    with pytest.raises(ValueError, match="`unit_cost` must be 0 or more"):
        gabor_granger_table(LIMITS, limit="limit", unit_cost=-1)
    assert gabor_granger_table(LIMITS.head(0), limit="limit").empty


def test_numbers_at_the_ends_of_what_a_float_holds():
    limits = pd.DataFrame({"limit": [5.0, 8, 8, 0], "w": [1.0, 2, 1, 3]})
    shown = ["share", "lower", "upper"]
    own = gabor_granger_table(limits, limit="limit", weight="w")
    for unit in (1e-200, 1e200):
        weighed = gabor_granger_table(limits.assign(w=limits["w"] * unit), limit="limit", weight="w")
        assert_allclose(weighed[shown], own[shown])
    for changed, options, where in (
        ({"limit": 1e308}, {}, r"answers\['limit'\]"),
        ({"w": 1e308}, {"weight": "w"}, r"answers\['w'\]"),
        ({}, {"unit_cost": 1e308}, "unit_cost"),
    ):
        with pytest.raises(SchemaError, match=f"`{where}` adds up to more than a number can hold"):
            gabor_granger_table(limits.assign(**changed), limit="limit", **options)
    four = pd.DataFrame([(1.0e308, 1.1e308, 1.2e308, 1.3e308)], columns=FOUR)
    assert_allclose(price_sensitivity_points(four)["price"] / 1e308, [1.1, 1.15, 1.15, 1.2])


def test_the_curves_are_drawn():
    curves, points = price_sensitivity_table(ASKED), price_sensitivity_points(ASKED)
    before = curves.copy()
    ax = plot_price_sensitivity(curves, points)
    names = {"Marginal cheapness 4.5", "Optimal 5 to 7", "Indifference 6", "Marginal expensiveness 7.667"}
    assert {text.get_text() for text in ax.texts} == names
    with mpl.rc_context({"svg.fonttype": "none"}):
        assert plot_price_sensitivity(curves, points, language="zh").get_ylabel() == "人数占比"
    with pytest.raises(SchemaError, match="`curves` has no rows"):
        plot_price_sensitivity(curves.head(0), points)
    pd.testing.assert_frame_equal(curves, before)
