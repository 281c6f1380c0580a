"""What models say of every history of one age, by frequency and recency; purchases in the history of being alive."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from tests.depth import few
from tests.peers import BetaGeoFitter

from crmkit import as_transactions, load_cdnow
from crmkit.value import (
    BetaGeoBetaBinomModel,
    BetaGeoCNBDModel,
    BetaGeoModel,
    GammaGompertzNBDModel,
    ModifiedBetaGeoCNBDModel,
    ModifiedBetaGeoModel,
    NBDModel,
    ParetoNBDModel,
    alive_history,
    frequency_recency_table,
)
from crmkit.value.contracts import ShiftedBetaGeoModel

# Published, or near to what is published, of CDNOW in weeks.
PARETO = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
BETA_GEO = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
MODELS = [
    NBDModel.from_params({"r": 0.385, "alpha": 12.07}),
    ParetoNBDModel.from_params(PARETO),
    BetaGeoModel.from_params(BETA_GEO),
    ModifiedBetaGeoModel.from_params({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}),
    BetaGeoCNBDModel.from_params(BETA_GEO, k=2),
    ModifiedBetaGeoCNBDModel.from_params(BETA_GEO, k=2),
    GammaGompertzNBDModel.from_params({"r": 0.553, "alpha": 10.578, "b": 0.01, "s": 0.6, "beta": 0.3}),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
KNOWN = ParetoNBDModel.from_params(PARETO)
WITH_COVARIATES = ParetoNBDModel.from_params(
    {**PARETO, "purchase.big": 0.3, "dropout.big": 0.2, "dropout.far": -0.1},
    purchase_covariates=["big"],
    dropout_covariates=["big", "far"],
)
SIZE = {"T": 210, "horizon": 39}


def wide(table, quantity):
    """Recencies down, frequencies across, without who never bought again."""
    repeat = table[table["frequency"] > 0]
    return repeat[quantity].to_numpy().reshape(repeat["frequency"].nunique(), -1).T


# By hand.


def test_histories_are_an_even_grid_without_those_that_cannot_be():
    table = frequency_recency_table(model=KNOWN, T=90, horizon=4, max_frequency=2, n_recency=4)
    assert list(table) == ["frequency", "recency", "probability_alive", "expected_purchases"]
    # 90 days in three steps; recency 0 belongs to frequency 0 alone
    assert table["frequency"].tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert table["recency"].tolist() == [0, 30, 60, 90, 30, 60, 90]
    assert table["frequency"].dtype == np.int64
    assert table.index.tolist() == list(range(7))


@pytest.mark.parametrize(("unit", "days"), [("D", 1), ("W", 7), ("M", 30.4375), ("Y", 365.25)])
def test_nbd_by_hand_in_every_unit(unit, days):
    # Of a gamma with shape r + x and rate alpha + T, over the horizon: horizon (r + x) / (alpha + T), recency or not
    model = NBDModel.from_params({"r": 0.5, "alpha": 10.0}, time_unit=unit)
    table = frequency_recency_table(model=model, T=140, horizon=13, max_frequency=3, n_recency=3)
    assert table["expected_purchases"].tolist() == pytest.approx(13 * (0.5 + table["frequency"]) / (10 + 140 / days))
    assert (table["probability_alive"] == 1).all()


def test_nbd_in_numbers():
    # 140 days are 20 weeks: 15 * (0.5 + 1) / (10 + 20) = 0.75
    model = NBDModel.from_params({"r": 0.5, "alpha": 10.0}, time_unit="W")
    table = frequency_recency_table(model=model, T=140, horizon=15, max_frequency=1, n_recency=2)
    assert table["expected_purchases"].tolist() == [pytest.approx(0.25), pytest.approx(0.75)]


def test_the_history_of_being_alive_counts_the_purchases_since_the_row_before():
    # customer 1 bought on 1 and 18 January, on 2 August and on 12 December
    orders = load_cdnow()
    first = as_transactions(orders[orders["customer_id"] == 1])
    daily = alive_history(first, model=KNOWN, as_of="1997-12-31")
    bought = daily.loc[daily["n_purchases"] > 0, ["date", "n_purchases"]]
    assert bought["date"].dt.strftime("%m-%d").tolist() == ["01-01", "01-18", "08-02", "12-12"]
    assert (bought["n_purchases"] == 1).all()
    # rows of 1 January, 20 July and 31 December
    assert alive_history(first, model=KNOWN, as_of="1997-12-31", every_days=200)["n_purchases"].tolist() == [1, 1, 2]


# Reference: lifetimes 0.11.3, whose matrices of BG/NBD these are.


def test_bg_nbd_says_what_lifetimes_says():
    table = frequency_recency_table(model=BetaGeoModel.from_params(BETA_GEO), **SIZE, max_frequency=6, n_recency=16)
    fitter = BetaGeoFitter()
    fitter.params_ = pd.Series(BETA_GEO)
    weeks = table["frequency"], table["recency"] / 7, np.full(len(table), 30.0)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(39, *weeks)
    np.testing.assert_allclose(table["expected_purchases"], expected, rtol=1e-8)
    np.testing.assert_allclose(table["probability_alive"], fitter.conditional_probability_alive(*weeks), rtol=1e-8)


# Laws.


@each_model
def test_the_table_says_what_the_methods_say_of_such_customers(model):
    table = frequency_recency_table(model=model, **SIZE, max_frequency=4, n_recency=6)
    for row in table.sample(frac=1, random_state=5).itertuples():
        customer = pd.DataFrame({"frequency": [float(row.frequency)], "recency": [row.recency], "T": [210.0]})
        assert row.probability_alive == pytest.approx(model.probability_alive(customer).item(), rel=1e-12)
        expected = model.expected_purchases(customer, horizon=39).item()
        assert row.expected_purchases == pytest.approx(expected, rel=1e-12)


@each_model
def test_who_bought_later_is_alive_rather_and_will_buy_more(model):
    table = frequency_recency_table(model=model, **SIZE, max_frequency=5, n_recency=12)
    assert (np.diff(wide(table, "probability_alive"), axis=0) >= -1e-12).all()
    # Whoever buys at regular distances and has just bought is not yet due.
    if not isinstance(model, BetaGeoCNBDModel):
        assert (np.diff(wide(table, "expected_purchases"), axis=0) >= -1e-12).all()
    assert table["probability_alive"].between(0, 1).all()
    assert (table["expected_purchases"] >= 0).all()


def test_of_the_silent_those_who_bought_often_are_gone_rather():
    alive = wide(frequency_recency_table(model=KNOWN, **SIZE, max_frequency=8, n_recency=6), "probability_alive")
    # silent for four fifths of the time, and never silent
    assert (np.diff(alive[0]) < 0).all()
    assert alive[-1] == pytest.approx(1)


@given(
    T=st.floats(1, 2000),
    horizon=st.just(0.0) | st.floats(1e-6, 100),
    max_frequency=st.integers(1, 6),
    n_recency=st.integers(2, 9),
    model=st.sampled_from(MODELS[:4]),
)
@few()
def test_the_grid_is_whole_and_everything_is_known(T, horizon, max_frequency, n_recency, model):
    table = frequency_recency_table(model=model, T=T, horizon=horizon, max_frequency=max_frequency, n_recency=n_recency)
    assert len(table) == 1 + max_frequency * (n_recency - 1)
    assert not table.duplicated(["frequency", "recency"]).any()
    assert ((table["recency"] > 0) == (table["frequency"] > 0)).all()
    assert table["recency"].max() == T
    assert np.isfinite(table.to_numpy()).all()


def test_covariates_are_those_of_all_rows():
    table = frequency_recency_table(
        model=WITH_COVARIATES, **SIZE, max_frequency=2, n_recency=3, covariates={"big": 1, "far": 0.5}
    )
    customers = table[["frequency", "recency"]].assign(T=210, big=1, far=0.5)
    np.testing.assert_allclose(table["probability_alive"], WITH_COVARIATES.probability_alive(customers))
    expected = WITH_COVARIATES.expected_purchases(customers, horizon=39)
    np.testing.assert_allclose(table["expected_purchases"], expected)
    assert list(table) == ["frequency", "recency", "probability_alive", "expected_purchases"]


def test_covariates_of_0_are_the_common_parameters():
    without = frequency_recency_table(model=KNOWN, **SIZE)
    with_none = frequency_recency_table(model=WITH_COVARIATES, **SIZE, covariates={"big": 0, "far": 0})
    assert_frame_equal(with_none, without)


# Refusals.


def test_a_model_of_opportunities_is_refused_by_name():
    model = BetaGeoBetaBinomModel.from_params({"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.78})
    with pytest.raises(TypeError, match=r"`model` must be .* in time, got BetaGeoBetaBinomModel, which counts opport"):
        frequency_recency_table(model=model, **SIZE)


@pytest.mark.parametrize("model", [ParetoNBDModel, "ParetoNBDModel", ShiftedBetaGeoModel(), None])
def test_what_is_no_model_of_purchases_is_refused(model):
    with pytest.raises(TypeError, match="`model` must be a fitted model of purchases such as BetaGeoModel, got"):
        frequency_recency_table(model=model, **SIZE)


def test_a_model_must_be_fitted():
    with pytest.raises(NotFittedError):
        frequency_recency_table(model=ParetoNBDModel(), **SIZE)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"T": 0}, ValueError, "`T` must be days since the first purchase, above 0, got 0"),
        ({"T": -5.0}, ValueError, "`T` must be days since the first purchase, above 0, got -5.0"),
        ({"T": float("inf")}, ValueError, "`T` must be a finite number, got inf"),
        ({"T": "90"}, TypeError, "`T` must be a number, got '90'"),
        ({"horizon": -1}, ValueError, "`horizon` must be a time after `as_of`, 0 or longer, got -1"),
        ({"horizon": float("nan")}, ValueError, "`horizon` must be a finite number, got nan"),
        ({"max_frequency": 0}, ValueError, "`max_frequency` must be at least 1, got 0"),
        ({"max_frequency": 2.0}, TypeError, "`max_frequency` must be a whole number, got 2.0"),
        ({"n_recency": 1}, ValueError, "`n_recency` must be at least 2, got 1"),
        ({"n_recency": True}, TypeError, "`n_recency` must be a whole number, got True"),
        ({"covariates": ["big"]}, TypeError, r"`covariates` must be None or map names to numbers, got \['big'\]"),
    ],
)
def test_arguments_out_of_range_are_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        frequency_recency_table(model=KNOWN, **{**SIZE, **wrong})


def test_covariates_of_the_model_must_be_numbers_and_all_there():
    with pytest.raises(ValueError, match=r"`covariates` must hold \['big', 'far'\], got \[\]"):
        frequency_recency_table(model=WITH_COVARIATES, **SIZE)
    with pytest.raises(ValueError, match=r"`covariates` must hold \['big', 'far'\], got \['big'\]"):
        frequency_recency_table(model=WITH_COVARIATES, **SIZE, covariates={"big": 1})
    with pytest.raises(ValueError, match=r"`covariates\['far'\]` must hold finite numbers, got nan"):
        frequency_recency_table(model=WITH_COVARIATES, **SIZE, covariates={"big": 1, "far": float("nan")})


# Input untouched.


def test_model_and_covariates_are_not_changed():
    before, covariates = WITH_COVARIATES.to_json(), {"big": 1, "far": 2}
    frequency_recency_table(model=WITH_COVARIATES, **SIZE, covariates=covariates)
    assert WITH_COVARIATES.to_json() == before
    assert covariates == {"big": 1, "far": 2}
