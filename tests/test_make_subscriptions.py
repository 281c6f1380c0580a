"""The simulator of subscriptions: its law, its days, and the truth that it tells."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to

from crmkit import make_subscriptions
from crmkit.value.contracts import ShiftedBetaGeoModel

LARGE = {"n_customers": 20_000, "acquisition_days": 30, "random_state": 5}
LAST = pd.Timestamp("2024-12-31")


@pytest.fixture(scope="module")
def large():
    return make_subscriptions(**LARGE)


# By hand


def test_months_begin_on_the_day_of_the_contract_or_on_the_last_of_a_shorter_month():
    # all begin on 31 January, and prices change or customers leave at every renewal
    subscriptions, truth = make_subscriptions(
        n_customers=400, start="2024-01-31", end="2024-06-30", acquisition_days=1, trial_share=0, churn_alpha=1,
        churn_beta=4, upgrade_rate=0.5, downgrade_rate=0.5, random_state=1,
    )  # fmt: skip
    assert set(truth["contract_start"]) == {pd.Timestamp("2024-01-31")}
    ends = set(subscriptions["end"].dropna())
    assert ends == set(pd.to_datetime(["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"]))


def test_a_lost_customer_leaves_at_the_renewal_that_the_truth_tells(large):
    subscriptions, truth = large
    paid = subscriptions[~subscriptions["trial"]]
    last = paid.groupby("customer_id").tail(1).merge(truth, on="customer_id")
    months = (last["end"].dt.year - last["contract_start"].dt.year) * 12
    months += last["end"].dt.month - last["contract_start"].dt.month
    left = last["end"].notna()
    assert left.any()
    assert (months[left] == last.loc[left, "lost_at_renewal"]).all()


def test_notice_comes_before_the_end_and_is_known_in_the_log(large):
    spells = large.subscriptions
    ended = spells.dropna(subset=["end"])
    assert (ended["end_known"] <= ended["end"]).all()
    assert (ended["end_known"] >= ended["start"]).all()
    assert (ended["end_known"] <= LAST).all()
    assert spells["end"].isna().equals(spells["end_known"].isna())
    assert (ended["end"] > LAST).any()


def test_trials_are_free_and_last_as_told(large):
    subscriptions, truth = large
    trials = subscriptions[subscriptions["trial"]]
    assert len(trials) == round(0.3 * LARGE["n_customers"])
    assert (trials["mrr"] == 0).all()
    assert ((trials["end"] - trials["start"]).dt.days == 14).all()
    # 60 % of 6,000; four standard errors of 0.0063
    share = truth.loc[trials["customer_id"] - 1, "converts"].mean()
    assert share == pytest.approx(0.6, abs=0.026)
    converted = truth.loc[trials["customer_id"] - 1].query("converts")
    assert (converted["contract_start"] - converted["acquired"]).dt.days.eq(14).all()


# Reference: Fader and Hardie (2007), eq. 5: P(lost at the first renewal) = alpha / (alpha + beta)


def test_the_shapes_of_the_churn_are_recovered(large):
    truth = large.truth.query("converts")
    n = len(truth)
    assert (truth["lost_at_renewal"] == 1).mean() == pytest.approx(1 / 16, abs=4 * np.sqrt(1 / 16 * 15 / 16 / n))
    seen = np.minimum(truth["lost_at_renewal"], 30)
    contracts = pd.DataFrame(
        {"tenure": seen - (truth["lost_at_renewal"] > 30), "churned": truth["lost_at_renewal"] <= 30}
    )
    params = ShiftedBetaGeoModel().fit(contracts).params_
    assert params.loc["alpha", "estimate"] == pytest.approx(1, abs=4 * params.loc["alpha", "std_error"])
    assert params.loc["beta", "estimate"] == pytest.approx(15, abs=4 * params.loc["beta", "std_error"])


def test_prices_rise_and_fall_at_their_rates():
    # nobody leaves, three steps, everybody in the middle or beside it: 10 % rise unless at the top
    subscriptions, _ = make_subscriptions(
        n_customers=20_000, start="2024-01-01", end="2024-02-28", acquisition_days=1, trial_share=0, churn_alpha=1e-6,
        churn_beta=1e6, upgrade_rate=0.1, downgrade_rate=0.05, random_state=2,
    )  # fmt: skip
    first, second = (
        subscriptions.groupby("customer_id")["mrr"].first(),
        subscriptions.groupby("customer_id")["mrr"].last(),
    )
    middle = first == 50
    for price, rate in ((120, 0.1), (20, 0.05)):
        assert (second[middle] == price).mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / middle.sum()))


# Law


@up_to(15)
@given(
    st.integers(1, 60),
    st.integers(0, 10_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([(1.0,), (1.0, 2.0), (5, 9, 20, 21)]),
)
def test_spells_touch_and_change_price(n_customers, seed, trial_share, conversion, prices):
    options = {"trial_share": trial_share, "trial_conversion": conversion, "prices": prices}
    spells, truth = make_subscriptions(n_customers=n_customers, random_state=seed, **options)
    assert truth["customer_id"].tolist() == list(range(1, n_customers + 1))
    own = spells.groupby("customer_id")
    following, price = own["start"].shift(-1), own["mrr"].shift(-1)
    followed = following.notna()
    assert (following[followed] == spells.loc[followed, "end"]).all()
    assert (price[followed] != spells.loc[followed, "mrr"]).all()
    assert set(spells["mrr"]) <= {0.0, *map(float, prices)}
    assert (spells["start"] <= LAST).all()


def test_a_seed_gives_the_same_tables_and_another_others():
    first, again, other = (make_subscriptions(random_state=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first.subscriptions, again.subscriptions)
    pd.testing.assert_frame_equal(first.truth, again.truth)
    assert not first.subscriptions.equals(other.subscriptions)
    assert first.subscriptions.dtypes.astype(str).to_dict() == {
        "customer_id": "int64", **dict.fromkeys(("start", "end", "end_known"), "datetime64[us]"), "mrr": "float64",
        "trial": "bool",
    }  # fmt: skip


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_customers": 0}, ValueError, "`n_customers` must be at least 1"),
        ({"prices": 5}, TypeError, r"`prices` must be numbers above 0, each above the one before, got 5\."),
        ({"prices": ["a"]}, TypeError, "`prices` must be numbers above 0"),
        ({"prices": []}, ValueError, "`prices` must be numbers above 0"),
        ({"prices": [0, 1]}, ValueError, "`prices` must be numbers above 0"),
        ({"prices": [2, 2]}, ValueError, "`prices` must be numbers above 0"),
        ({"churn_alpha": 0}, ValueError, "`churn_alpha` must be a finite number above 0, got 0"),
        ({"churn_beta": "x"}, TypeError, "`churn_beta` must be a number above 0, got 'x'"),
        ({"upgrade_rate": 2}, ValueError, "`upgrade_rate` must lie between 0 and 1"),
        (
            {"upgrade_rate": 0.7, "downgrade_rate": 0.4},
            ValueError,
            r"`upgrade_rate` and `downgrade_rate` must not add up to more than 1, got 0\.7 and 0\.4\.",
        ),
        ({"trial_days": 0}, ValueError, "`trial_days` must be at least 1"),
        ({"trial_share": 1.1}, ValueError, "`trial_share` must lie between 0 and 1"),
        ({"acquisition_days": 5000}, ValueError, "`acquisition_days` must be at most 1096"),
        ({"random_state": "x"}, TypeError, "`random_state` must be an int"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make_subscriptions(**options)
