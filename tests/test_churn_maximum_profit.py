"""EMPC and MPC: by hand, published implementations, an independent integration, laws, refusals."""

import math
import time
from itertools import pairwise

import mpmath
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from tests.files import data_file

from crmkit.loyalty.churn import empc_score, maximum_profit_table, mpc_score, profit_curve_table

LEFT = [0, 1, 0, 1, 0, 1, 0, 1]
SCORES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
HALF = [0, 1] * 10
TEN_LEFT = [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]
TEN = [
    0.6125478, 0.3642710, 0.4321361, 0.1402911, 0.3848959, 0.2444155, 0.9706413, 0.8901728, 0.7817814, 0.8687518,
]  # fmt: skip


def slow_profit(left, scores, gamma, *, clv, incentive, contact, weights=None):
    """The best of all cuts between distinct scores, and of contacting nobody: profit and share."""
    left, scores = np.asarray(left), np.asarray(scores)
    weights = np.ones(len(left)) if weights is None else np.asarray(weights, dtype=float)
    best = (0.0, 0.0)
    for threshold in sorted(set(scores.tolist()), reverse=True):
        contacted = weights * (scores >= threshold)
        profit = gamma * (clv - incentive) * (contacted @ left) - incentive * (contacted @ (1 - left))
        profit -= contact * contacted.sum()
        best = max(best, (profit / weights.sum(), contacted.sum() / weights.sum()), key=lambda found: found[0])
    return best


@st.composite
def judged(draw):
    """Outcomes of both kinds, scores with ties, weights."""
    n = draw(st.integers(2, 14))
    left = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n).filter(lambda all_: 0 < sum(all_) < len(all_)))
    scores = draw(st.lists(st.integers(0, 6).map(float), min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(0.1, 5), min_size=n, max_size=n))
    return left, scores, weights


@st.composite
def costs(draw):
    incentive = draw(st.sampled_from([0.0, 1.0, 10.0, 40.0]))
    clv = incentive + draw(st.sampled_from([0.5, 20.0, 190.0, 2000.0]))
    return {"clv": clv, "incentive_cost": incentive, "contact_cost": draw(st.sampled_from([0.0, 0.5, 1.0, 30.0]))}


# By hand


def test_the_best_cut_by_hand():
    # all but the lowest: four who leave at 0.3 · 190 - 1 = 56, three who stay at -11
    assert mpc_score(LEFT, SCORES) == (4 * 56 - 3 * 11) / 8
    # the two above 0.8 alone, if those who leave bring 0.1 · 190 - 1 = 18 each: 18 or 18 + 18 - 11 or ... 4 · 18 - 33
    assert mpc_score(LEFT, SCORES, gamma=0.1) == (4 * 18 - 33) / 8
    # of 5 who leave nobody is worth a call: 0.01 · 190 - 1 = 0.9 against 11
    assert mpc_score(LEFT[::-1], SCORES, gamma=0.01) == 0


def test_nobody_is_contacted_where_nothing_is_gained():
    (table,) = maximum_profit_table(LEFT, SCORES, gamma=0).query("measure == 'mpc'").itertuples()
    assert (table.profit, table.fraction) == (0, 0)
    assert math.isnan(table.threshold)


def test_an_offer_that_costs_nothing_goes_to_all_down_to_the_last_who_leaves():
    # half of those who leave accept, on average, and are worth 200: the last customer, who stays, is left out
    table = maximum_profit_table(LEFT, SCORES, gamma=0.5, alpha=3, beta=3, incentive_cost=0, contact_cost=0)
    assert table["profit"].tolist() == pytest.approx([4 * 0.5 * 200 / 8] * 2)
    assert table["fraction"].tolist() == pytest.approx([7 / 8] * 2)
    assert table["threshold"].tolist() == [0.2, 0.2]


def test_one_uniform_share_by_hand():
    # One who leaves above one who stays, a uniform share (alpha = beta = 1), 200 - 10, contact 1. The first is worth a
    # call above 1/190, the second never: 1/2 of the integral of 190 g - 1, from 1/190 to 1: (95 - 1 + 1/380) / 2
    assert empc_score([1, 0], [2, 1], alpha=1, beta=1) == pytest.approx((95 - 1 + 1 / 380) / 2, rel=1e-14)


# Reference: proflogit (Stripling et al.) and empulse, version 0.11, as their tests have it


@pytest.mark.parametrize(
    ("left", "scores", "mpc", "empc"),
    [
        (LEFT, SCORES, (23.875, 0.875), (23.87559342, 0.87436997)),
        (HALF, HALF, (28.0, 0.5), (28.0000000000391, 0.499999999728)),
        (HALF, [1 - each for each in HALF], (22.5, 1.0), (22.5007912244511, 0.9991601)),
        (HALF, [0.5] * 20, (22.5, 1.0), (22.5007912244511, 0.9991601)),
        (TEN_LEFT, TEN, (30.3, 0.9), (30.3003222629848, 0.89965518)),
        (TEN_LEFT, [0.287577520124614, *TEN[1:]], (30.3, 0.9), (30.3001182343737, None)),
    ],
)
def test_published_values(left, scores, mpc, empc):
    found = maximum_profit_table(left, scores).set_index("measure")
    assert found.loc["mpc", ["profit", "fraction"]].tolist() == pytest.approx(mpc, abs=1e-9)
    digits = 1e-9 if len(str(empc[0])) > 12 else 1e-8
    assert found.loc["empc", "profit"] == pytest.approx(empc[0], abs=digits)
    if empc[1] is not None:
        # they work the share out numerically: that of the first line is 0.874370076 by mpmath
        assert found.loc["empc", "fraction"] == pytest.approx(empc[1], abs=2e-7)
    assert empc_score(left, scores) == found.loc["empc", "profit"]
    assert mpc_score(left, scores) == found.loc["mpc", "profit"]


def test_the_best_thresholds_on_the_customers_of_a_telephone_company():
    # IBM's Telco data: the shorter the contract the likelier to leave, a score of three steps
    telco = pd.read_csv(data_file("ibm_telco_churn.csv"))
    steps = telco["Contract"].map({"Month-to-month": 2, "One year": 1, "Two year": 0})
    left = (telco["Churn"] == "Yes").to_numpy()
    table = maximum_profit_table(left, steps)
    # by hand: 3,875 by the month, of whom 1,655 left (42.7 %); 1,473 by the year and 166; 56 and -11 each
    assert table["profit"][0] == pytest.approx((1655 * 56 - 2220 * 11) / 7043, abs=1e-9)
    assert table["fraction"][0] == pytest.approx(3875 / 7043)
    # if more than 46 % accept, ((11 · 1307 / 166) + 1) / 190, contracts by the year are worth a call as well
    assert table["threshold"].tolist() == [2, 1]


# Laws


@given(judged(), costs(), st.sampled_from([(6, 14), (1, 1), (0.7, 2.5), (30, 2)]))
def test_empc_is_the_integral_of_the_best_cut_over_the_share_who_accept(customers, money, shape):
    left, scores, weights = customers
    slow = {"clv": money["clv"], "incentive": money["incentive_cost"], "contact": money["contact_cost"]}
    density = beta_distribution(*shape)

    def best(quantile):
        # in quantiles of the beta distribution, whose density can be infinite
        return slow_profit(left, scores, density.ppf(quantile), weights=weights, **slow)[0]

    slowly = sum(quad(best, *ends, limit=200, epsabs=1e-8)[0] for ends in pairwise(np.linspace(0, 1, 9)))
    found = empc_score(left, scores, alpha=shape[0], beta=shape[1], sample_weight=weights, **money)
    assert found == pytest.approx(slowly, abs=1e-6, rel=1e-6)


@given(judged(), costs())
def test_a_dearer_contact_costs_as_many_as_are_contacted(customers, money):
    left, scores, weights = customers
    money = {**money, "contact_cost": money["contact_cost"] + 0.1}
    step = 1e-5 * money["clv"]
    dearer, cheaper = (
        empc_score(left, scores, sample_weight=weights, **{**money, "contact_cost": money["contact_cost"] + change})
        for change in (step, -step)
    )
    fraction = maximum_profit_table(left, scores, sample_weight=weights, **money)["fraction"][1]
    assert (cheaper - dearer) / (2 * step) == pytest.approx(fraction, abs=1e-4)


def test_the_share_to_contact_to_high_precision():
    # corners after the first who leaves, and after three more and three who stay: 1/190 and 12/190
    above = [1 - mpmath.betainc(6, 14, 0, mpmath.mpf(least) / 190, regularized=True) for least in (1, 12)]
    found = maximum_profit_table(LEFT, SCORES)["fraction"][1]
    assert found == pytest.approx(float(above[0] / 8 + 6 * above[1] / 8), abs=1e-14)


@given(judged(), costs(), st.sampled_from([0.0, 0.01, 0.3, 1.0]))
def test_mpc_is_the_best_of_all_cuts(customers, money, gamma):
    left, scores, weights = customers
    slow = {"clv": money["clv"], "incentive": money["incentive_cost"], "contact": money["contact_cost"]}
    best, _ = slow_profit(left, scores, gamma, weights=weights, **slow)
    assert mpc_score(left, scores, gamma=gamma, sample_weight=weights, **money) == pytest.approx(best, abs=1e-9)
    curve = profit_curve_table(left, scores, gamma=gamma, sample_weight=weights, **money)
    assert curve.loc[curve["is_greatest"], "profit"].item() == pytest.approx(best, abs=1e-9)


@given(judged(), costs(), st.randoms(use_true_random=False))
def test_rows_and_ranks_alone_matter(customers, money, random):
    left, scores, _ = customers
    order = list(range(len(left)))
    random.shuffle(order)
    for score in (empc_score, mpc_score):
        found = score(left, scores, **money)
        turned = score([left[row] for row in order], [scores[row] for row in order], **money)
        assert turned == pytest.approx(found, abs=1e-12)
        assert score(left, np.exp(scores), **money) == found
        assert score(left + left, scores + scores, **money) == pytest.approx(found, abs=1e-12)
        assert score(left, scores, sample_weight=[7] * len(left), **money) == pytest.approx(found, abs=1e-12)


@given(judged(), costs())
def test_an_unknown_share_is_worth_no_less_than_its_mean(customers, money):
    left, scores, _ = customers
    known, unknown = mpc_score(left, scores, gamma=0.3, **money), empc_score(left, scores, **money)
    assert 0 <= known <= unknown + 1e-9
    assert unknown <= empc_score(left, left, **money) + 1e-9
    # money in another currency
    other = {name: 7.5 * amount for name, amount in money.items()}
    assert empc_score(left, scores, **other) == pytest.approx(7.5 * unknown, rel=1e-9, abs=1e-9)


@given(judged())
def test_a_weight_is_a_number_of_rows(customers):
    left, scores, weights = customers
    counts = [round(weight) for weight in weights]
    counts[left.index(0)] += 1
    counts[left.index(1)] += 1
    rows = [np.repeat(column, counts) for column in (left, scores)]
    assert empc_score(left, scores, sample_weight=counts) == pytest.approx(empc_score(*rows), abs=1e-12)


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pl.Series, lambda values: pa.chunked_array([values])])
def test_columns_of_every_kind(kind):
    left, scores = kind([bool(each) for each in LEFT]), kind(SCORES)
    assert empc_score(left, scores) == pytest.approx(23.87559342, abs=1e-8)
    table = maximum_profit_table(left, scores)
    assert type(table).__module__.split(".")[0] in (type(left).__module__.split(".")[0], "pandas")


@pytest.mark.deep
def test_intervals_hold_the_truth():
    # a score of which the truth is known from a million customers; 40 samples of 800
    rng = np.random.default_rng(7)

    def drawn(n):
        scores = rng.normal(size=n)
        return rng.random(n) < 1 / (1 + np.exp(1.5 - 1.2 * scores)), scores

    truth = maximum_profit_table(*drawn(1_000_000))
    held = np.zeros(2)
    for seed in range(40):
        table = maximum_profit_table(*drawn(800), n_draws=100, random_state=seed)
        held += [
            table[f"{name}_lower"][1] <= truth[name][1] <= table[f"{name}_upper"][1] for name in ("profit", "fraction")
        ]
    # 95 %, less what a hundred draws and optimism cost: 34 of 40 have a chance of 1 % at a coverage of 0.95
    assert (held >= 33).all()


def test_draws_come_from_the_seed_and_none_gives_no_interval():
    first, again = (maximum_profit_table(LEFT, SCORES, n_draws=20, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["profit_lower"] < first["profit"]).all()
    assert (first["profit"] < first["profit_upper"]).all()
    none = maximum_profit_table(LEFT, SCORES)
    assert none.filter(regex="lower|upper").isna().all(axis=None)


def test_a_million_customers():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=1_000_000)
    left = rng.random(1_000_000) < 1 / (1 + np.exp(2 - scores))
    start = time.perf_counter()
    empc_score(left, scores)
    # 0.2 s on a quiet machine
    assert time.perf_counter() - start < 5


# Refusals


@pytest.mark.parametrize("score", [empc_score, mpc_score, maximum_profit_table])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y_true": [0, 0]}, ValueError, "Nobody among the 2 customers in `y_true` left"),
        ({"y_true": [1, 1]}, ValueError, "All of the 2 customers in `y_true` left"),
        ({"y_true": [True, True]}, ValueError, "All of the 2 customers"),
        ({"sample_weight": [1, 0]}, ValueError, "All of the 1 customer in `y_true` left"),
        ({"sample_weight": [0, 0]}, ValueError, "all of them weigh 0"),
        ({"sample_weight": [1, -1]}, ValueError, "`sample_weight` must not be below 0"),
        ({"sample_weight": [1]}, ValueError, "must have the same length"),
        ({"y_true": [], "y_score": []}, ValueError, "no customers"),
        ({"y_true": [1, 2]}, ValueError, "`y_true` must hold 1 where it happened"),
        ({"y_true": [1, np.nan]}, ValueError, "`y_true` has 1 missing value"),
        ({"y_true": ["Yes", "No"]}, TypeError, "`y_true` must be a number or a column of numbers"),
        ({"y_score": [np.nan, 1]}, ValueError, r"`y_score` has 1 missing value, first at positions \[0\]"),
        ({"y_score": [np.inf, 1]}, ValueError, "`y_score` must be finite"),
        ({"y_score": ["a", "b"]}, TypeError, "`y_score` must be a number or a column of numbers"),
        ({"y_score": [1, 2, 3]}, ValueError, "must have the same length"),
        ({"y_score": [[1, 2], [3, 4]]}, ValueError, "`y_score` must be a column of numbers"),
        ({"clv": 10}, ValueError, "`clv` must be above `incentive_cost`"),
        ({"clv": -5}, ValueError, "`clv` must not be below 0"),
        ({"clv": [1, 2]}, TypeError, "`clv` must be a number"),
        ({"clv": np.nan}, ValueError, "`clv` must be a finite number"),
        ({"incentive_cost": -1}, ValueError, "`incentive_cost` must not be below 0"),
        ({"contact_cost": -1}, ValueError, "`contact_cost` must not be below 0"),
        ({"contact_cost": "1"}, TypeError, "`contact_cost` must be a number"),
    ],
)
def test_what_has_no_profit_is_refused(score, arguments, error, message):
    given_ = {"y_true": [1, 0], "y_score": [2.0, 1.0], **arguments}
    with pytest.raises(error, match=message):
        score(given_.pop("y_true"), given_.pop("y_score"), **given_)


@pytest.mark.parametrize(
    ("score", "arguments", "message"),
    [
        (empc_score, {"alpha": 0}, "`alpha` must be above 0"),
        (empc_score, {"beta": -1}, "`beta` must be above 0"),
        (mpc_score, {"gamma": 1.5}, "`gamma` must lie between 0 and 1"),
        (maximum_profit_table, {"n_draws": -1}, "`n_draws` must be at least 0"),
        (maximum_profit_table, {"level": 95}, "`level`"),
    ],
)
def test_parameters_out_of_their_range_are_refused(score, arguments, message):
    with pytest.raises(ValueError, match=message):
        score([1, 0], [2.0, 1.0], **arguments)


# Input untouched


def test_columns_stay_as_they_were():
    left, scores = pd.Series(LEFT, index=list("abcdefgh")), pd.Series(SCORES, index=list("abcdefgh"))
    before = left.copy(), scores.copy()
    maximum_profit_table(left, scores, n_draws=2, random_state=1)
    pd.testing.assert_series_equal(left, before[0])
    pd.testing.assert_series_equal(scores, before[1])
