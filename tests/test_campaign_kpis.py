"""Campaigns beside their control groups: by hand, on Hillstrom's e-mails, and how often intervals hold the effect."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.stats import binomtest, ttest_ind
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_contacts, make_contacts
from crmkit.metrics import campaign_kpis

HILLSTROM = Path(__file__).parents[1].with_name("shared") / "data" / "hillstrom.parquet"

MAILING = as_contacts(
    pd.DataFrame(
        {
            "customer_id": range(10),
            "arm": ["letter"] * 4 + ["call"] * 2 + ["none"] * 4,
            "bought": [1, 1, 1, 0, 1, 0, 1, 0, 0, 0],
            "spend": [10.0, 20.0, 30.0, 0.0, 8.0, 0.0, 4.0, 0.0, 0.0, 0.0],
            "region": ["north", "south"] * 5,
        }
    ),
    outcomes=["bought", "spend"],
    control="none",
    cost=0.5,
    keep=["region"],
)


def row(table, arm, kpi, outcome=None):
    found = table[(table["arm"] == arm) & (table["kpi"] == kpi)]
    found = found if outcome is None else found[found["outcome"] == outcome]
    assert len(found) == 1
    return found.iloc[0]


# By hand.


def test_each_arm_beside_the_control_group():
    table = campaign_kpis(MAILING, outcomes=["bought", "spend"])
    assert table["arm"].drop_duplicates().tolist() == ["none", "call", "letter"]
    letter = row(table, "letter", "outcome_rate", "bought")
    assert letter[["value", "numerator", "denominator", "n"]].tolist() == [0.75, 3, 4, 4]
    assert letter[["control_value", "difference"]].tolist() == [0.25, 0.5]
    spend = row(table, "letter", "outcome_per_customer", "spend")
    assert spend[["value", "control_value", "difference"]].tolist() == [15, 1, 14]
    assert row(table, "letter", "n_contacts")["value"] == 4
    assert row(table, "letter", "cost_per_customer")["value"] == 0.5
    assert row(table, "none", "cost_per_customer")["value"] == 0
    control = row(table, "none", "outcome_rate", "bought")
    assert control[["control_value", "difference", "difference_lower", "difference_upper"]].isna().all()


def test_groups_are_compared_within_themselves():
    table = campaign_kpis(MAILING, outcomes=["spend"], by="region")
    north = table[(table["region"] == "north") & (table["arm"] == "letter")]
    # 10 and 30 in the letter's arm of the north, 4 and 0 in the control group
    assert north[north["outcome"] == "spend"][["value", "control_value", "difference"]].to_numpy().tolist() == [
        [20, 2, 18]
    ]


def test_a_label_that_is_no_number_is_a_missing_one():
    tests = pl.DataFrame(
        {"customer_id": range(4), "arm": ["a", "none"] * 2, "won": [1, 0, 0, 1], "age": [None, math.nan] * 2}
    )
    contacts = as_contacts(tests, outcomes=["won"], control="none", keep=["age"])
    table = campaign_kpis(contacts, outcomes=["won"], by="age").to_pandas()
    assert row(table, "a", "outcome_rate")[["value", "control_value"]].tolist() == [0.5, 0.5]


def test_outcomes_too_large_to_add_up_are_refused():
    with pytest.raises(SchemaError, match=r"'spend'.* cannot be added up"):
        campaign_kpis(MAILING.assign(spend=1e308), outcomes=["spend"])


def test_without_costs_there_is_no_line_of_costs():
    bare = MAILING.assign(cost=np.nan)
    assert "cost_per_customer" not in set(campaign_kpis(bare, outcomes=["spend"])["kpi"])


def test_a_campaign_without_a_control_group_has_no_difference():
    everyone = MAILING[MAILING["treated"]]
    table = campaign_kpis(everyone, outcomes=["bought"])
    assert table["difference"].isna().all()
    assert row(table, "letter", "outcome_rate")["value"] == 0.75


# Reference: SciPy's own.


def test_intervals_as_in_scipy():
    rng = np.random.default_rng(5)
    amounts = rng.gamma(2, 20, 400) * (rng.random(400) < 0.4) + 1e6
    table = as_contacts(
        pd.DataFrame({"customer_id": range(400), "arm": ["a"] * 250 + ["b"] * 150, "spend": amounts}),
        outcomes=["spend"],
        control="b",
    )
    found = row(campaign_kpis(table, outcomes=["spend"], level=0.9), "a", "outcome_per_customer")
    expected = ttest_ind(amounts[:250], amounts[250:], equal_var=False).confidence_interval(0.9)
    assert found[["difference_lower", "difference_upper"]].tolist() == pytest.approx(
        [expected.low, expected.high], rel=1e-6
    )
    rate = row(campaign_kpis(MAILING, outcomes=["bought"]), "letter", "outcome_rate")
    wilson = binomtest(3, 4).proportion_ci(method="wilson")
    assert rate[["lower", "upper"]].tolist() == pytest.approx([wilson.low, wilson.high])


# Reference: Hillstrom (2008), "The MineThatData E-Mail Analytics And Data Mining Challenge"; the means are those of the
# file by pandas.


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the e-mails of Hillstrom")
def test_hillstrom():
    mails = pd.read_parquet(HILLSTROM)
    contacts = as_contacts(
        mails, outcomes=["visit", "conversion", "spend"], control="No E-Mail", arm="segment", customer_id=None
    )
    table = campaign_kpis(contacts, outcomes=["visit", "conversion", "spend"])
    plain = mails.groupby("segment")[["visit", "conversion", "spend"]].mean()
    for arm in ("Mens E-Mail", "Womens E-Mail"):
        for outcome in ("visit", "conversion", "spend"):
            kpi = "outcome_per_customer" if outcome == "spend" else "outcome_rate"
            found = row(table, arm, kpi, outcome)
            assert found["value"] == pytest.approx(plain.loc[arm, outcome])
            assert found["control_value"] == pytest.approx(plain.loc["No E-Mail", outcome])
            # Both e-mails brought more of everything; that of spend by the women's is the least sure.
            assert found["difference_lower"] > 0
    assert plain.loc["No E-Mail", "visit"] == pytest.approx(0.1062, abs=5e-5)
    assert plain.loc["Mens E-Mail", "visit"] == pytest.approx(0.1828, abs=5e-5)
    assert plain.loc["Womens E-Mail", "visit"] == pytest.approx(0.1514, abs=5e-5)


# Law: intervals hold the effect as often as they say.


@pytest.mark.deep
def test_intervals_hold_the_effect():
    held = []
    for seed in range(200):
        contacts, truth = make_contacts(n_customers=1500, random_state=seed)
        table = campaign_kpis(as_contacts(contacts, outcomes=["conversion"], control="none"), outcomes=["conversion"])
        found = row(table, "email", "outcome_rate")
        effect = (truth["probability_with"] - truth["probability_without"]).mean()
        held.append(found["difference_lower"] <= effect <= found["difference_upper"])
    assert 0.91 <= np.mean(held) <= 0.985


def test_every_kind_of_frame_gives_the_same(build):
    plain = MAILING.drop(columns=["date", "window_days"]).assign(date=pd.Timestamp("2024-03-01"), window_days=14.0)
    found = as_pandas(campaign_kpis(build(plain), outcomes=["bought", "spend"], by="region"))
    assert_same_rows(found, campaign_kpis(plain, outcomes=["bought", "spend"], by="region"))


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"outcomes": "spend"}, TypeError, "`outcomes` must be a list"),
        ({"outcomes": ["spend", "spend"]}, ValueError, "`outcomes` must be a list of different"),
        ({"outcomes": ["profit"]}, SchemaError, "profit"),
        ({"outcomes": ["region"]}, SchemaError, "must hold numbers"),
        ({"outcomes": ["spend"], "by": "arm"}, ValueError, "`by` is 'arm'"),
        ({"outcomes": ["spend"], "level": 95}, ValueError, "`level`"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        campaign_kpis(MAILING, **arguments)


def test_no_contacts_are_refused():
    with pytest.raises(SchemaError, match="`contacts` has no rows"):
        campaign_kpis(MAILING.head(0), outcomes=["spend"])


def test_two_arms_that_were_not_contacted_are_refused():
    two = MAILING.assign(treated=MAILING["arm"] == "letter")
    with pytest.raises(SchemaError, match=r"several arms that were not contacted in one campaign: \['call', 'none'\]"):
        campaign_kpis(two, outcomes=["spend"])


def test_a_missing_outcome_is_refused():
    with pytest.raises(SchemaError, match=r"'spend'.* must hold numbers, none missing"):
        campaign_kpis(MAILING.assign(spend=MAILING["spend"].where(MAILING["customer_id"] > 0)), outcomes=["spend"])


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = MAILING.copy()
    campaign_kpis(MAILING, outcomes=["bought"], by="region")
    pd.testing.assert_frame_equal(MAILING, before)
