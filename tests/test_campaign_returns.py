"""What campaigns returned: by hand, beside the effects, and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_contacts
from crmkit.loyalty.campaigns import campaign_effect_table, campaign_return_table

OFFER = as_contacts(
    pd.DataFrame(
        {
            "customer_id": range(10),
            "arm": ["offer"] * 6 + ["none"] * 4,
            "kept": [1, 1, 1, 0, 1, 1, 1, 0, 0, 1],
            "spend": [10.0, 20.0, 30.0, 0.0, 8.0, 22.0, 4.0, 0.0, 0.0, 16.0],
            "cost": [2.0] * 6 + [0.0] * 4,
        }
    ),
    outcomes=["kept", "spend"],
    control="none",
    cost="cost",
)


# By hand.


def test_a_campaign_that_paid():
    # 90 / 6 = 15 against 20 / 4 = 5: 10 more for each of 6. 5 of 6 kept against 2 of 4: 1/3 more for each.
    found = campaign_return_table(OFFER, spend="spend", margin=0.5, response="kept", fixed_cost=3).iloc[0]
    assert found[["n_customers", "cost", "incremental_revenue", "incremental_margin"]].tolist() == [6, 15, 60, 30]
    assert found["incremental_profit"] == pytest.approx(15)
    assert found["return_on_marketing_investment"] == pytest.approx(1)
    assert found[["revenue_per_cost", "margin_per_cost"]].tolist() == pytest.approx([4, 2])
    assert found["incremental_responses"] == pytest.approx(2)
    assert found["cost_per_incremental_response"] == pytest.approx(7.5)
    # Half of 90 for 5 responses is 9; 2.5 for each customer are earned by 2.5 / 9 more of them.
    assert found["margin_per_response"] == pytest.approx(9)
    assert found["break_even_difference"] == pytest.approx(2.5 / 9)
    assert found["break_even_response_rate"] == pytest.approx(0.5 + 2.5 / 9)
    assert np.isnan(found["cost_per_response_upper"])
    assert found["cost_per_response_lower"] == pytest.approx(15 / found["responses_upper"])


def test_what_a_customer_kept_is_worth():
    found = campaign_return_table(OFFER, response="kept", response_value=60).iloc[0]
    assert found["incremental_margin"] == pytest.approx(120)
    assert found["incremental_profit"] == pytest.approx(108)
    assert found["break_even_difference"] == pytest.approx(2 / 60)
    assert np.isnan(found["incremental_revenue"])


def test_without_a_cost_there_is_no_return_on_it():
    found = campaign_return_table(OFFER.assign(cost=0.0), spend="spend", margin=1).iloc[0]
    assert found["incremental_profit"] == found["incremental_revenue"] == 60
    assert np.isnan(found["return_on_marketing_investment"])
    assert np.isnan(found["response_rate"])


def test_fixed_costs_are_those_of_the_customers_judged():
    days = pd.to_datetime(["2024-03-01"] * 3 + ["2024-03-20"] * 3 + ["2024-03-01"] * 4)
    contacts = OFFER.assign(date=days, window_days=7.0)
    found = campaign_return_table(contacts, spend="spend", margin=1, fixed_cost=10, as_of="2024-03-10").iloc[0]
    assert found[["n_customers", "n_open", "cost"]].tolist() == [3, 3, 6 + 5]


# Reference: the effects of the same contacts.


def test_intervals_are_those_of_the_effects():
    profit = OFFER.assign(profit=0.3 * OFFER["spend"] - OFFER["cost"])
    effect = campaign_effect_table(profit, outcomes=["profit", "spend", "kept"]).set_index("outcome")
    found = campaign_return_table(OFFER, spend="spend", margin=0.3, response="kept").iloc[0]
    for start, outcome in (("profit", "profit"), ("revenue", "spend"), ("responses", "kept")):
        ends = found[[f"{start}_lower", f"{start}_upper"]].astype(float).tolist()
        assert ends == pytest.approx(effect.loc[outcome, ["incremental_lower", "incremental_upper"]].tolist())


# Law.


@given(st.floats(0.05, 1), st.floats(0, 1000))
def test_margin_less_cost_is_profit(margin, fixed_cost):
    found = campaign_return_table(OFFER, spend="spend", margin=margin, fixed_cost=fixed_cost).iloc[0]
    assert found["incremental_profit"] == pytest.approx(found["incremental_margin"] - found["cost"])
    assert found["profit_lower"] <= found["incremental_profit"] <= found["profit_upper"]


def test_every_kind_of_frame_gives_the_same(build):
    plain = OFFER.assign(date=pd.Timestamp("2024-03-01"), window_days=14.0)
    asked = {"spend": "spend", "margin": 0.5, "response": "kept", "as_of": "2024-04-01"}
    assert_same_rows(as_pandas(campaign_return_table(build(plain), **asked)), campaign_return_table(plain, **asked))


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "Give either `spend` with `margin`"),
        ({"spend": "spend"}, ValueError, "Give either `spend` with `margin`"),
        ({"response": "kept"}, ValueError, "Give either `spend` with `margin`"),
        ({"spend": "spend", "margin": 1, "response": "kept", "response_value": 9}, ValueError, "counted once"),
        ({"spend": "spend", "margin": 40}, ValueError, "`margin`"),
        ({"spend": "spend", "margin": 0.4, "fixed_cost": -1}, ValueError, "`fixed_cost` must be 0 or more"),
        ({"response": "kept", "response_value": -1}, ValueError, "`response_value` must be 0 or more"),
        ({"response": "kept", "response_value": 0}, ValueError, "`response_value` must be above 0"),
        ({"response": "spend", "response_value": 1}, SchemaError, "`response` must hold 0 and 1"),
        ({"spend": "spend", "margin": 0.4, "by": "cost"}, ValueError, "`by` names 'cost'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        campaign_return_table(OFFER, **arguments)


def test_costs_that_are_not_known_are_refused():
    with pytest.raises(SchemaError, match=r"'cost'.* must hold numbers, none missing"):
        campaign_return_table(OFFER.assign(cost=np.nan), spend="spend", margin=0.4)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = OFFER.copy()
    campaign_return_table(OFFER, spend="spend", margin=0.4)
    pd.testing.assert_frame_equal(OFFER, before)
