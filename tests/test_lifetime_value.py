"""Lifetime value: purchases times spend, discounted, by year, with intervals, and of the whole base."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from tests.frames import as_pandas, to_arrow
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
    x, t_x, T, m = (
        CUSTOMERS["frequency"],
        CUSTOMERS["recency"] / 7,
        CUSTOMERS["T"] / 7,
        CUSTOMERS["monetary_value"].fillna(0),
    )
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
        ({"discount_rate": -0.1}, "`discount_rate` must be a rate per year of 0 or more, for example 0.1, got -0.1"),
        ({"discount_rate": 0}, "`discount_rate` must be above 0 where `horizon` is None, got 0"),
        ({"discount_rate": 0.1, "horizon": -1}, "`horizon` must be a time after `as_of`"),
        ({"discount_rate": 0.1, "margin": np.nan}, "`margin` must be a finite number, got nan"),
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
    with pytest.raises(SchemaError, match=r"`customers\['tier'\]` is missing in 1 row. Fill or drop them"):
        customer_equity(TWO.assign(tier=["core", None]), **KNOWN, discount_rate=0.1, by="tier")


def test_the_input_is_untouched():
    before = TWO.copy(deep=True)
    lifetime_value_table(TWO, **KNOWN, discount_rate=0.1, n_draws=2)
    customer_equity(TWO, **KNOWN, discount_rate=0.1, n_draws=2)
    assert_frame_equal(TWO, before)


# Rows of a query come in any order.


def test_a_query_is_run_once():
    groups = pl.DataFrame({"customer_id": CUSTOMERS["customer_id"], "big": CUSTOMERS["spend"] > 40})
    shuffled = groups.sample(fraction=1, shuffle=True, seed=3).lazy()
    query = pl.from_pandas(CUSTOMERS).lazy().join(shuffled, on="customer_id")
    # a join by hashing gives the rows in another order each time
    plan = {**MODELS, "discount_rate": 0.1, "horizon": 26, "n_draws": 10}
    expected = customer_equity(CUSTOMERS.assign(big=CUSTOMERS["spend"] > 40), **plan, by="big")
    for _ in range(5):
        found = customer_equity(query, **plan, by="big").collect().to_pandas()
        assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9)


# Values joined in an engine.


def with_ids(customers):
    return customers.assign(customer_id=np.arange(len(customers)))


def in_engine(build, customers, **plan):
    made = customer_lifetime_value(build(to_arrow(with_ids(customers))), **plan)
    assert list(as_pandas(made, in_order=False).columns) == [*with_ids(customers).columns, "lifetime_value"]
    return as_pandas(made, in_order=False).set_index("customer_id").sort_index()["lifetime_value"].to_numpy()


def test_an_engine_gets_the_values_joined_to_its_customers(build):
    if build.is_engine:
        plan = {**MODELS, "discount_rate": 0.1, "horizon": 52, "margin": 0.3}
        some = pd.concat([CUSTOMERS.iloc[:200], TWO]).drop(columns="customer_id").reset_index(drop=True)
        some = some[["frequency", "recency", "T", "monetary_value"]]
        expected = customer_lifetime_value(some, **plan).to_numpy()
        np.testing.assert_allclose(in_engine(build, some, **plan), expected, rtol=1e-12)
        assert np.isnan(expected[-1])


def test_an_engine_takes_models_with_covariates(build):
    if build.is_engine:
        spend = {"p": 6.0, "q": 4.0, "v": 15.0, "spend.big": 0.4}
        purchases = {"r": 2.0, "alpha": 10.0, "purchase.big": 0.2, "purchase.far": -0.3}
        plan = {
            "purchase_model": NBDModel.from_params(purchases, purchase_covariates=["big", "far"]),
            "spend_model": GammaGammaModel.from_params(spend, spend_covariates=["big"]),
            "discount_rate": 0.0,
            "horizon": 1,
        }
        some = CUSTOMERS[["frequency", "recency", "T", "monetary_value"]].iloc[:50]
        some = some.assign(big=np.arange(50) % 2, far=np.arange(50) % 3 == 0).reset_index(drop=True)
        expected = customer_lifetime_value(some, **plan).to_numpy()
        np.testing.assert_allclose(in_engine(build, some, **plan), expected, rtol=1e-12)


def test_amounts_that_cannot_be_are_refused_or_left_out_in_an_engine(build):
    if build.is_engine:
        some = CUSTOMERS[["frequency", "recency", "T", "monetary_value"]].iloc[:4].reset_index(drop=True)
        some.loc[0, "monetary_value"] = -3.0
        plan = {**KNOWN, "discount_rate": 0, "horizon": 1}
        with pytest.raises(SchemaError, match=r"below 0 for 1 customer with a repeat purchase.*'drop'"):
            in_engine(build, some, **plan)
        plan["spend_model"] = GammaGammaModel.from_params({"p": 6.0, "q": 4.0, "v": 15.0}, non_positive="drop")
        expected = customer_lifetime_value(some, **plan).to_numpy()
        assert np.isnan(expected[0])
        np.testing.assert_allclose(in_engine(build, some, **plan), expected, rtol=1e-12)
        some.loc[0, "monetary_value"] = np.inf
        with pytest.raises(SchemaError, match="infinite or below 0 for 1 customer"):
            in_engine(build, some, **plan)
        some.loc[0, "monetary_value"] = 1e308
        with pytest.raises(SchemaError, match=r"not an amount between 1e-100 and 1e\+100 for 1 customer"):
            in_engine(build, some, **plan)


def test_customers_without_a_finite_mean_have_no_value_in_an_engine(build):
    if build.is_engine:
        some = TWO.iloc[:1].reset_index(drop=True)
        some = pd.concat([some, some.assign(frequency=0.0, recency=0.0)], ignore_index=True)
        heavy = GammaGammaModel.from_params({"p": 6.0, "q": 0.8, "v": 15.0})
        plan = {"purchase_model": KNOWN["purchase_model"], "spend_model": heavy, "discount_rate": 0, "horizon": 1}
        found = in_engine(build, some, **plan)
        np.testing.assert_allclose(found, customer_lifetime_value(some, **plan).to_numpy(), rtol=1e-12)
        assert np.isnan(found).tolist() == [False, True]


def test_what_is_row_by_row_wants_a_table_in_memory(build):
    if build.is_engine:
        given = build(to_arrow(with_ids(TWO)))
        for ask in (
            lambda: lifetime_value_table(given, **KNOWN, discount_rate=0.1, n_draws=2),
            lambda: lifetime_value_by_year(given, **KNOWN, discount_rate=0.1),
            lambda: KNOWN["purchase_model"].expected_purchases(given, horizon=1),
            lambda: KNOWN["purchase_model"].posterior_rates(given),
            lambda: KNOWN["spend_model"].expected_spend(given),
        ):
            with pytest.raises(TypeError, match=r"wants? a table in memory|needs a table in memory, got .* Collect it"):
                ask()


# Draws of the spend model without a finite mean.


def test_draws_without_a_finite_mean_leave_the_lower_end():
    few = CUSTOMERS.sample(40, random_state=0)
    plan = {"purchase_model": MODELS["purchase_model"], "spend_model": GammaGammaModel().fit(few)}
    assert (plan["spend_model"].draw_params(500)["q"] <= 1).any()
    equity = customer_equity(few, **plan, discount_rate=0.1, horizon=52).iloc[0]
    assert 0 < equity["equity_lower"] < equity["equity"] < equity["equity_upper"]
    table = lifetime_value_table(few, **plan, discount_rate=0.1, horizon=52)
    assert table.notna().all().all()
    assert (table["lifetime_value_lower"] <= table["lifetime_value"]).all()
    assert (table["lifetime_value"] <= table["lifetime_value_upper"]).all()


# Rows that stand for several customers, and groups without a value.


def test_the_equity_of_rows_that_stand_for_several():
    plan = {**MODELS, "discount_rate": 0.1, "horizon": 52, "n_draws": 20}
    once = CUSTOMERS.iloc[:300]
    twice = customer_equity(pd.concat([once, once]), **plan)
    assert_frame_equal(customer_equity(once.assign(n_customers=2), **plan), twice, rtol=1e-9)


def test_a_group_of_whom_nobody_has_a_value_has_no_equity():
    table = customer_equity(TWO.assign(city=["x", "y"]), **KNOWN, discount_rate=0.1, by="city", n_draws=2)
    assert table["n_valued"].tolist() == [1, 0]
    assert table.loc[1, ["equity", "equity_lower", "equity_upper"]].isna().all()
    nobody = customer_equity(TWO.iloc[:0], **KNOWN, discount_rate=0.1, n_draws=2)
    assert nobody["n_customers"].item() == 0
    assert np.isnan(nobody["equity"].item())


def test_groups_come_in_the_order_of_their_category():
    levels = ["high", "alow"]
    plan = {**KNOWN, "discount_rate": 0.1, "by": "level", "n_draws": 2}
    ordered = TWO.assign(level=pd.Categorical(["alow", "high"], categories=levels))
    assert customer_equity(ordered, **plan)["level"].tolist() == levels
    polars = pl.from_pandas(TWO).with_columns(pl.Series("level", ["alow", "high"], dtype=pl.Enum(levels)))
    assert customer_equity(polars, **plan)["level"].to_list() == levels


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ([np.nan, 1.0], r"`customers\['level'\]` is missing in 1 row"),
        (["a", 1], r"`customers\['level'\]` holds values without a common order"),
    ],
)
def test_groups_that_are_none_are_refused(by, message):
    with pytest.raises(SchemaError, match=message):
        customer_equity(TWO.assign(level=by), **KNOWN, discount_rate=0.1, by="level")
    if isinstance(by[0], float):
        with pytest.raises(SchemaError, match=message):
            customer_equity(pl.from_pandas(TWO).with_columns(level=pl.Series(by)), **KNOWN, discount_rate=1, by="level")


# Of two customers the first is in the later group.
GROUPS = {
    "int": pd.Series([2, 1]),
    "nullable": pd.Series([2, 1], dtype="Int64"),
    "float": pd.Series([0.5, -0.5]),
    "bool": pd.Series([True, False]),
    "text": pd.Series(["b", "a"]),
    "string": pd.Series(["b", "a"], dtype="string"),
    "day": pd.Series(pd.to_datetime(["2024-02-01", "2024-01-01"])),
    "zoned": pd.Series(pd.to_datetime(["2024-02-01", "2024-01-01"])).dt.tz_localize("Asia/Shanghai"),
    "month": pd.Series(pd.PeriodIndex(["2024-02", "2024-01"], freq="M")),
    "category": pd.Series(pd.Categorical(["b", "a"])),
    "ordered": pd.Series(pd.Categorical(["a", "b"], categories=["c", "b", "a"], ordered=True)),
    "interval": pd.cut(pd.Series([7, 3]), [0, 5, 10]),
}


@pytest.mark.parametrize("kind", GROUPS)
def test_groups_of_any_type_keep_it(kind):
    customers = TWO.assign(level=GROUPS[kind].to_numpy() if kind in ("int", "float", "bool") else GROUPS[kind].array)
    found = customer_equity(customers, **KNOWN, discount_rate=0.1, by="level", n_draws=2)
    pd.testing.assert_series_equal(found["level"], customers["level"].iloc[::-1].reset_index(drop=True))
    assert found["n_valued"].tolist() == [0, 1]
    value = customer_lifetime_value(customers, **KNOWN, discount_rate=0.1)
    assert found["equity"].tolist()[1] == pytest.approx(value["ann"])
    # a column more changes nothing elsewhere
    assert_frame_equal(
        lifetime_value_table(customers, **KNOWN, discount_rate=0.1, n_draws=2),
        lifetime_value_table(TWO, **KNOWN, discount_rate=0.1, n_draws=2),
    )


def test_groups_of_polars_and_arrow_keep_their_type():
    levels = ["high", "low"]
    polars = pl.from_pandas(TWO).with_columns(pl.Series("level", levels[::-1], dtype=pl.Enum(levels)))
    plan = {**KNOWN, "discount_rate": 0.1, "by": "level", "n_draws": 2}
    assert customer_equity(polars, **plan)["level"].dtype == pl.Enum(levels)
    assert customer_equity(polars.lazy(), **plan).collect()["level"].to_list() == levels
    arrow = customer_equity(polars.with_columns(level=pl.Series([2, 1], dtype=pl.Int8)).to_arrow(), **plan)
    assert (str(arrow["level"].type), arrow["level"].to_pylist()) == ("int8", [1, 2])


@pytest.mark.parametrize("name", ["n_customers", "n_valued", "equity", "equity_lower", "equity_upper"])
def test_groups_that_would_hide_a_result_are_refused(name):
    with pytest.raises(ValueError, match=f"`by` must not be '{name}', which is a column of the result. Rename"):
        customer_equity(TWO.assign(**{name: 1}), **KNOWN, discount_rate=0.1, by=name)


@pytest.mark.parametrize("n_draws", [-1, 1, 2.5, None])
def test_draws_are_a_number_of_at_least_two(n_draws):
    with pytest.raises((TypeError, ValueError), match="`n_draws` must be"):
        customer_equity(TWO, **KNOWN, discount_rate=0.1, n_draws=n_draws)


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (0, "^`margin` is 0: nothing would be earned, and every value would be 0. Give the share"),
        (1.5, r"above 0 and at most 1; got 1.5.$"),
        (-0.3, r"above 0 and at most 1; got -0.3.$"),
        (30, r"^`margin` is the share of the amounts that is profit, .* got 30. Did you mean 0.3\?$"),
        (500, "got 500.$"),
    ],
)
def test_a_margin_is_a_share(margin, message):
    with pytest.raises(ValueError, match=message):
        customer_lifetime_value(TWO, **KNOWN, discount_rate=0.1, margin=margin)


def test_percentages_are_not_taken_for_rates():
    with pytest.raises(ValueError, match=r"`discount_rate` must be a rate per year .* got 10. Did you mean 0.1\?$"):
        customer_lifetime_value(TWO, **KNOWN, discount_rate=10)
    with pytest.raises(ValueError, match=r"`level` must lie between 0 and 1, got 95. Did you mean 0.95\?$"):
        customer_equity(TWO, **KNOWN, discount_rate=0.1, level=95)
    # rates of high inflation are rates
    assert customer_lifetime_value(TWO, **KNOWN, discount_rate=2.5)["ann"] > 0
