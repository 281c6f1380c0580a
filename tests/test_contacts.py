"""The door of campaign contacts: arms, control group, outcomes; every row accounted for, from every frame."""

import numpy as np
import pandas as pd
import pytest
from tests.frames import Builder, as_pandas, assert_same_rows, rows

from crmkit import SchemaError, as_contacts, audit_contacts, make_contacts, rejected_contacts

MAILING = pd.DataFrame(
    {
        "customer_id": ["ann", "bo", "cy", "dee"],
        "arm": ["letter", "letter", "none", "call"],
        "sent": ["2024-03-01", "2024-03-02", None, "2024-03-01"],
        "bought": [True, False, False, True],
        "spend": [20.0, 0.0, 5.0, 7.5],
        "region": ["north", "south", "north", "south"],
    }
)
ASKED = {"outcomes": ["bought", "spend"], "control": "none"}


def mailing(**changes):
    return MAILING.assign(**changes)


# By hand.


def test_the_columns_by_hand():
    found = as_contacts(MAILING, **ASKED, date="sent", cost=0.5, window_days=14, keep=["region"])
    assert rows(found) == [
        ("ann", "campaign", "letter", True, "2024-03-01", 14, 0.5, 1, 20, "north"),
        ("bo", "campaign", "letter", True, "2024-03-02", 14, 0.5, 0, 0, "south"),
        ("cy", "campaign", "none", False, None, 14, 0, 0, 5, "north"),
        ("dee", "campaign", "call", True, "2024-03-01", 14, 0.5, 1, 7.5, "south"),
    ]
    assert list(found.columns) == [
        *("customer_id", "campaign", "arm", "treated", "date", "window_days", "cost", "bought", "spend", "region")
    ]


def test_what_is_not_named_is_missing():
    found = as_contacts(MAILING, **ASKED)
    assert found[["date", "window_days", "cost"]].isna().all(axis=None)


def test_without_a_control_group_all_were_contacted():
    assert as_contacts(MAILING, outcomes=["spend"], control=None)["treated"].all()


def test_rows_can_be_customers_of_their_own(build_in_memory):
    found = as_pandas(as_contacts(build_in_memory(MAILING.drop(columns="customer_id")), **ASKED, customer_id=None))
    assert found["customer_id"].tolist() == [0, 1, 2, 3]


def test_the_same_customer_may_be_in_several_campaigns():
    both = pd.concat([mailing(wave=1), mailing(wave=2, arm=["none", "letter", "letter", "call"])])
    assert len(as_contacts(both, **ASKED, campaign="wave")) == 8


def test_outcomes_that_are_written_out_count_as_flags():
    given = pd.DataFrame({"customer_id": [1, 2, 3], "arm": ["a"] * 3, "came": ["True", "false", "True"]})
    given = given.assign(zh=["是", "否", "否"], odd=["yes", "2", "no"])
    found = as_contacts(given, outcomes=["came", "zh"], control=None)
    assert (found["came"].tolist(), found["zh"].tolist()) == ([1, 0, 1], [1, 0, 0])
    # numbers with words among them are numbers
    left = as_contacts(given, outcomes=["odd"], control=None, invalid="drop")
    assert rows(left, columns=["customer_id", "odd"]) == [(2, 2)]


def test_every_row_has_one_reason():
    odd = pd.DataFrame(
        {
            "customer_id": [None, "ann", "ann", "bo", "bo", "cy", "dee", "eve"],
            "arm": ["letter", "letter", "none", "letter", "letter", None, "letter", "none"],
            "spend": [1.0, 1.0, 1.0, 1.0, 2.0, 1.0, None, 4.0],
            "cost": [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, -1.0, 0.0],
        }
    )
    asked = {"outcomes": ["spend"], "control": "none", "cost": "cost"}
    audit = audit_contacts(odd, **asked).set_index("reason")["n_rows"]
    assert audit[audit > 0].to_dict() == {
        "no_customer": 1,
        "no_arm": 1,
        "in_both_groups": 2,
        "repeated_contact": 2,
        "unusable_cost": 1,
        "control": 1,
        "given": 8,
    }
    assert rejected_contacts(odd, **asked)["rejected_because"].tolist() == [
        *("no_customer", "in_both_groups", "in_both_groups", "repeated_contact", "repeated_contact", "no_arm"),
        "unusable_cost",
    ]
    assert rows(as_contacts(odd, **asked, invalid="drop"), columns=["customer_id", "spend"]) == [("eve", 4)]


def test_every_kind_of_frame_gives_the_same(build):
    typed = mailing(sent=pd.to_datetime(MAILING["sent"]))
    asked = {**ASKED, "date": "sent", "cost": 0.5, "keep": ["region"]}
    assert_same_rows(as_contacts(build(typed), **asked), as_contacts(typed, **asked))
    assert_same_rows(audit_contacts(build(typed), **ASKED, date="sent"), audit_contacts(typed, **ASKED, date="sent"))


# Reference: the truth of a simulation.


def test_the_simulated_truth_is_what_is_counted():
    contacts, truth = make_contacts(n_customers=200_000, effect=0.03, base_rate=0.08, random_state=3)
    found = as_contacts(contacts, outcomes=["conversion", "spend"], control="none").groupby("treated")
    rates, spend = found["conversion"].mean(), found["spend"].sum() / found["conversion"].sum()
    assert rates[False] == pytest.approx(0.08, abs=0.005)
    assert rates[True] == pytest.approx(0.11, abs=0.003)
    assert spend.tolist() == pytest.approx([40, 40], rel=0.03)
    assert (truth["probability_with"] - truth["probability_without"]).mean() == pytest.approx(0.03, abs=1e-3)
    assert (truth["probability_with"] >= truth["probability_without"]).all()


def test_a_contact_may_do_harm():
    _, truth = make_contacts(effect=-0.02, random_state=1, n_campaigns=2)
    assert len(truth) == 10_000
    assert (truth["probability_with"] < truth["probability_without"]).all()


def test_an_effect_that_differs_is_told_by_age_and_channel_and_not_by_the_past():
    contacts, truth = make_contacts(n_customers=100_000, effect=0.03, effect_variation=0.8, random_state=2)
    uplift = truth["probability_with"] - truth["probability_without"]
    assert (uplift.mean(), uplift.std()) == pytest.approx((0.03, 0.03 * 0.8), rel=0.03)
    assert (uplift < 0).any()
    assert uplift.groupby(contacts["channel"]).mean().rank().to_dict() == {"shop": 1, "web": 2, "app": 3}
    known = contacts[["past_orders", "past_spend", "age"]]
    assert known.corrwith(uplift).tolist() == pytest.approx([0, 0, -np.sqrt(0.5)], abs=0.1)
    assert (known.corrwith(truth["probability_without"])[["past_orders", "past_spend"]] > 0.4).all()
    assert (contacts["days_since_last"].isna() == (contacts["past_orders"] == 0)).all()
    alike, same = make_contacts(n_customers=100, effect_variation=0, random_state=2)
    assert (same["probability_with"] - same["probability_without"]).between(0, 0.03).all()
    assert list(alike.columns) == list(contacts.columns)


# Refusals.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customer_id": ["ann", "ann", "cy", "dee"]}, "2 of customers who stand several times in a campaign"),
        ({"customer_id": ["ann", "cy", "cy", "dee"]}, "2 of customers who are in the control group of a campaign and"),
        ({"spend": [1.0, np.nan, 2.0, 3.0]}, "1 with an outcome that is missing"),
        ({"arm": ["letter", "", "none", "call"]}, "1 without an arm"),
        ({"sent": ["2024-03-01", "soon", None, None]}, "1 with an unusable date"),
        ({"customer_id": ["ann", None, "cy", "dee"]}, "1 without a customer"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(changes, message):
    with pytest.raises(SchemaError, match=message):
        as_contacts(mailing(**changes), **ASKED, date="sent")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"control": "nobody"}, SchemaError, "has no arm 'nobody'; its arms are"),
        ({"outcomes": "spend"}, TypeError, "`outcomes` must be a list"),
        ({"outcomes": []}, TypeError, "`outcomes` must be a list"),
        ({"outcomes": ["spend", "spend"]}, ValueError, "`outcomes` must be a list of different"),
        ({"outcomes": ["profit"]}, SchemaError, "has no column"),
        ({"outcomes": ["arm"]}, SchemaError, "as_contacts"),
        ({"cost": -1}, ValueError, "`cost` must be a column or a number of 0 or more"),
        ({"window_days": 1.5}, ValueError, "`window_days` must be a column or a number of whole days"),
        ({"window_days": float("nan")}, ValueError, "`window_days`"),
        ({"invalid": "keep"}, ValueError, "`invalid` must be one of"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        as_contacts(MAILING, **{**ASKED, **arguments})


def test_a_control_that_is_none_of_many_arms_is_refused():
    many = pd.DataFrame({"customer_id": range(30), "arm": [f"version {n}" for n in range(30)], "spend": 1.0})
    with pytest.raises(SchemaError, match=r"has no arm 'none'; its arms are"):
        as_contacts(many, outcomes=["spend"], control="none")


def test_the_outcome_at_fault_is_named():
    with pytest.raises(SchemaError, match=r"`contacts\['spend'\]` is \['much'"):
        as_contacts(mailing(spend=["much", "0", "5", "7"]), **ASKED)


def test_an_engine_has_no_rows_to_number():
    with pytest.raises(TypeError, match="customer_id=None numbers the rows"):
        as_contacts(Builder("duckdb")(MAILING), **ASKED, customer_id=None)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"n_customers": 0}, ValueError),
        ({"base_rate": 0.9, "effect": 0.2}, ValueError),
        ({"control_share": 1.5}, ValueError),
        ({"mean_spend": 0}, ValueError),
        ({"cost": "1"}, TypeError),
        ({"window_days": 0}, ValueError),
        ({"effect_variation": -1}, ValueError),
        ({"effect_variation": 3.0}, ValueError),
        ({"effect_variation": "1"}, TypeError),
    ],
)
def test_an_impossible_simulation_is_refused(arguments, error):
    with pytest.raises(error, match=rf"`{next(iter(arguments))}`"):
        make_contacts(**arguments)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = MAILING.copy()
    as_contacts(MAILING, **ASKED, date="sent")
    pd.testing.assert_frame_equal(MAILING, before)
