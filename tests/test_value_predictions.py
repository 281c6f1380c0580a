"""Predictions with intervals, of single customers and of all, in memory and in engines."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal
from sklearn.exceptions import NotFittedError
from tests.depth import few
from tests.frames import as_pandas, to_arrow

from crmkit import SchemaError, as_transactions, cells, customer_summary, holdout_split, load_cdnow
from crmkit.value import BetaGeoModel, ModifiedBetaGeoModel, NBDModel, ParetoNBDModel

TRANSACTIONS = as_transactions(load_cdnow())
CUSTOMERS = customer_summary(TRANSACTIONS, as_of="1997-09-30")
KINDS = (BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel, NBDModel)
MODELS = {kind.__name__: kind().fit(CUSTOMERS) for kind in KINDS}
PARETO = MODELS["ParetoNBDModel"]
SOME = pd.DataFrame(
    {
        "customer_id": [7, 5, 6, 4],
        "frequency": [2.0, 0.0, np.nan, 26.0],
        "recency": [213.0, 0.0, np.nan, 216.0],
        "T": [272.0, 272.0, np.nan, 217.0],
    },
    index=list("abcd"),
)


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


# By hand.


def test_known_parameters_leave_no_uncertainty():
    known = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    table = known.predict_table(SOME, horizon=39)
    for name in ("probability_alive", "expected_purchases", "probability_inactive"):
        assert table[f"{name}_lower"].equals(table[name])
        assert table[f"{name}_upper"].equals(table[name])


def test_the_total_is_the_sum_of_the_customers(model):
    total = model.total_purchases(CUSTOMERS, horizon=39, n_draws=2)["expected_purchases"].item()
    assert total == pytest.approx(model.expected_purchases(CUSTOMERS, horizon=39).sum(), rel=1e-12)


def test_the_total_of_cells_is_that_of_their_customers(model):
    weighted, single = (model.total_purchases(table, horizon=39, n_draws=50) for table in (cells(CUSTOMERS), CUSTOMERS))
    assert_frame_equal(weighted, single)


def test_no_time_brings_no_purchase(model):
    assert model.expected_purchases(CUSTOMERS, horizon=0).eq(0).all()
    assert model.probability_inactive(CUSTOMERS, horizon=0).eq(1).all()
    assert_series_equal(model.probability_alive(CUSTOMERS, horizon=0), model.probability_alive(CUSTOMERS))


def test_the_curve_is_that_of_a_row_of_zeros(model):
    new = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [0.0]})
    curve = model.expected_curve([0, 13, 52])
    assert curve["horizon"].tolist() == [0, 13, 52]
    for row in curve.itertuples():
        expected = model.expected_purchases(new, horizon=row.horizon).item()
        assert row.expected_purchases == pytest.approx(expected, rel=1e-12)
        alive = model.probability_alive(new, horizon=row.horizon).item()
        assert row.probability_alive == pytest.approx(alive, rel=1e-12)


# Reference: 1,882 repeat purchases in the 39 weeks after 1997-09-30 (BTYD's manual; Fader, Hardie and Lee 2005).


def test_the_prediction_interval_of_pareto_nbd_holds_what_came():
    split = holdout_split(TRANSACTIONS, calibration_end="1997-09-30", observation_end="1998-06-30")
    came = split["holdout_days"].sum()
    assert came == 1882
    total = PARETO.total_purchases(CUSTOMERS, horizon=39, level=0.99).iloc[0]
    assert total["prediction_lower"] < came < total["prediction_upper"]


# Laws.


def test_intervals_hold_their_estimates_and_widen_with_the_level(model):
    narrow, wide = (model.predict_table(SOME, horizon=39, level=level, n_draws=100) for level in (0.5, 0.99))
    for name in ("expected_purchases", "probability_inactive"):
        known = narrow[name].notna()
        assert (wide[f"{name}_lower"] <= narrow[f"{name}_lower"])[known].all()
        assert (narrow[f"{name}_upper"] <= wide[f"{name}_upper"])[known].all()
        assert (wide[f"{name}_lower"] < wide[name])[known].all()
        assert (wide[name] < wide[f"{name}_upper"])[known].all()


def test_purchases_are_whole_numbers_in_wider_intervals(model):
    table = model.predict_table(SOME, horizon=39, quantities=["expected_purchases", "purchases"]).dropna()
    ends = table[["purchases_lower", "purchases_upper"]]
    assert (ends == ends.round()).all(axis=None)
    assert (table["purchases_lower"] <= table["expected_purchases_lower"]).all()
    assert (table["expected_purchases_upper"] <= table["purchases_upper"]).all()


def test_the_interval_of_the_total_is_that_of_sums_over_the_customers(model):
    # each draw of the parameters gives every customer an expectation, and so the total; many histories or few
    total = model.total_purchases(CUSTOMERS, horizon=39, level=0.8, n_draws=40, random_state=3).iloc[0]
    draws = model.draw_params(40, random_state=3).to_dict("records")
    sums = [type(model).from_params(draw).expected_purchases(CUSTOMERS, horizon=39).sum() for draw in draws]
    assert total[["lower", "upper"]].tolist() == pytest.approx(np.quantile(sums, [0.1, 0.9]), rel=1e-5)


def test_the_total_of_histories_of_all_lengths_and_rates_is_that_of_sums_too():
    # first orders spread over 40 years, rates over six orders of magnitude: many histories are interpolated between few
    wide = BetaGeoModel.from_params({"r": 0.3, "alpha": 10.0, "a": 0.4, "b": 3.0})
    drawn = wide.simulate(np.geomspace(1, 15_000, 1500).round(), random_state=1).round({"recency": 0})
    drawn["recency"] = drawn["recency"].clip(lower=drawn["frequency"].clip(upper=1), upper=drawn["T"])
    fitted = BetaGeoModel().fit(drawn)
    total = fitted.total_purchases(drawn, horizon=52, level=0.8, n_draws=20, random_state=3).iloc[0]
    draws = fitted.draw_params(20, random_state=3).to_dict("records")
    sums = [BetaGeoModel.from_params(draw).expected_purchases(drawn, horizon=52).sum() for draw in draws]
    assert total[["lower", "upper"]].tolist() == pytest.approx(np.quantile(sums, [0.1, 0.9]), rel=1e-4)


@pytest.mark.deep
def test_own_randomness_widens_the_interval_of_the_total(model):
    total = model.total_purchases(CUSTOMERS, horizon=39).iloc[0]
    assert total["prediction_lower"] < total["lower"] < total["expected_purchases"]
    assert total["expected_purchases"] < total["upper"] < total["prediction_upper"]


@pytest.mark.deep
def test_intervals_of_purchases_hold_the_share_they_promise():
    # 1,500 customers of a known law: the interval of 80 % holds at least 80 % of what they do, whole numbers more
    known = ParetoNBDModel.from_params({"r": 1.5, "alpha": 3.0, "s": 1.0, "beta": 50.0})
    drawn = known.simulate(np.full(1500, 200.0), horizon=26, random_state=5)
    table = known.predict_table(drawn, horizon=26, quantities=["purchases"], level=0.8, n_draws=1000)
    held = drawn["holdout_purchases"].between(table["purchases_lower"], table["purchases_upper"]).mean()
    assert 0.8 - 4 * np.sqrt(0.8 * 0.2 / 1500) < held < 0.95


@pytest.mark.deep
def test_intervals_of_totals_hold_the_truth_as_often_as_they_promise():
    # 25 data sets of 400 customers, fitted each: the 90 % prediction interval holds the total in 22.5 of them, give or
    # take four standard errors of 1.5
    true = BetaGeoModel.from_params({"r": 0.5, "alpha": 5.0, "a": 0.8, "b": 2.5})
    held = 0
    for seed in range(25):
        drawn = true.simulate(np.linspace(30, 300, 400), horizon=26, random_state=seed)
        total = BetaGeoModel().fit(drawn).total_purchases(drawn, horizon=26, level=0.9, n_draws=60).iloc[0]
        held += total["prediction_lower"] <= drawn["holdout_purchases"].sum() <= total["prediction_upper"]
    assert held >= 17


def test_draws_repeat_with_their_seed(model):
    one, same, other = (model.predict_table(SOME, horizon=5, n_draws=20, random_state=seed) for seed in (1, 1, 2))
    assert_frame_equal(one, same)
    assert not one.equals(other)


@given(seed=st.integers(0, 100), n=st.integers(1, 200))
@few()
def test_simulated_customers_are_customers(seed, n):
    days = np.random.default_rng(seed).uniform(0, 400, n)
    for model in MODELS.values():
        drawn = model.simulate(days, horizon=4, random_state=seed)
        assert (drawn["T"] == days).all()
        assert (drawn["recency"] <= drawn["T"]).all()
        assert ((drawn["recency"] > 0) == (drawn["frequency"] > 0)).all()
        assert_frame_equal(drawn, model.simulate(days, horizon=4, random_state=seed))
        model.probability_alive(drawn)


@pytest.mark.parametrize("name", MODELS)
def test_simulated_customers_do_what_is_expected_of_them(name):
    # mean over 20,000 customers, within four standard errors
    model = MODELS[name]
    drawn = model.simulate(np.full(20_000, 273.0), horizon=39, random_state=3)
    for actual, expected in (
        (drawn["frequency"], model.expected_curve([39])["expected_purchases"].item()),
        (drawn["holdout_purchases"], model.expected_purchases(drawn, horizon=39).mean()),
        (drawn["alive"], model.probability_alive(drawn).mean()),
        (drawn["holdout_purchases"] == 0, model.probability_inactive(drawn, horizon=39).mean()),
    ):
        assert abs(actual.mean() - expected) <= 4 * actual.std() / np.sqrt(len(drawn))


@pytest.mark.parametrize("horizon", [0, 5e-324, 1e-310, 1e-300, 1e-160, 1e-20])
@pytest.mark.parametrize("name", MODELS)
def test_in_next_to_no_time_nothing_happens(name, horizon):
    model = MODELS[name]
    assert model.expected_purchases(SOME, horizon=horizon).dropna().between(0, 1e-15).all()
    assert model.discounted_purchases(SOME, discount_rate=0.1, horizon=horizon).dropna().between(0, 1e-15).all()
    assert model.probability_inactive(SOME, horizon=horizon).dropna().between(1 - 1e-15, 1).all()
    now = model.probability_alive(SOME)
    assert_series_equal(model.probability_alive(SOME, horizon=horizon), now, rtol=1e-12)


# Kinds of frames.


@pytest.mark.deep
def test_every_kind_of_frame_gets_the_same_predictions(build):
    table = build(to_arrow(SOME.reset_index(drop=True)))
    expected = PARETO.predict_table(SOME.reset_index(drop=True), horizon=39)
    made = PARETO.predict_table(table, horizon=39)
    assert type(made) is type(table) or build.kind == "polars-lazy"
    found = as_pandas(made, in_order=not build.is_engine)
    if build.is_engine:
        assert list(found.columns) == [*SOME.columns, *expected.columns]
        found = found.set_index("customer_id").loc[SOME["customer_id"]].reset_index()[expected.columns]
    assert_frame_equal(found.astype(float), expected, rtol=1e-12)


def test_an_engine_keeps_customers_of_whom_nothing_is_said(build):
    if build.is_engine:
        made = as_pandas(PARETO.predict_table(build(to_arrow(SOME)), horizon=39, n_draws=2))
        assert made.set_index("customer_id").loc[6, "expected_purchases"] != 0
        assert made["expected_purchases"].isna().sum() == 1


def test_a_model_with_covariates_predicts_in_an_engine(build):
    if build.is_engine:
        with_covariate = SOME.assign(big=[1.0, 0.0, 0.0, 1.0])
        model = ParetoNBDModel.from_params(
            {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7, "purchase.big": 0.3}, purchase_covariates=["big"]
        )
        made = as_pandas(model.predict_table(build(to_arrow(with_covariate)), horizon=39)).set_index("customer_id")
        expected = model.expected_purchases(with_covariate, horizon=39)
        assert made.loc[SOME["customer_id"], "expected_purchases"].to_numpy() == pytest.approx(expected, nan_ok=True)


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"horizon": -1}, "`horizon` must be a time after `as_of`, 0 or longer, got -1"),
        ({"horizon": np.inf}, "`horizon` must be a finite number, got inf"),
        ({"horizon": 1, "level": 1}, "`level` must lie between 0 and 1, got 1"),
        ({"horizon": 1, "n_draws": 1}, "`n_draws` must be at least 2, got 1"),
        ({"horizon": 1, "quantities": "purchases"}, "`quantities` must list some of"),
        ({"horizon": 1, "quantities": ["sales"]}, r"each once, got \['sales'\]"),
        ({"horizon": 1, "quantities": []}, "`quantities` must list some of"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PARETO.predict_table(SOME, **arguments)


def test_columns_in_the_way_are_refused_in_an_engine(build):
    if build.is_engine:
        taken = build(to_arrow(SOME.assign(Expected_Purchases=1.0)))
        with pytest.raises(SchemaError, match=r"already has the columns \['expected_purchases'\]. Drop or rename"):
            PARETO.predict_table(taken, horizon=39)


def test_ages_below_zero_are_refused():
    with pytest.raises(ValueError, match=r"`T` must hold days, 0 or more, got \[-1.0\]"):
        PARETO.simulate([3, -1])


def test_an_unfitted_model_predicts_nothing():
    for call in (
        lambda: BetaGeoModel().predict_table(SOME, horizon=1),
        lambda: BetaGeoModel().total_purchases(SOME, horizon=1),
        lambda: BetaGeoModel().expected_curve([1]),
        lambda: BetaGeoModel().simulate([1]),
    ):
        with pytest.raises(NotFittedError):
            call()


def test_the_input_is_untouched():
    before = SOME.copy(deep=True)
    PARETO.predict_table(SOME, horizon=39)
    PARETO.total_purchases(SOME, horizon=39)
    assert_frame_equal(SOME, before)
