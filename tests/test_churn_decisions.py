"""Whom it pays to contact, the profit curve, and scores of decisions: by hand, reference, laws, refusals."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold, TunedThresholdClassifierCV, cross_validate
from tests.files import data_file

from crmkit.loyalty.churn import (
    contact_profit,
    contact_threshold,
    cost_loss,
    profit_curve_table,
    retention_profit_score,
)

USUAL = {"gamma": 0.3, "incentive_cost": 10, "contact_cost": 1}
amounts = st.floats(0, 100)
customers = st.fixed_dictionaries(
    {
        "clv": st.floats(-200, 2000),
        "gamma": st.floats(0, 1),
        "incentive_cost": amounts,
        "contact_cost": amounts,
        "probability": st.floats(0, 1),
    }
)
outcomes = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.floats(-50, 500)), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def telco():
    """Of IBM's subscribers, who left, and a year of each one's charges."""
    table = pd.read_csv(data_file("ibm_telco_churn.csv"))
    return (table["Churn"] == "Yes").astype(int), 12 * table["MonthlyCharges"]


# By hand


def test_thresholds_by_hand():
    # 11 / (0.3 · 190 + 10), 11 / (0.3 · 2 + 10) is above 1, 11 / (0.3 · -60 + 10) = -1.375 would call everyone
    found = contact_threshold(clv=[200, 12, -50], **USUAL)
    assert_allclose(found, [11 / 67, np.nan, np.nan])
    assert_allclose(contact_profit(probability=1, clv=[200, 12, -50], **USUAL), [56, -0.4, -19])
    # sure to leave, and exactly worth the call: 0.3 (clv - 10) = 1
    assert contact_threshold(clv=20, gamma=0.1, incentive_cost=10, contact_cost=1) == 1


def test_what_is_missing_stays_missing():
    threshold = contact_threshold(clv=pd.Series([200, np.nan], index=["a", "b"]), **USUAL)
    assert threshold.index.tolist() == ["a", "b"]
    assert threshold.isna().tolist() == [False, True]
    assert math.isnan(contact_profit(probability=0.5, clv=math.nan, **USUAL))
    assert isinstance(contact_threshold(clv=pl.Series([200.0, 300.0]), **USUAL), pl.Series)


def test_an_offer_that_is_free_goes_to_all_who_can_be_kept():
    free = {"gamma": 0.3, "incentive_cost": 0, "contact_cost": 0}
    assert_allclose(contact_threshold(clv=[100, 0, -1], **free), [0, np.nan, np.nan])


def test_the_curve_by_hand():
    curve = profit_curve_table([1, 0, 1, 0, 0], [0.9, 0.7, 0.7, 0.2, 0.1], clv=[200, 1, 100, 1, 1])
    # 0.3 · 190 - 1 = 56; then -11 and 0.3 · 90 - 1 = 26 together; then -11 each
    assert curve["fraction"].tolist() == [0, 0.2, 0.6, 0.8, 1]
    assert_allclose(curve["total_profit"], [0, 56, 71, 60, 49])
    assert_allclose(curve["profit"], np.array([0, 56, 71, 60, 49]) / 5)
    assert_allclose(curve["threshold"], [np.nan, 0.9, 0.7, 0.2, 0.1])
    assert curve["n_customers"].tolist() == [0, 1, 3, 4, 5]
    assert curve["n_churners"].tolist() == [0, 1, 2, 2, 2]
    assert curve["is_greatest"].tolist() == [False, False, True, False, False]
    # the standard error of the mean of 56, -11, 26, 0, 0
    error = np.std([56, -11, 26, 0, 0], ddof=1) / math.sqrt(5)
    assert_allclose(
        curve.loc[2, ["profit_lower", "profit_upper"]].astype(float), 14.2 + 1.959963985 * error * np.array([-1, 1])
    )
    assert curve.loc[0, ["profit_lower", "profit_upper"]].isna().all()


def test_a_curve_has_so_many_even_steps_and_the_best():
    n = 1000
    left = np.arange(n) < 333
    curve = profit_curve_table(left, -np.arange(n), n_points=11)
    assert curve["fraction"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.333, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    assert curve.loc[curve["is_greatest"], "n_customers"].tolist() == [333]
    flat = profit_curve_table(left, np.zeros(n))
    assert flat["fraction"].tolist() == [0, 1]


def test_profit_by_hand():
    left, chance, value = [1, 1, 0, 0], [0.5, 0.5, 0.2, 0.1], [200, 20, 400, 200]
    # thresholds 11/67, 11/13, 11/127, 11/67: the first, 56, and the third, who would have stayed, -11
    assert retention_profit_score(left, chance, clv=value) == (56 - 11) / 4
    # from 0.5 on: 56 and 0.3 · 10 - 1
    assert retention_profit_score(left, chance, clv=value, threshold=0.5) == (56 + 2) / 4
    assert retention_profit_score(left, chance, clv=value, sample_weight=[1, 1, 0, 0]) == 56 / 2


def test_costs_by_hand():
    # 1 of each kind, and two with costs of their own: 1 + 2 + 3 + 4
    left, treated = [1, 0, 0, 1], [1, 1, 0, 0]
    one_each = {"tp_cost": 1, "fp_cost": 2, "tn_cost": 3, "fn_cost": 4}
    assert cost_loss(left, treated, threshold=0.5, **one_each) == 10 / 4
    assert cost_loss(left, treated, threshold=0.5, fn_cost=[0, 0, 0, 50]) == 50 / 4
    # by probability it is cheaper to treat all: a true positive costs 3 less than a miss, a false one 1 less
    assert cost_loss(left, treated, **one_each) == (1 + 2 + 2 + 1) / 4


# Reference: the tests of empulse 0.11, totals of four customers


@pytest.mark.parametrize(
    ("score", "costs", "total"),
    [
        ([1, 1, 0, 0], {"tp_cost": 1, "fp_cost": 2, "tn_cost": 3, "fn_cost": 4, "threshold": 0.5}, 10),
        ([1, 1, 0, 0], {"tp_cost": 1, "threshold": 0.5}, 1),
        ([0.51, 0.5, 0.5, 0.51], {"fp_cost": 1, "fn_cost": 1}, 0),
    ],
)
def test_published_costs(score, costs, total):
    assert 4 * cost_loss([1, 0, 0, 1], score, **costs) == pytest.approx(total, abs=1e-9)


def test_published_thresholds_of_telephone_customers(telco):
    # quantiles .181 to .354 of the thresholds of an offer of 5 %, from the lowest to the highest charges
    left, value = telco
    campaign = {"clv": value, "gamma": 0.3, "incentive_cost": 0.05 * value, "contact_cost": 15}
    thresholds = contact_threshold(**campaign)
    assert_allclose(thresholds, (0.05 * value + 15) / ((0.3 * 0.95 + 0.05) * value))
    assert_allclose(thresholds.quantile([0.25, 0.5, 0.75]), [0.191, 0.202, 0.254], atol=6e-4)
    # contacting everybody
    everybody = retention_profit_score(left, left, threshold=0, **campaign)
    assert everybody == pytest.approx(25.56, abs=5e-3)


# Laws


@given(customers)
def test_contacting_pays_above_the_threshold_alone(customer):
    profit = contact_profit(**customer)
    terms = {name: customer[name] for name in ("clv", "gamma", "incentive_cost", "contact_cost")}
    threshold = contact_threshold(**terms)
    scale = 1e-9 * (1 + sum(map(abs, customer.values())))
    assert math.isnan(threshold) or 0 <= threshold <= 1
    if not math.isnan(threshold):
        assert contact_profit(**terms, probability=threshold) == pytest.approx(0, abs=scale)
    if abs(profit) > scale:
        assert (customer["probability"] > threshold) == (profit > 0)


@given(outcomes, st.floats(0, 1), amounts, amounts)
def test_the_curve_is_the_profit_of_each_threshold(rows, gamma, incentive, contact):
    left, scores, value = (list(column) for column in zip(*rows, strict=True))
    campaign = {"clv": value, "gamma": gamma, "incentive_cost": incentive, "contact_cost": contact}
    curve = profit_curve_table(left, scores, **campaign)
    assert len(curve) == len(set(scores)) + 1
    for row in curve.iloc[1:].itertuples():
        profit = retention_profit_score(left, scores, threshold=row.threshold, **campaign)
        assert row.profit == pytest.approx(profit, abs=1e-8)
        contacted = np.array(scores) >= row.threshold
        assert (row.n_customers, row.n_churners) == (contacted.sum(), contacted[np.array(left)].sum())
    assert curve.loc[curve["is_greatest"], "profit"].item() == curve["profit"].max()
    turned = profit_curve_table(left[::-1], scores[::-1], **{**campaign, "clv": value[::-1]})
    assert_allclose(turned.iloc[:, :8].astype(float), curve.iloc[:, :8].astype(float), atol=1e-6)


@given(outcomes, st.floats(0, 1), amounts, amounts)
def test_profit_is_the_cost_that_is_avoided(rows, gamma, incentive, contact):
    left, scores, value = (list(column) for column in zip(*rows, strict=True))
    chance = np.array(scores) / 5
    campaign = {"clv": value, "gamma": gamma, "incentive_cost": incentive, "contact_cost": contact + 0.01}
    kept = gamma * (np.array(value) - incentive) - campaign["contact_cost"]
    loss = cost_loss(left, chance, tp_cost=-kept, fp_cost=incentive + campaign["contact_cost"])
    assert retention_profit_score(left, chance, **campaign) == pytest.approx(-loss, abs=1e-8)


@given(outcomes, st.lists(st.floats(0, 10), min_size=4, max_size=4).filter(any))
def test_the_cheaper_way_costs_least_if_probabilities_are_true(rows, costs):
    # of each customer as many leave as the probability says, by weight
    chance = np.array([score for _, score, _ in rows]) / 5
    both = {"y_true": np.repeat([1, 0], len(chance)), "y_score": np.tile(chance, 2)}
    named = dict(zip(("tp_cost", "fp_cost", "tn_cost", "fn_cost"), costs, strict=True))
    weights = np.append(chance, 1 - chance)
    least = cost_loss(**both, sample_weight=weights, **named)
    for threshold in (0, 0.2, 0.5, 0.7, 2):
        assert least <= cost_loss(**both, sample_weight=weights, threshold=threshold, **named) + 1e-9


# Beside scikit-learn


@pytest.fixture
def base():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(400, 3))
    return X, rng.random(400) < 1 / (1 + np.exp(1 - 2 * X[:, 0])), rng.gamma(2, 150, size=400)


def test_a_grid_search_routes_the_value_of_each_customer(base):
    X, left, value = base
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(retention_profit_score, response_method="predict_proba").set_score_request(clv=True)
        search = GridSearchCV(LogisticRegression(), {"C": [1e-4, 1.0]}, scoring=scorer, cv=4)
        search.fit(X, left.astype(int), clv=value)
        assert search.best_params_ == {"C": 1.0}
        # the first fold by hand: the value of its customers, not of the first hundred
        train, test = next(StratifiedKFold(4).split(X, left))
        model = LogisticRegression(C=1.0).fit(X[train], left[train])
        by_hand = retention_profit_score(left[test], model.predict_proba(X[test])[:, 1], clv=value[test])
        assert search.cv_results_["split0_test_score"][1] == by_hand


def test_weights_and_values_are_routed_together(base):
    X, left, value = base
    weights = np.where(left, 2.0, 1.0)
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(retention_profit_score, response_method="predict_proba")
        scorer.set_score_request(clv=True, sample_weight=True)
        model = LogisticRegression().set_fit_request(sample_weight=False)
        found = cross_validate(model, X, left, cv=3, scoring=scorer, params={"clv": value, "sample_weight": weights})
    assert np.isfinite(found["test_score"]).all()


def test_a_tuned_threshold_is_found_by_profit(base):
    X, left, value = base
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(retention_profit_score, threshold=0.5).set_score_request(clv=True)
        tuned = TunedThresholdClassifierCV(LogisticRegression(), scoring=scorer, cv=4)
        tuned.fit(X, left, clv=value)
    # of customers worth 300 on average 11 / (0.3 · 290 + 10)
    assert 0.03 < tuned.best_threshold_ < 0.3


def test_a_loss_is_a_scorer_too(base):
    X, left, _ = base
    scorer = make_scorer(cost_loss, response_method="predict_proba", greater_is_better=False, fp_cost=1, fn_cost=5)
    useful, useless = (
        cross_validate(model, X, left, cv=3, scoring=scorer)["test_score"].mean()
        for model in (LogisticRegression(), DummyClassifier())
    )
    assert useless < useful < 0


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**600])
def test_neither_large_nor_small_money_or_weights_lose_their_interval(unit):
    left, scores = [1, 0, 1, 0, 0], [0.9, 0.7, 0.6, 0.2, 0.1]
    plain = profit_curve_table(left, scores, clv=200, incentive_cost=10, contact_cost=1)
    money = profit_curve_table(left, scores, clv=200 * unit, incentive_cost=10 * unit, contact_cost=unit)
    for name in ("profit", "profit_lower", "profit_upper", "total_profit"):
        assert_allclose(money[name] / unit, plain[name], rtol=1e-12)
    weighed = profit_curve_table(left, scores, sample_weight=[unit] * 5)
    for name in ("profit", "profit_lower", "profit_upper"):
        assert_allclose(weighed[name], plain[name], rtol=1e-12)
    assert_allclose(weighed["n_customers"] / unit, plain["n_customers"])
    many = retention_profit_score(left, scores, sample_weight=[unit] * 5)
    assert many == pytest.approx(retention_profit_score(left, scores))


# Refusals


@pytest.mark.parametrize(
    ("call", "arguments", "error", "message"),
    [
        (contact_threshold, {"gamma": 1.2}, ValueError, "`gamma` must not exceed 1"),
        (contact_threshold, {"incentive_cost": -1}, ValueError, "`incentive_cost` must not be below 0"),
        (contact_threshold, {"contact_cost": [1, -1]}, ValueError, "`contact_cost` must not be below 0"),
        (contact_threshold, {"clv": "much"}, TypeError, "`clv` must be a number or a column"),
        (contact_threshold, {"clv": [1, 2], "gamma": [0.1, 0.2, 0.3]}, ValueError, "must have the same length"),
        (contact_profit, {"probability": 1.5}, ValueError, "`probability` must not exceed 1"),
    ],
)
def test_customers_out_of_range_are_refused(call, arguments, error, message):
    given_ = {"clv": 200, **USUAL} | ({"probability": 0.5} if call is contact_profit else {})
    with pytest.raises(error, match=message):
        call(**{**given_, **arguments})


@pytest.mark.parametrize("score", [retention_profit_score, cost_loss, profit_curve_table])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y_true": []}, ValueError, "same length"),
        ({"y_true": [1, np.nan]}, ValueError, "`y_true` has 1 missing value"),
        ({"y_true": ["Yes", "No"]}, TypeError, "`y_true`"),
        ({"y_score": [0.1, np.nan]}, ValueError, "`y_score` has 1 missing value"),
        ({"sample_weight": [1, np.inf]}, ValueError, "`sample_weight` must be finite"),
        ({"sample_weight": pd.Series([1, 1]), "y_score": pd.Series([0, 1], [4, 5])}, ValueError, "same index"),
    ],
)
def test_what_cannot_be_scored_is_refused(score, arguments, error, message):
    extra = {"fp_cost": 1} if score is cost_loss else {}
    given_ = {"y_true": [1, 0], "y_score": [0.5, 0.1], **extra, **arguments}
    with pytest.raises(error, match=message):
        score(given_.pop("y_true"), given_.pop("y_score"), **given_)


@pytest.mark.parametrize(
    ("call", "arguments", "message"),
    [
        (cost_loss, {}, "All of `tp_cost`, `fp_cost`, `tn_cost` and `fn_cost` are 0"),
        (cost_loss, {"fp_cost": [1, np.nan]}, "`fp_cost` has 1 missing value"),
        (cost_loss, {"fp_cost": [1, 2, 3]}, "`y_score` and .* must have the same length"),
        (retention_profit_score, {"clv": [200, np.nan]}, "`clv` has 1 missing value"),
        (retention_profit_score, {"gamma": 3}, "`gamma` must not exceed 1"),
        (retention_profit_score, {"threshold": np.nan}, "`threshold` must be a finite number"),
        (profit_curve_table, {"n_points": 1}, "`n_points` must be at least 2"),
        (profit_curve_table, {"level": 95}, "`level`"),
    ],
)
def test_costs_out_of_range_are_refused(call, arguments, message):
    with pytest.raises(ValueError, match=message):
        call([1, 0], [0.5, 0.1], **arguments)


def test_scores_that_are_no_probabilities_need_a_threshold():
    with pytest.raises(ValueError, match=r"must be probabilities of leaving.* give `threshold`"):
        retention_profit_score([1, 0], [40.0, 3.0])
    assert retention_profit_score([1, 0], [40.0, 3.0], threshold=10) == 28


@pytest.mark.parametrize("judge", [profit_curve_table, retention_profit_score])
def test_money_and_weights_that_cannot_be_added_up_are_refused(judge):
    with pytest.raises(ValueError, match=r"`clv` \+ `incentive_cost` \+ `contact_cost` adds up to more than"):
        judge([1, 0], [0.9, 0.1], clv=1e308)
    with pytest.raises(ValueError, match="`sample_weight` adds up to more than"):
        judge([1, 0], [0.9, 0.1], sample_weight=[1e308, 1e308])
    with pytest.raises(ValueError, match=r"`tp_cost` \+ `fp_cost` \+ `tn_cost` \+ `fn_cost` adds up to more than"):
        cost_loss([1, 0], [0.9, 0.1], fn_cost=1e308)


def test_a_profit_that_no_number_holds_is_undefined():
    costs = {"incentive_cost": 1e308, "contact_cost": 1e308}
    assert math.isnan(contact_profit(probability=0.5, clv=10, gamma=0.3, **costs))
    assert math.isnan(contact_threshold(clv=10, gamma=0.3, **costs))


# Input untouched


def test_columns_stay_as_they_were():
    left, scores, value = pd.Series([1, 0]), pd.Series([0.5, 0.1]), pd.Series([200.0, 100.0])
    before = [column.copy() for column in (left, scores, value)]
    retention_profit_score(left, scores, clv=value)
    profit_curve_table(left, scores, clv=value)
    contact_threshold(clv=value, **USUAL)
    for column, was in zip((left, scores, value), before, strict=True):
        pd.testing.assert_series_equal(column, was)
