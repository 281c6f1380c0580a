"""Lifetime value: purchases times spend, discounted, by year, with intervals, and of the whole base."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from tests.peers import BetaGeoFitter, GammaGammaFitter

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    NBDModel,
    ParetoNBDModel,
    customer_equity,
    customer_lifetime_value,
    lifetime_value_by_year,
    lifetime_value_table,
)

CUSTOMERS = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
MODELS = {"purchase_model": ParetoNBDModel().fit(CUSTOMERS), "spend_model": GammaGammaModel().fit(CUSTOMERS)}
KNOWN = {
    "purchase_model": NBDModel.from_params({"r": 2.0, "alpha": 10.0}, time_unit="Y"),
    "spend_model": GammaGammaModel.from_params({"p": 6.0, "q": 4.0, "v": 15.0}),
}
TWO = pd.DataFrame(
    {"frequency": [3.0, np.nan], "recency": [200.0, np.nan], "T": [365.25, np.nan], "monetary_value": [20.0, np.nan]},
    index=["ann", "bo"],
)
# An NBD customer of 3 repeat purchases in a year buys (2 + 3) / (10 + 1) times a year and never leaves; each purchase
# brings 6 (15 + 3 * 20) / (6 * 3 + 4 - 1).
RATE, SPEND = 5 / 11, 6 * 75 / 21


# By hand.


def test_two_years_undiscounted():
    value = customer_lifetime_value(TWO, **KNOWN, discount_rate=0, horizon=2, margin=0.25)
    assert value["ann"] == pytest.approx(2 * RATE * SPEND * 0.25, rel=1e-12)
    assert np.isnan(value["bo"])
    assert value.name == "lifetime_value"


def test_for_ever_at_ten_percent():
    # the integral of RATE (1.1)^-t over all t is RATE / ln 1.1
    value = customer_lifetime_value(TWO, **KNOWN, discount_rate=0.1)
    assert value["ann"] == pytest.approx(RATE * SPEND / np.log(1.1), rel=1e-12)


def test_by_year_at_ten_percent():
    years = lifetime_value_by_year(TWO, **KNOWN, discount_rate=0.1, n_years=3)
    first = RATE * SPEND * (1 - 1 / 1.1) / np.log(1.1)
    assert years.loc["ann"].tolist() == pytest.approx([first, first / 1.1, first / 1.21], rel=1e-9)
    assert list(years.columns) == ["year_1", "year_2", "year_3"]
    assert years.loc["bo"].isna().all()


def test_the_unit_of_the_model_is_the_unit_of_the_horizon():
    in_months = NBDModel.from_params({"r": 2.0, "alpha": 120.0}, time_unit="M")
    value = customer_lifetime_value(TWO, **(KNOWN | {"purchase_model": in_months}), discount_rate=0.1, horizon=24)
    assert value["ann"] == pytest.approx(
        customer_lifetime_value(TWO, **KNOWN, discount_rate=0.1, horizon=2)["ann"], rel=1e-12
    )


# Reference: lifetimes, whose months are 30 days and whose discounting is by whole months, at rate 0 the difference of
# two expectations without discounting.


def test_without_discounting_it_is_what_lifetimes_says():
    bg, gg = BetaGeoModel().fit(CUSTOMERS), GammaGammaModel().fit(CUSTOMERS)
    x, t_x, T, m = CUSTOMERS["frequency"], CUSTOMERS["recency"] / 7, CUSTOMERS["T"] / 7, CUSTOMERS["monetary_value"]
    peer_bg, peer_gg = BetaGeoFitter(), GammaGammaFitter()
    peer_bg.predict = peer_bg.conditional_expected_number_of_purchases_up_to_time
    peer_bg.params_, peer_gg.params_ = bg.params_["estimate"], gg.params_["estimate"]
    peer = peer_gg.customer_lifetime_value(peer_bg, x, t_x, T, m, time=12, discount_rate=0, freq="W")
    # its twelve months of 4.345 weeks
    ours = customer_lifetime_value(CUSTOMERS, purchase_model=bg, spend_model=gg, discount_rate=0, horizon=12 * 4.345)
    assert ours.to_numpy() == pytest.approx(peer.to_numpy(), rel=1e-6)


# Laws.


def test_years_add_up_to_the_value_over_their_time():
    years = lifetime_value_by_year(CUSTOMERS, **MODELS, discount_rate=0.12, n_years=3, margin=0.3)
    value = customer_lifetime_value(CUSTOMERS, **MODELS, discount_rate=0.12, horizon=3 * 365.25 / 7, margin=0.3)
    assert years.sum(axis=1).to_numpy() == pytest.approx(value.to_numpy(), rel=1e-12)
    assert (years.diff(axis=1).iloc[:, 1:] < 0).all(axis=None)


def test_the_table_holds_its_parts_and_ends():
    table = lifetime_value_table(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=52, margin=0.3, n_draws=100)
    value = customer_lifetime_value(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=52, margin=0.3)
    assert table["lifetime_value"].to_numpy() == pytest.approx(value.to_numpy(), rel=1e-12)
    parts = 0.3 * table["discounted_purchases"] * table["expected_spend"]
    assert table["lifetime_value"].to_numpy() == pytest.approx(parts.to_numpy(), rel=1e-12)
    assert (table["lifetime_value_lower"] < table["lifetime_value"]).mean() > 0.99
    assert (table["lifetime_value"] < table["lifetime_value_upper"]).mean() > 0.99


def test_equity_is_the_sum_and_groups_add_up():
    grouped = CUSTOMERS.assign(month=CUSTOMERS["first_order"].dt.month)
    options = {"discount_rate": 0.1, "horizon": 52, "margin": 0.3, "n_draws": 100}
    all_of_them = customer_equity(grouped, **MODELS, **options)
    by_month = customer_equity(grouped, **MODELS, **options, by="month")
    value = customer_lifetime_value(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=52, margin=0.3)
    assert all_of_them["equity"].item() == pytest.approx(value.sum(), rel=1e-12)
    assert by_month["equity"].sum() == pytest.approx(value.sum(), rel=1e-12)
    assert by_month["month"].tolist() == [1, 2, 3]
    assert by_month["n_customers"].sum() == all_of_them["n_customers"].item() == 2357
    for table in (all_of_them, by_month):
        assert (table["equity_lower"] < table["equity"]).all()
        assert (table["equity"] < table["equity_upper"]).all()


def test_equity_counts_those_without_a_value():
    equity = customer_equity(TWO, **KNOWN, discount_rate=0.1, n_draws=2)
    assert equity[["n_customers", "n_valued"]].to_numpy().tolist() == [[2, 1]]
    assert equity["equity"].item() == pytest.approx(RATE * SPEND / np.log(1.1), rel=1e-12)


def test_money_in_another_unit_scales_every_value():
    cents = CUSTOMERS.assign(monetary_value=CUSTOMERS["monetary_value"] * 100)
    in_cents = MODELS | {"spend_model": GammaGammaModel().fit(cents)}
    one = customer_lifetime_value(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=52)
    hundred = customer_lifetime_value(cents, **in_cents, discount_rate=0.1, horizon=52)
    assert hundred.to_numpy() == pytest.approx(100 * one.to_numpy(), rel=1e-5)


def test_polars_gets_polars():
    table = pl.from_pandas(CUSTOMERS)
    value = customer_lifetime_value(table, **MODELS, discount_rate=0.1, horizon=52)
    assert isinstance(value, pl.Series)
    equity = customer_equity(table, **MODELS, discount_rate=0.1, horizon=52, n_draws=10)
    assert equity["equity"].item() == pytest.approx(value.sum(), rel=1e-12)
    assert isinstance(lifetime_value_table(table, **MODELS, discount_rate=0.1, horizon=52, n_draws=10), pl.DataFrame)


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"discount_rate": -0.1}, "`discount_rate` must be a year's rate of 0 or more, for example 0.1, got -0.1"),
        ({"discount_rate": 0}, "`discount_rate` must be above 0 where `horizon` is None, got 0"),
        ({"discount_rate": 0.1, "horizon": -1}, "`horizon` must be a time after as_of"),
        ({"discount_rate": 0.1, "margin": np.nan}, "`margin` must be a number, got nan"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        customer_lifetime_value(TWO, **KNOWN, **arguments)


def test_models_of_the_wrong_kind_are_refused():
    swapped = {"purchase_model": KNOWN["spend_model"], "spend_model": KNOWN["purchase_model"]}
    with pytest.raises(TypeError, match="`purchase_model` must be a fitted PurchaseModel, got GammaGammaModel"):
        customer_lifetime_value(TWO, **swapped, discount_rate=0.1)
    with pytest.raises(NotFittedError):
        customer_lifetime_value(TWO, **(KNOWN | {"purchase_model": NBDModel()}), discount_rate=0.1)


def test_groups_must_be_known():
    with pytest.raises(SchemaError, match=r"lacks the columns \['tier'\]"):
        customer_equity(TWO, **KNOWN, discount_rate=0.1, by="tier")
    with pytest.raises(SchemaError, match=r"`customers\['tier'\]` is missing in 1 rows. Fill or drop them"):
        customer_equity(TWO.assign(tier=["core", None]), **KNOWN, discount_rate=0.1, by="tier")


def test_the_input_is_untouched():
    before = TWO.copy(deep=True)
    lifetime_value_table(TWO, **KNOWN, discount_rate=0.1, n_draws=2)
    customer_equity(TWO, **KNOWN, discount_rate=0.1, n_draws=2)
    assert_frame_equal(TWO, before)
