"""Money to come is net of refunds: what customers are expected to keep, and what that makes of their value."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import as_pandas

from crmkit import SchemaError, as_transactions, customer_summary, holdout_split, make_transactions
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

TERMS = {"discount_rate": 0.1, "horizon": 52, "margin": 0.3}
# Two who kept all of four purchase days, and two who sent back all of theirs.
HALF = pd.DataFrame(
    {
        "frequency": [3, 3, 3, 3],
        "recency": [60.0, 60.0, 60.0, 60.0],
        "T": [90.0, 90.0, 90.0, 90.0],
        "monetary_value": [20.0, 30.0, 24.0, 26.0],
        "spend": [80.0, 120.0, 0.0, 0.0],
        "returned": [0.0, 0.0, 100.0, 100.0],
    }
)


def log_with_returns(share, *, seed, n_customers=600, lag=5, whose=None):
    """Orders of two years, a share of which came back in full, or all of those of some customers."""
    orders = make_transactions(
        n_customers=n_customers, start="2023-01-01", end="2024-12-31", acquisition_days=200, refund_rate=0,
        mean_lifetime_days=2000, random_state=seed,
    ).orders[["customer_id", "date", "amount"]]  # fmt: skip
    back = np.random.default_rng(seed).random(len(orders)) < share if whose is None else whose(orders["customer_id"])
    refunds = orders[back].assign(
        date=lambda rows: rows["date"] + pd.Timedelta(days=lag), amount=lambda rows: -rows["amount"]
    )
    return as_transactions(pd.concat([orders, refunds]) if len(refunds) else orders)


LOG = log_with_returns(0.2, seed=8, n_customers=300)
CUSTOMERS = customer_summary(LOG, as_of="2024-06-30")
MODELS = {
    "purchase_model": BetaGeoModel(time_unit="W").fit(CUSTOMERS),
    "spend_model": GammaGammaModel(non_positive="drop", refund_lag_days=5.0).fit(CUSTOMERS),
}


# By hand.


def test_customers_who_differ_as_much_as_they_can_are_taken_at_their_own_rate():
    # half of the money came back; the rate of all weighs 0.1 purchase days, the least, beside each one's four
    model = GammaGammaModel().fit(HALF)
    assert (model.refund_rate_, model.refund_prior_days_) == (0.5, pytest.approx(0.1))
    kept = [1 - 0.05 / 4.1, 1 - 0.05 / 4.1, 1 - 4.05 / 4.1, 1 - 4.05 / 4.1]
    assert model.kept_share(HALF).tolist() == pytest.approx(kept)
    # of the ratio of two sums: four deviations of 50 and 100 * 0.5 or so from a sum of 400
    deviations = np.array([-40.0, -60.0, 50.0, 50.0]) / 400
    assert model.refund_rate_std_error_ == pytest.approx(np.sqrt((deviations**2).sum()))


def test_customers_who_do_not_differ_are_taken_at_the_rate_of_all():
    # everybody sends back a quarter
    alike = HALF.assign(spend=[60.0, 90.0, 75.0, 75.0], returned=[20.0, 30.0, 25.0, 25.0])
    model = GammaGammaModel().fit(alike)
    assert (model.refund_rate_, model.refund_prior_days_) == (0.25, pytest.approx(1000))
    assert model.kept_share(alike).tolist() == pytest.approx([0.75] * 4)


def test_purchases_younger_than_the_lag_are_left_out():
    # Quiet for 30 days, so that with a lag of 45 days the last purchase day is young, and of the two in between, who
    # lie anywhere in 60 days, 2 * 15 / 60; the first is 90 days old. 2.5 of 4 days are settled.
    model = GammaGammaModel(refund_lag_days=45).fit(HALF.assign(returned=[0.0, 0.0, 50.0, 50.0]))
    assert model.refund_rate_ == pytest.approx(100 / (2.5 / 4 * 300))
    found = HALF[3:].assign(returned=50.0, spend=50.0)
    prior = model.refund_prior_days_
    assert model.kept_share(found).tolist() == pytest.approx([1 - (2 + prior * model.refund_rate_) / (2.5 + prior)])


def test_those_of_whom_nothing_is_known_are_taken_at_the_rate_of_all():
    model = GammaGammaModel().fit(HALF)
    free = HALF[:1].assign(spend=0.0)
    assert model.kept_share(free).tolist() == [0.5]
    assert model.kept_share(HALF.drop(columns=["spend", "returned"])).tolist() == [0.5] * 4
    assert model.kept_share(HALF[:1].assign(frequency=np.nan)).isna().all()


def test_the_value_is_what_is_kept_of_it():
    model = {"purchase_model": NBDModel.from_params({"r": 2.0, "alpha": 10.0}), "spend_model": GammaGammaModel()}
    model["spend_model"].fit(HALF)
    gross, net = (customer_lifetime_value(HALF, **model, **TERMS, refunds=word) for word in ("gross", "net"))
    assert net.tolist() == pytest.approx((gross * model["spend_model"].kept_share(HALF)).tolist())
    equity = customer_equity(HALF, **model, **TERMS, n_draws=2)
    assert equity["kept_share"][0] == pytest.approx(net.sum() / gross.sum())


# Reference: Bühlmann and Gisler's estimators, written out customer by customer.


def test_the_weight_of_the_rate_of_all_is_that_of_buhlmann_and_straub():
    model = GammaGammaModel(non_positive="drop").fit(CUSTOMERS)
    bought = CUSTOMERS.dropna(subset="frequency")
    days = [frequency + 1 for frequency in bought["frequency"]]
    rates = [min(back / (spend + back), 1) for back, spend in zip(bought["returned"], bought["spend"], strict=True)]
    mean = sum(n * rate for n, rate in zip(days, rates, strict=True)) / sum(days)
    spread = sum(n * (rate - mean) ** 2 for n, rate in zip(days, rates, strict=True))
    # A purchase day is sent back or not: what is not between customers of mean (1 - mean) is within them.
    freedom = len(days) - 1
    size = sum(days) - sum(n * n for n in days) / sum(days)
    between = (spread - freedom * mean * (1 - mean)) / (size - freedom)
    within = mean * (1 - mean) - between
    assert model.refund_prior_days_ == pytest.approx(within / between)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_forecast_over_net_revenue_does_not_depend_on_what_is_sent_back(share):
    # Three logs of two years, the second forecast from the first; with nothing sent back the mean is 0.98.
    net, gross = [], []
    for seed in (1, 2, 3):
        holdout = holdout_split(
            log_with_returns(share, seed=seed), calibration_end="2023-12-31", observation_end="2024-12-31"
        )
        models = {
            "purchase_model": ParetoNBDModel(time_unit="W").fit(holdout),
            "spend_model": GammaGammaModel(non_positive="drop", refund_lag_days=5.0).fit(holdout),
        }
        for word, found in (("net", net), ("gross", gross)):
            value = customer_lifetime_value(holdout, **models, discount_rate=0, horizon=366 / 7, refunds=word)
            found.append(value.sum() / holdout["holdout_spend"].sum())
    assert np.mean(net) == pytest.approx(1, abs=0.04)
    assert np.mean(gross) == pytest.approx(1 / (1 - share), abs=0.06)


def test_customers_who_send_everything_back_are_worth_next_to_nothing():
    customers = customer_summary(
        log_with_returns(0, seed=4, n_customers=300, lag=2, whose=lambda ids: ids % 2 == 0), as_of="2024-12-31"
    )
    models = {
        "purchase_model": ParetoNBDModel(time_unit="W").fit(customers),
        "spend_model": GammaGammaModel().fit(customers),
    }
    sends_back = customers["customer_id"] % 2 == 0
    gross, net = (customer_lifetime_value(customers, **models, **TERMS, refunds=word) for word in ("gross", "net"))
    assert gross[sends_back].sum() > 0.4 * gross.sum()
    assert net[sends_back].sum() < 0.02 * net.sum()
    assert net[~sends_back].sum() == pytest.approx(gross[~sends_back].sum(), rel=0.02)


# Laws.


def test_without_refunds_nothing_changes():
    customers = customer_summary(log_with_returns(0, seed=8, n_customers=300), as_of="2024-06-30")
    without = customers.drop(columns="returned")
    tables = []
    for rows in (customers, without):
        models = {"purchase_model": BetaGeoModel().fit(rows), "spend_model": GammaGammaModel().fit(rows)}
        tables.append(lifetime_value_table(rows, **models, **TERMS, n_draws=20))
    assert_frame_equal(*tables, check_exact=True)
    assert (tables[0]["kept_share"] == 1).all()


def test_one_customer_is_worth_what_they_are_among_all():
    value = customer_lifetime_value(CUSTOMERS, **MODELS, **TERMS)
    alone = [customer_lifetime_value(CUSTOMERS[at : at + 1], **MODELS, **TERMS).iloc[0] for at in range(20)]
    assert alone == pytest.approx(value[:20].tolist(), nan_ok=True)


@given(st.sampled_from([1e-3, 0.01, 7.1, 1e6]))
@few()
def test_the_unit_of_money_changes_nothing_but_money(unit):
    scaled = CUSTOMERS.assign(**{name: CUSTOMERS[name] * unit for name in ("spend", "returned", "monetary_value")})
    model = GammaGammaModel(non_positive="drop", refund_lag_days=5.0).fit(scaled)
    kept = MODELS["spend_model"].kept_share(CUSTOMERS)
    assert model.kept_share(scaled).to_numpy() == pytest.approx(kept.to_numpy(), nan_ok=True)
    assert kept.dropna().between(0, 1).all()


def test_who_sends_back_more_keeps_less():
    keeps = MODELS["spend_model"].kept_share(CUSTOMERS)
    less = MODELS["spend_model"].kept_share(
        CUSTOMERS.assign(spend=CUSTOMERS["spend"] - 1, returned=CUSTOMERS["returned"] + 1)
    )
    assert (less <= keeps)[keeps.notna()].all()
    assert (less < keeps).mean() > 0.7


def test_years_and_tables_are_net_too():
    year = 365.25 / 7
    value = customer_lifetime_value(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=year)
    by_year = lifetime_value_by_year(CUSTOMERS, **MODELS, discount_rate=0.1, n_years=1)
    assert by_year["year_1"].to_numpy() == pytest.approx(value.to_numpy(), nan_ok=True)
    table = lifetime_value_table(CUSTOMERS, **MODELS, discount_rate=0.1, horizon=year, n_draws=50)
    parts = table["discounted_purchases"] * table["expected_spend"] * table["kept_share"]
    assert table["lifetime_value"].to_numpy() == pytest.approx(parts.to_numpy(), nan_ok=True)
    inside = table["lifetime_value"].between(table["lifetime_value_lower"], table["lifetime_value_upper"])
    assert inside[table["lifetime_value"].notna()].mean() > 0.95


def test_an_uncertain_rate_widens_the_interval():
    surely = GammaGammaModel.from_json(MODELS["spend_model"].to_json())
    surely.refund_rate_std_error_ = 0.0
    ends = [
        customer_equity(CUSTOMERS[:100], **{**MODELS, "spend_model": model}, **TERMS, n_draws=200).iloc[0]
        for model in (surely, MODELS["spend_model"])
    ]
    widths = [end["equity_upper"] - end["equity_lower"] for end in ends]
    assert widths[0] < widths[1] < 1.5 * widths[0]


def test_every_kind_of_frame_gives_the_same(build):
    columns = ["customer_id", "frequency", "recency", "T", "monetary_value", "spend", "returned"]
    customers = CUSTOMERS[columns]
    expected = customer_lifetime_value(customers, **MODELS, **TERMS).to_numpy()
    built = build(customers)
    found = customer_lifetime_value(built, **MODELS, **TERMS)
    if build.is_engine:
        found = as_pandas(found).sort_values("customer_id")["lifetime_value"]
    assert pd.Series(found).to_numpy(dtype=float) == pytest.approx(expected, nan_ok=True)
    # Where the table does not say what was returned, everybody is taken at the rate of all.
    found = customer_lifetime_value(build(customers.drop(columns=["spend", "returned"])), **MODELS, **TERMS)
    if build.is_engine:
        found = as_pandas(found).sort_values("customer_id")["lifetime_value"]
    gross = customer_lifetime_value(customers, **MODELS, **TERMS, refunds="gross").to_numpy()
    kept = 1 - MODELS["spend_model"].refund_rate_
    assert pd.Series(found).to_numpy(dtype=float) == pytest.approx(gross * kept, nan_ok=True)


def test_json_keeps_what_was_learned_of_refunds():
    model = MODELS["spend_model"]
    again = GammaGammaModel.from_json(model.to_json())
    assert again.kept_share(CUSTOMERS).equals(model.kept_share(CUSTOMERS))
    # It is closed: another lag waits for the next fit.
    again.refund_lag_days = 400
    assert again.kept_share(CUSTOMERS).equals(model.kept_share(CUSTOMERS))


# Refusals.


def test_refunds_are_not_left_out_unsaid(build):
    spend = GammaGammaModel().fit(HALF.drop(columns="returned"))
    models = {"purchase_model": NBDModel.from_params({"r": 2.0, "alpha": 10.0}), "spend_model": spend}
    customers = build(HALF.assign(customer_id=[1, 2, 3, 4]))
    with pytest.raises(SchemaError, match=r"returned'\]` holds refunds, and `spend_model` has learned no rate of them"):
        customer_lifetime_value(customers, **models, **TERMS)
    gross = customer_lifetime_value(customers, **models, **TERMS, refunds="gross")
    kept = customer_lifetime_value(build(HALF.assign(customer_id=[1, 2, 3, 4], returned=0.0)), **models, **TERMS)
    values = [as_pandas(one)["lifetime_value"] if build.is_engine else pd.Series(one) for one in (gross, kept)]
    assert sorted(values[0]) == pytest.approx(sorted(values[1]))


def test_impossible_options_and_columns():
    with pytest.raises(ValueError, match=r"`refunds` must be one of \['gross', 'net'\], got 'some'"):
        customer_lifetime_value(CUSTOMERS, **MODELS, **TERMS, refunds="some")
    with pytest.raises(ValueError, match=r"`refund_lag_days` must be a number of days, 0 or more, got -1"):
        GammaGammaModel(refund_lag_days=-1).fit(HALF)
    with pytest.raises(TypeError, match=r"`refund_lag_days` must be a number, got '5'"):
        GammaGammaModel(refund_lag_days="5").fit(HALF)
    with pytest.raises(SchemaError, match=r"customers\['returned'\]` is below 0 in 1 row, first at rows \[2\]"):
        GammaGammaModel().fit(HALF.assign(returned=[0.0, 0.0, -1.0, 0.0]))
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['spend'\]"):
        GammaGammaModel().fit(HALF.drop(columns="spend"))


@pytest.mark.parametrize(
    ("name", "value"), [("refund_rate_", 1.5), ("refund_rate_std_error_", -0.1), ("refund_prior_days_", 0.0)]
)
def test_json_that_no_fit_wrote(name, value):
    record = json.loads(MODELS["spend_model"].to_json())
    record["state"][name] = value
    with pytest.raises(ValueError, match=r"`text` must be what GammaGammaModel.to_json wrote"):
        GammaGammaModel.from_json(json.dumps(record))


# Input untouched.


def test_the_table_given_is_not_changed():
    before = CUSTOMERS.copy()
    customer_equity(CUSTOMERS, **MODELS, **TERMS, n_draws=5)
    assert_frame_equal(CUSTOMERS, before)
