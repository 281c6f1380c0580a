"""What channels return, curves of response, and budgets divided by marginal return."""

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from tests.depth import up_to
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.plotting import plot_budget_allocation
from crmkit.value.pricing import (
    allocate_budget,
    channel_return_table,
    dorfman_steiner_ratio,
    optimal_budget_table,
    response_curve_table,
    wright_budget,
)

mpl.use("Agg")


def curves(kind, *, scale, shape=np.nan, spend_scale=np.nan, **more):
    n = len(scale)
    return pd.DataFrame(
        {
            "channel": list("abcdefgh")[:n],
            "kind": kind,
            "scale": np.array(scale, dtype=float),
            "shape": np.broadcast_to(shape, n),
            "spend_scale": np.broadcast_to(spend_scale, n),
            **more,
        }
    )


ADVERTISER = curves("power", scale=[100, 120, 60], shape=[0.4, 0.3, 0.6])
TWO_S = curves("hill", scale=[100, 100], shape=3.0, spend_scale=60.0)


def concave():
    scale, spend_scale = st.floats(0.5, 50), st.floats(0.5, 20)
    one = st.one_of(
        st.tuples(st.just("power"), scale, st.floats(0.1, 0.9), st.just(np.nan)),
        st.tuples(st.sampled_from(["log", "exponential"]), scale, st.just(np.nan), spend_scale),
        st.tuples(st.just("hill"), scale, st.floats(0.3, 1), spend_scale),
    )
    return st.lists(one, min_size=2, max_size=3).map(
        lambda rows: pd.DataFrame(rows, columns=["kind", "scale", "shape", "spend_scale"]).assign(
            channel=range(len(rows))
        )
    )


# By hand


def test_returns_by_their_definitions():
    # 300 of sales on 100: 1:3 gross, 2 net of the spend, and 0.2 on a margin of 40 %
    campaigns = pd.DataFrame({"channel": ["x", "y", None], "cost": [100, 0, 50], "sold": [300, 20, 80]})
    found = channel_return_table(campaigns, by="channel", spend="cost", sales="sold", margin=0.4)
    names = ["input_output_ratio", "net_sales_return", "return_on_marketing_investment"]
    assert_allclose(found[names].iloc[0], [3, 2, 0.2])
    assert found[names].iloc[1].isna().all()
    assert found["scope"].tolist() == ["group", "group", "no label", "all"]
    assert found["input_output_ratio"].iloc[3] == pytest.approx(400 / 150)
    assert found["break_even_ratio"].unique().tolist() == [2.5]


def test_power_curves_of_equal_shape_share_by_their_scale():
    # shares go with the squares: 9, 16 and 25 of 50
    found = allocate_budget(curves("power", scale=[3, 4, 5], shape=0.5), budget=100)
    assert_allclose(found["spend"], [18, 32, 50], rtol=1e-12)
    assert found["response"].sum() == pytest.approx(70.7107, abs=5e-5)


def test_spend_until_it_no_longer_pays_by_hand():
    # 10 sqrt(x) at a margin of .4: 2 / sqrt(x) = 1 at 4; 40 ln(1 + x / 10): 16 / (x + 10) = 1 at 6; 1 ln(1 + x / 10): 0
    two = pd.concat([curves("power", scale=[10], shape=0.5), curves("log", scale=[40, 1], spend_scale=10.0)])
    found = optimal_budget_table(two.assign(channel=list("abc"), highest_spend=5.0), margin=0.4)
    assert_allclose(found["spend"], [4, 6, 0], rtol=1e-12)
    assert_allclose(found["contribution"], [8, 16 * np.log(1.6), 0])
    assert_allclose(found["profit"], [4, 16 * np.log(1.6) - 6, 0])
    assert_allclose(found["marginal_contribution"], [1, 1, 0.04])
    assert found["at_bound"].fillna("").tolist() == ["", "", "lower"]
    assert found["extrapolated"].tolist() == [False, True, False]
    bound = optimal_budget_table(two.assign(channel=list("abc")), margin=[0.4, 0.4, 1], lower=[5, 0, 1], upper=5)
    assert bound["spend"].tolist() == [5, 5, 1]
    assert bound["at_bound"].tolist() == ["lower", "upper", "lower"]
    # an S that pays: 200 x^3 / (60^3 + x^3) exceeds x, by most beyond its middle; at half the margin it never does
    one_s = TWO_S.head(1).assign(scale=200.0)
    assert optimal_budget_table(one_s, margin=1.0)["spend"].iloc[0] > 60
    assert optimal_budget_table(one_s, margin=0.5)["spend"].tolist() == [0]
    assert optimal_budget_table(TWO_S.head(0), margin=0.5).empty


def test_the_rules_of_dorfman_and_steiner_and_of_wright():
    # Dorfman and Steiner (1954): .1 and 2 give 5 % of sales. Wright (2009): a mean elasticity of .11 gives 11 %.
    assert dorfman_steiner_ratio(advertising_elasticity=0.1, price_elasticity=-2) == pytest.approx(0.05)
    assert wright_budget(advertising_elasticity=0.11, gross_profit=1.0) == pytest.approx(0.11)
    ratios = dorfman_steiner_ratio(advertising_elasticity=[0.2, 0.2, 0.2], price_elasticity=[-4, -1, 2])
    assert_allclose(ratios, [0.05, np.nan, np.nan])
    assert_allclose(wright_budget(advertising_elasticity=0.1, gross_profit=[100, -5, np.nan]), [10, np.nan, np.nan])
    with pytest.raises(ValueError, match="advertising_elasticity"):
        wright_budget(advertising_elasticity=11, gross_profit=100)
    with pytest.raises(ValueError, match="advertising_elasticity"):
        dorfman_steiner_ratio(advertising_elasticity=-0.1, price_elasticity=-2)


def test_the_rules_agree_with_the_curve_they_assume():
    # sales 100 x^.11 at a margin of .4: the best spend is .11 of the gross profit there
    found = optimal_budget_table(curves("power", scale=[100], shape=0.11), margin=0.4).iloc[0]
    wright = wright_budget(advertising_elasticity=0.11, gross_profit=found["contribution"])
    assert wright == pytest.approx(found["spend"], rel=1e-12)
    # and with the price at its best for an elasticity of -2.5 the margin is 1 / 2.5
    ratio = dorfman_steiner_ratio(advertising_elasticity=0.11, price_elasticity=-2.5)
    assert ratio == pytest.approx(found["spend"] / found["response"], rel=1e-12)


def test_logarithms_by_hand():
    # 10 / (x + 5) = 6 / (y + 5) = 16 / 30; the third would bring 1 / 5 and gets nothing
    found = allocate_budget(curves("log", scale=[10, 6, 1], spend_scale=5.0), budget=20)
    assert_allclose(found["spend"], [13.75, 6.25, 0], atol=1e-10)
    assert_allclose(found["marginal_return"], [16 / 30, 16 / 30, 0.2], rtol=1e-10)
    assert found["at_bound"].iloc[2] == "lower"
    assert pd.isna(found["average_return"].iloc[2])


# Reference


def test_a_regional_advertiser():
    # Sales 100 x^.4, 120 x^.3 and 60 x^.6 of a printed exercise, budget 100
    found = allocate_budget(ADVERTISER, budget=100, rule=(0.5, 0.3, 0.2))
    assert_allclose(found["spend"], [20.0082, 11.2190, 68.7729], atol=5e-5)
    assert found["response"].sum() == pytest.approx(1338.9661, abs=5e-5)
    assert_allclose(found["marginal_return"], 6.627285, atol=5e-7)
    assert found["rule_response"].sum() == pytest.approx(1173.13, abs=5e-3)
    more = allocate_budget(ADVERTISER, budget=101)["response"].sum()
    assert more - found["response"].sum() == pytest.approx(6.6124, abs=5e-5)
    bounded = allocate_budget(ADVERTISER, budget=100, lower=[0, 20, 0], upper=[100, 100, 60])
    assert_allclose(bounded["spend"], [20, 20, 60], atol=1e-9)
    assert bounded["at_bound"].tolist()[1:] == ["lower", "upper"]
    tens = allocate_budget(ADVERTISER, budget=100, step=10)
    assert tens["spend"].tolist() == [20, 10, 70]
    assert tens["response"].sum() == pytest.approx(1338.6096, abs=5e-5)


def test_two_s_curves():
    # Equal marginal returns at 50 and 50 give 73.31, all on one 82.24
    found = allocate_budget(TWO_S, budget=100, step=1, rule=(0.5, 0.5))
    assert sorted(found["spend"]) == [0, 100]
    assert found["response"].sum() == pytest.approx(82.24, abs=5e-3)
    assert found["rule_response"].sum() == pytest.approx(73.31, abs=5e-3)
    x = np.linspace(1, 400, 30)
    seen = pd.DataFrame({"c": "s", "x": x, "y": 100 * x**3 / (60**3 + x**3)})
    fitted = response_curve_table(seen, channel="c", spend="x", response="y", kind="hill").iloc[0]
    # inflection K ((s - 1) / (s + 1))^(1 / s)
    assert fitted["inflection"] == pytest.approx(47.622, abs=5e-4)


@pytest.mark.parametrize(("money", "sales"), [(1, 1e-6), (1e6, 1e-6), (1e-9, 1e9), (1e12, 1)])
def test_units_do_not_move_the_budget_where_slsqp_stops_at_the_start(money, sales):
    scaled = ADVERTISER.assign(scale=ADVERTISER["scale"] * sales / money ** ADVERTISER["shape"])
    found = allocate_budget(scaled, budget=100 * money)
    assert_allclose(found["spend"] / money, [20.0082, 11.2190, 68.7729], atol=5e-5)
    if sales == 1e-6:
        a, b = scaled["scale"].to_numpy(), scaled["shape"].to_numpy()
        tried = minimize(
            lambda x: -(a * x**b).sum(),
            np.full(3, 100 * money / 3),
            method="SLSQP",
            bounds=[(1e-9, None)] * 3,
            constraints={"type": "eq", "fun": lambda x: x.sum() - 100 * money},
        )
        assert tried.success
        assert -tried.fun < 0.95 * found["response"].sum()


# Laws


@up_to(15)
@given(concave(), st.floats(1, 100))
def test_marginal_returns_are_equal_inside_and_no_grid_is_better(table, budget):
    found = allocate_budget(table, budget=budget)
    assert found["spend"].sum() == pytest.approx(budget, rel=1e-9)
    inside = found["at_bound"].isna() & (found["spend"] > 1e-9 * budget)
    if inside.any():
        margins = found.loc[inside, "marginal_return"]
        assert margins.max() <= margins.min() * (1 + 1e-8)
        others = found.loc[~inside & (found["spend"] <= 0), "marginal_return"].dropna()
        assert (others <= margins.max() * (1 + 1e-8)).all()
    best = found["response"].sum()
    steps = allocate_budget(table, budget=budget, step=budget / 20)["response"].sum()
    assert best >= steps * (1 - 1e-9)
    again = allocate_budget(table.iloc[::-1], budget=budget)["spend"].to_numpy()[::-1]
    assert_allclose(again, found["spend"], rtol=1e-6, atol=1e-9 * budget)


@pytest.mark.parametrize("table", [TWO_S, ADVERTISER], ids=["s-shaped", "concave"])
def test_steps_find_the_best_of_all_divisions(table):
    tried = itertools.product(range(0, 101, 10), repeat=len(table))
    best = max(value_by_hand(table, spend) for spend in tried if sum(spend) <= 100)
    found = allocate_budget(table, budget=100, step=10)["response"].sum()
    assert found == pytest.approx(best, rel=1e-12)


def value_by_hand(table, spend):
    a, b, k, x = table["scale"], table["shape"], table["spend_scale"], np.array(spend, dtype=float)
    return float((a * x**b / (k**b + x**b) if table["kind"].iloc[0] == "hill" else a * x**b).sum())


@pytest.mark.parametrize(
    ("kind", "scale", "shape", "spend_scale"),
    [("power", 7, 0.3, np.nan), ("log", 7, np.nan, 40), ("exponential", 7, np.nan, 80), ("hill", 7, 2.5, 60)],
)
def test_curves_recover_what_made_them(kind, scale, shape, spend_scale):
    spend = np.linspace(0, 300, 25)
    form = {
        "power": lambda x: x**0.3,
        "log": lambda x: np.log1p(x / 40),
        "exponential": lambda x: 1 - np.exp(-x / 80),
        "hill": lambda x: x**2.5 / (60**2.5 + x**2.5),
    }[kind]
    seen = pd.DataFrame({"channel": "m", "x": spend * 1e4, "y": scale * form(spend)})
    found = response_curve_table(seen, channel="channel", spend="x", response="y", kind=kind).iloc[0]
    made = (scale / 1e4**0.3 if kind == "power" else scale, shape, spend_scale * 1e4)
    assert_allclose([found["scale"], found["shape"], found["spend_scale"]], np.array(made, dtype=float), rtol=1e-5)
    assert found["r_squared"] == pytest.approx(1)


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    found = as_pandas(allocate_budget(build_in_memory(ADVERTISER), budget=100)).set_index("channel")
    assert_allclose(found.loc[["a", "b", "c"], "spend"], [20.0082, 11.2190, 68.7729], atol=5e-5)


def test_channels_without_a_curve_have_a_reason():
    seen = pd.DataFrame(
        {
            "channel": ["few"] * 5 + ["none"] * 5 + ["line"] * 5 + ["late"],
            "x": [1, 1, 2, 3, 3] + [1, 2, 3, 4, 5] * 2 + [np.nan],
            "y": [1, 2, 3, 4, 5, 0, 0, -1, 0, 0, 1, 2, 3, 4, 5, 3],
        }
    )
    found = response_curve_table(seen, channel="channel", spend="x", response="y", kind="log").set_index("channel")
    assert found["reason"].to_dict() == {
        "few": "few_spends",
        "late": "few_spends",
        "line": "not_determined",
        "none": "no_response",
    }
    assert found.loc["late", ["n", "n_left_out"]].tolist() == [0, 1]
    assert response_curve_table(seen.head(0), channel="channel", spend="x", response="y").empty


@given(concave(), st.floats(0.05, 1))
def test_no_other_total_brings_more_profit(table, margin):
    found = optimal_budget_table(table, margin=margin)
    inside = found["at_bound"].isna()
    assert_allclose(found.loc[inside, "marginal_contribution"], 1, rtol=1e-6)
    assert (found.loc[~inside, "marginal_contribution"].fillna(0) <= 1 + 1e-6).all()
    assert (found["profit"] >= 0).all()
    # the same total divided by allocate_budget is divided alike
    total = found["spend"].sum()
    if total > 1e-6:
        assert_allclose(allocate_budget(table, budget=total)["spend"], found["spend"], rtol=1e-5, atol=1e-5 * total)


@given(st.floats(1.1, 6), st.floats(1, 100), st.floats(1, 500), st.floats(0.05, 1), st.floats(0, 300))
def test_an_s_is_no_worse_than_a_grid(shape, spend_scale, scale, margin, upper):
    table = curves("hill", scale=[scale], shape=shape, spend_scale=spend_scale)
    found = optimal_budget_table(table, margin=margin, upper=upper).iloc[0]
    grid = np.linspace(1e-9, max(upper, 1e-9), 2000)
    profits = margin * scale / (1 + (spend_scale / grid) ** shape) - grid
    assert found["profit"] >= max(profits.max(), 0) - 1e-6 * scale
    assert 0 <= found["spend"] <= upper


# Refusal


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"margin": 40}, "`margin` must lie above 0 and not above 1 for each channel, got 40"),
        ({"margin": 0}, "`margin` must lie above 0"),
        ({"margin": [0.4, 0.4]}, "`margin` must be a number of 0 or more, or one for each of the 3 channels"),
        ({"lower": 9, "upper": 5}, "`lower` exceeds `upper` for the channel 'a': 9 and 5"),
    ],
)
def test_refused_totals(changed, message):
    with pytest.raises(ValueError, match=message):
        optimal_budget_table(ADVERTISER, **({"margin": 0.4} | changed))


def test_refusals():
    with pytest.raises(ValueError, match="The curve of 'a' is S-shaped"):
        allocate_budget(TWO_S, budget=100)
    with pytest.raises(ValueError, match="`lower` adds up to 120, more than the `budget` of 100"):
        allocate_budget(TWO_S, budget=100, lower=60, step=1)
    with pytest.raises(ValueError, match="`lower` exceeds `upper` for the channel 'b': 5 and 4"):
        allocate_budget(ADVERTISER, budget=100, lower=[0, 5, 0], upper=4)
    with pytest.raises(ValueError, match=r"`lower` must be a number of 0 or more, or one for each of the 3"):
        allocate_budget(ADVERTISER, budget=100, lower=[1, 2])
    with pytest.raises(TypeError, match="`upper` must be a number of 0 or more"):
        allocate_budget(ADVERTISER, budget=100, upper="all")
    with pytest.raises(ValueError, match="`rule` must give one share"):
        allocate_budget(ADVERTISER, budget=100, rule=(0.5, 0.3, 0.3))
    with pytest.raises(ValueError, match="divides the budget into 100,000 steps; at most 5,000"):
        allocate_budget(ADVERTISER, budget=100, step=0.001)
    with pytest.raises(ValueError, match="`budget` must be above 0"):
        allocate_budget(ADVERTISER, budget=0)
    with pytest.raises(ValueError, match="`step` must be above 0"):
        allocate_budget(ADVERTISER, budget=1, step=0)
    with pytest.raises(SchemaError, match=r"`curves\['shape'\]` must be below 1 for a curve of the kind 'power'"):
        allocate_budget(ADVERTISER.assign(shape=1.0), budget=100)
    with pytest.raises(SchemaError, match=r"`curves\['scale'\]` must be above 0 for a curve of the kind 'power'"):
        allocate_budget(ADVERTISER.assign(scale=np.nan), budget=100)
    with pytest.raises(SchemaError, match=r"`curves\['kind'\]` must be one of"):
        allocate_budget(ADVERTISER.assign(kind="linear"), budget=100)
    with pytest.raises(SchemaError, match=r"`curves\['channel'\]` names a channel twice in 2 rows"):
        allocate_budget(ADVERTISER.assign(channel="a"), budget=100)
    assert allocate_budget(ADVERTISER.head(0), budget=100).empty
    asked = {"by": "channel", "spend": "cost", "sales": "sold"}
    rows = pd.DataFrame({"channel": ["x"], "cost": [1.0], "sold": [2.0]})
    with pytest.raises(SchemaError, match=r"`campaigns\['cost'\]` is missing in 1 row, first at rows \[0\]. Fill in 0"):
        channel_return_table(rows.assign(cost=np.nan), **asked)
    with pytest.raises(SchemaError, match=r"`campaigns\['cost'\]` is below 0"):
        channel_return_table(rows.assign(cost=-1), **asked)
    with pytest.raises(ValueError, match=r"`campaigns\['scope'\]` is a column of the result too"):
        channel_return_table(rows.rename(columns={"channel": "scope"}), **asked | {"by": "scope"})
    with pytest.raises(SchemaError, match=r"`observations\['cost'\]` is below 0"):
        response_curve_table(rows.assign(cost=-1), channel="channel", spend="cost", response="sold")


def test_spend_beyond_what_was_seen_is_marked():
    before = ADVERTISER.copy()
    found = allocate_budget(ADVERTISER.assign(highest_spend=[30.0, 5, np.nan]), budget=100)
    assert found["extrapolated"].tolist() == [False, True, False]
    pd.testing.assert_frame_equal(ADVERTISER, before)


def test_the_allocation_is_drawn():
    ax = plot_budget_allocation(allocate_budget(ADVERTISER, budget=100, rule=(0.5, 0.3, 0.2)))
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["By marginal return: response 1,339", "By the rule: response 1,173"]
    assert [text.get_text() for text in ax.texts] == ["next unit 6.63"] * 3
    with mpl.rc_context({"svg.fonttype": "none"}):
        assert plot_budget_allocation(allocate_budget(ADVERTISER, budget=100), language="zh").get_xlabel() == "投入"
    with pytest.raises(SchemaError, match="`allocation` has no rows"):
        plot_budget_allocation(allocate_budget(ADVERTISER, budget=100).head(0))


# Numbers at the ends of what a float holds


@pytest.mark.parametrize("k", [1e-3, 5.0, 1e6, 1e250])
def test_saturating_curves_get_what_they_earn(k):
    # a k / (x + k)^2 is the same for both where x + k is in the ratio of the roots of a k: 50 k / 3 each, and k less.
    michaelis = curves("hill", scale=[100, 400], shape=1.0, spend_scale=k)
    assert_allclose(allocate_budget(michaelis, budget=48 * k)["spend"], np.array([47 / 3, 97 / 3]) * k)
    # The best spend has a k / (x + k)^2 = 1: with a = 400 k, 19 k.
    best = optimal_budget_table(curves("hill", scale=[400 * k], shape=1.0, spend_scale=k), margin=1.0)
    assert_allclose(best["spend"], [19 * k])


@pytest.mark.parametrize("unit", [1e-200, 1e12, 1e200])
@pytest.mark.parametrize(("kind", "shape"), [("log", np.nan), ("exponential", np.nan), ("hill", 1.0)])
def test_shares_do_not_depend_on_the_unit_of_money(kind, shape, unit):
    own, other = (
        allocate_budget(
            curves(kind, scale=[100, 120, 60], shape=shape, spend_scale=np.array([0.1, 0.2, 0.05]) * each), budget=each
        )
        for each in (1.0, unit)
    )
    assert_allclose(other["spend_share"], own["spend_share"], rtol=1e-9)
    assert_allclose(other["response"], own["response"], rtol=1e-9)


def test_responses_beyond_all_numbers_are_refused():
    steep = ADVERTISER.assign(scale=ADVERTISER["scale"] * 1e305)
    message = r"`curves\['scale'\]` adds up to more than a number can hold"
    for options in ({}, {"step": 1e9}):
        with pytest.raises(SchemaError, match=message):
            allocate_budget(steep, budget=1e10, **options)
    with pytest.raises(SchemaError, match=message):
        optimal_budget_table(steep, margin=0.4)
    campaigns = pd.DataFrame({"channel": ["a", "b"], "spend": [1e308, 1e308], "sales": 1.0})
    with pytest.raises(SchemaError, match=r"`campaigns\['spend'\]` adds up to more than a number can hold"):
        channel_return_table(campaigns, by="channel", spend="spend", sales="sales")


def test_sales_that_cancel_have_no_shares():
    campaigns = pd.DataFrame({"channel": list("abc"), "spend": 1.0, "sales": [0.1, 0.2, -0.3]})
    found = channel_return_table(campaigns, by="channel", spend="spend", sales="sales")
    assert found["sales"].tolist() == [0.1, 0.2, -0.3, 0]
    assert found["sales_share"].isna().all()


@pytest.mark.parametrize("kind", ["power", "log", "exponential", "hill"])
def test_no_curve_where_response_falls_with_spend(kind):
    spend = np.linspace(17, 197, 20)
    seen = pd.DataFrame({"channel": "a", "spend": spend, "sales": 50 - 0.1 * spend})
    found = response_curve_table(seen, channel="channel", spend="spend", response="sales", kind=kind).iloc[0]
    assert found["reason"] == "not_determined"
    assert np.isnan(found["scale"])
