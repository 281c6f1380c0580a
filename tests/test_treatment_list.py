"""Whom it pays to treat: the closed form, the list under limits, and where everybody went."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import SchemaError
from crmkit.loyalty.campaigns import treatment_audit, treatment_list, treatment_profit, treatment_threshold

BASE = pd.DataFrame({"customer_id": ["ann", "bo", "cy", "dee"], "u": [0.2, 0.05, 0.1, -0.1], "p": [0.1, 0.8, 0.0, 0.3]})
ASKED = {
    "uplift": "u", "response_value": 20, "probability_without": "p", "incentive_cost": 5, "contact_cost": 1,
    "control_share": 0,
}  # fmt: skip


# By hand


def test_the_closed_form_by_hand():
    # Of 100 treated 10 buy anyway and 20 more: 20 · 20 earned, 30 vouchers of 5, 100 letters: 400 - 150 - 100 = 150.
    asked = {"response_value": 20, "probability_without": 0.1, "incentive_cost": 5, "contact_cost": 1}
    assert treatment_profit(uplift=0.2, **asked) == pytest.approx(1.5)
    assert treatment_threshold(**asked) == pytest.approx(0.1)
    assert treatment_profit(uplift=0.1, **asked) == pytest.approx(0)


def test_the_list_and_the_audit_by_hand():
    found = treatment_list(BASE, **ASKED)
    assert found["customer_id"].tolist() == ["ann", "cy"]
    assert found["expected_profit"].tolist() == pytest.approx([1.5, 0.5])
    # 1 + 5 · .3 and 1 + 5 · .1
    assert found["cost"].tolist() == pytest.approx([2.5, 1.5])
    assert treatment_list(BASE, **ASKED, budget=3)["customer_id"].tolist() == ["ann"]
    audit = treatment_audit(BASE, **ASKED, capacity=1).set_index("decision")
    assert audit["n_customers"].to_dict() == {
        "treat": 1, "control": 0, "beyond_limits": 1, "does_not_pay": 2, "given": 4,
    }  # fmt: skip


# Laws

MONEY = st.floats(0, 1000)
SHARE = st.floats(0, 1)


@given(st.floats(-1, 1), st.floats(-100, 1000), SHARE, MONEY, MONEY)
def test_it_pays_exactly_above_the_threshold(uplift, value, anyway, incentive, contact):
    asked = {
        "response_value": value,
        "probability_without": anyway,
        "incentive_cost": incentive,
        "contact_cost": contact,
    }
    threshold, profit = treatment_threshold(**asked), treatment_profit(uplift=uplift, **asked)
    if value <= incentive:
        assert np.isnan(threshold)
        assert value < 0 or profit <= 0
    elif abs(uplift - threshold) > 1e-6:
        assert (uplift > threshold) == (profit > 0)


@given(st.integers(0, 500), st.floats(0, 40), st.floats(0, 40))
def test_more_budget_never_earns_less(seed, budget, more):
    rng = np.random.default_rng(seed)
    base = pd.DataFrame({"customer_id": np.arange(20), "u": rng.random(20) / 2, "p": rng.random(20) / 2})
    first, second = (treatment_list(base, **ASKED, budget=each) for each in (budget, budget + more))
    assert first["cost"].sum() <= budget * (1 + 1e-9)
    assert second["expected_profit"].sum() >= first["expected_profit"].sum() - 1e-9


def test_controls_cost_nothing_and_are_drawn_from_the_list():
    rng = np.random.default_rng(0)
    base = pd.DataFrame({"customer_id": np.arange(1000), "u": rng.random(1000), "p": 0.0})
    found = treatment_list(base, **{**ASKED, "control_share": 0.2})
    is_control = found["arm"] == "control"
    assert is_control.mean() == pytest.approx(0.2, abs=0.002)
    assert (found.loc[is_control, "cost"] == 0).all()
    assert found.loc[is_control, "rank"].mean() == pytest.approx(len(found) / 2, rel=0.1)
    assert isinstance(treatment_list(pl.from_pandas(base), **ASKED), pl.DataFrame)


# Refusals


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"uplift": "v"}, SchemaError, "`customers` has no column 'v', which `uplift` names"),
        ({"probability_without": 1.5}, ValueError, "`probability_without` must not exceed 1"),
        ({"incentive_cost": -1}, ValueError, "`incentive_cost` must not be below 0"),
        ({"response_value": None}, TypeError, "`response_value` must be a number or the name of a column"),
        ({"control_share": 1}, ValueError, "`control_share`"),
        ({"budget": -1}, ValueError, "`budget` must not be below 0"),
    ],
)
def test_wrong_arguments_are_refused(changes, error, message):
    for call in (treatment_list, treatment_audit):
        with pytest.raises(error, match=message):
            call(BASE, **{**ASKED, **changes})


@pytest.mark.parametrize("name", ["uplift", "response_value", "incentive_cost", "contact_cost"])
def test_numbers_too_large_to_compute_with_are_refused(name):
    given = {"uplift": 0.1, "response_value": 20, "probability_without": 0.1, "incentive_cost": 1, "contact_cost": 1}
    said = rf"`{name}` has a value of size 1e\+200, too large to compute with"
    given[name] = 1e200
    with pytest.raises(ValueError, match=said):
        treatment_profit(**given)
    with pytest.raises(ValueError, match=said):
        treatment_list(BASE, **given, control_share=0)
    if name != "uplift":
        del given["uplift"]
        with pytest.raises(ValueError, match=said):
            treatment_threshold(**given)


def test_a_response_that_earns_next_to_nothing_has_no_threshold():
    given = {"probability_without": 0.1, "incentive_cost": 0}
    with pytest.raises(
        ValueError, match="`response_value` less `incentive_cost` is 1e-320, too little to divide a cost by"
    ):
        treatment_threshold(response_value=[20, 1e-320], contact_cost=1, **given)
    assert treatment_threshold(response_value=1e-320, contact_cost=0, **given) == 0


def test_wrong_customers_are_refused():
    with pytest.raises(SchemaError, match="more than once"):
        treatment_list(pd.concat([BASE, BASE]), **ASKED)
    with pytest.raises(SchemaError, match=r"`customers\['u'\]` is missing in 1 row"):
        treatment_list(BASE.assign(u=[np.nan, 0, 0, 0]), **ASKED)


# Input untouched


def test_the_table_given_stays_as_it_was():
    base = BASE.copy()
    treatment_list(base, **ASKED)
    pd.testing.assert_frame_equal(base, BASE)
