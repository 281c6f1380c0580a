"""Matched comparisons: by hand, published sensitivity, a slow matching, known truth, and where no effect is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from tests.frames import assert_same_rows

from crmkit import SchemaError
from crmkit.loyalty.campaigns import (
    explain_without_control,
    matched_comparison_table,
    matching_balance_table,
    matching_overlap_table,
)
from crmkit.loyalty.campaigns._pair_effect import PairEffect, e_values, pair_effect
from crmkit.loyalty.campaigns._pairs import _nearest_free
from crmkit.loyalty.campaigns._propensity import log_odds_of_contact

# 40 contacted, half of them members; 80 others, three quarters of them members. Members spend 10 more, the contact
# adds 2 or 4, and others are alike within members and non-members.
MEMBERS = pd.DataFrame(
    {
        "contacted": [1] * 40 + [0] * 80,
        "member": [0] * 20 + [1] * 20 + [0] * 20 + [1] * 60,
        "spend": [4.0, 6.0] * 10 + [14.0, 16.0] * 10 + [2.0] * 20 + [12.0] * 60,
    }
)
ASKED = {"treated": "contacted", "covariates": ["member"]}


def chosen_by_past(*, n=4000, effect=5.0, hidden=0.0, seed=0, steepness=0.02):
    """Customers contacted for what they spent, and for something not recorded that moves spend as well."""
    rng = np.random.default_rng(seed)
    past, days, unseen = rng.gamma(2, 50, n), rng.exponential(60, n), rng.normal(0, 1, n)
    odds = steepness * (past - 150) - 0.004 * (days - 60) + hidden * unseen
    contacted = rng.random(n) < 1 / (1 + np.exp(-odds))
    usual = 20 + 0.5 * past - 0.05 * days + 20 * hidden * unseen
    return pd.DataFrame(
        {
            "contacted": contacted,
            "past": past,
            "days": days,
            "earlier": usual + rng.exponential(40, n),
            "spend": usual + effect * contacted + rng.exponential(40, n),
        }
    )


def compared(customers, **options):
    """The row of spend, by past spend and days, with what was spent earlier as placebo."""
    asked = {"treated": "contacted", "covariates": ["past", "days"], "outcomes": ["spend"], **options}
    return matched_comparison_table(customers, **asked).iloc[0]


# By hand


def test_members_are_compared_with_members():
    table = matched_comparison_table(MEMBERS, **ASKED, outcomes=["spend"])
    (row,) = table.to_dict("records")
    assert (row["n_treated"], row["n_others"], row["n_pairs"], row["matched_share"]) == (40, 80, 40, 1.0)
    # contacted 10 on average; others 0.25 · 2 + 0.75 · 12 = 9.5
    assert row["naive_difference"] == pytest.approx(0.5)
    assert (row["value"], row["expected_value"]) == pytest.approx((10.0, 7.0))
    # pairs differ by 2 or 4: standard error 1 / √39
    margin = student.ppf(0.975, 39) / np.sqrt(39)
    assert (row["difference"], row["lower"], row["upper"]) == pytest.approx((3.0, 3 - margin, 3 + margin))
    assert row["reason"] is None


def test_balance_and_overlap_by_hand():
    (balance,) = matching_balance_table(MEMBERS, **ASKED).to_dict("records")
    spread = np.sqrt((0.25 * 40 / 39 + 0.1875 * 80 / 79) / 2)
    assert balance["difference_before"] == pytest.approx((0.5 - 0.75) / spread)
    assert (balance["difference_after"], balance["variance_ratio_after"]) == (0.0, pytest.approx(1.0))
    assert (balance["treated_mean"], balance["others_mean"], balance["matched_others_mean"]) == (0.5, 0.75, 0.5)
    assert np.isnan(balance["left_out_mean"])
    overlap = matching_overlap_table(MEMBERS, **ASKED, n_groups=2)
    # members are contacted with probability 20 / 80, others with 20 / 40
    assert overlap["propensity_low"].tolist() == pytest.approx([0.25, 0.5, 0.25], abs=1e-5)
    assert overlap["n_treated"].tolist() == [20, 20, 40]
    assert overlap["n_others_left_out"].tolist() == [40, 0, 40]
    assert overlap["n_treated_left_out"].tolist() == [0, 0, 0]


def test_where_most_are_contacted_the_others_look_for_partners():
    swapped = MEMBERS.assign(contacted=1 - MEMBERS["contacted"])
    (row,) = matched_comparison_table(swapped, **ASKED, outcomes=["spend"]).to_dict("records")
    assert (row["n_pairs"], row["matched_share"], row["difference"]) == (40, 1.0, pytest.approx(-3.0))


def test_what_is_missing_and_each_label_are_covariates():
    customers = MEMBERS.assign(
        member=MEMBERS["member"].map({0: None, 1: 5.0}), channel=["web", "shop", None, "web"] * 30
    )
    balance = matching_balance_table(customers, treated="contacted", covariates=["member", "channel"])
    assert balance["covariate"].tolist() == [
        "member", "member=missing", "channel=shop", "channel=web", "channel=missing",
    ]  # fmt: skip
    assert balance["others_mean"].tolist() == pytest.approx([5.0, 0.25, 0.25, 0.5, 0.25])


# Reference


def test_e_values_of_the_paper():
    # VanderWeele and Ding (2017): relative risk 3.9 with limits 1.8 and 8.7 has the E-values 7.26 and 3.0
    effect = PairEffect(value=0.39, difference=0.29, lower=0.08, upper=0.77, p_value=0.001)
    assert e_values(effect, spread=1.0, is_rate=True) == pytest.approx((7.26, 3.0), abs=0.005)
    # a protective effect is inverted: 1 / 3.9 has the same E-value
    fewer = PairEffect(value=0.1, difference=-0.29, lower=-0.35, upper=0.05, p_value=0.1)
    assert e_values(fewer, spread=1.0, is_rate=True) == pytest.approx((7.26, 1.0), abs=0.005)
    # their rule for a standardised difference d: relative risk exp(0.91 d)
    risk = np.exp(0.91 * 0.5)
    money = PairEffect(value=9.0, difference=2.0, lower=-1.0, upper=5.0, p_value=0.2)
    assert e_values(money, spread=4.0, is_rate=False)[0] == pytest.approx(risk + np.sqrt(risk * (risk - 1)))


def test_propensities_are_those_of_scikit_learn():
    customers = chosen_by_past(n=2000)
    covariates = customers[["past", "days"]].to_numpy()
    learner = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    learner.fit((covariates - covariates.mean(axis=0)) / covariates.std(axis=0), customers["contacted"])
    expected = learner.decision_function((covariates - covariates.mean(axis=0)) / covariates.std(axis=0))
    found = log_odds_of_contact(customers["contacted"].to_numpy(), covariates)
    assert found == pytest.approx(expected, abs=1e-3)


def test_the_regression_of_pairs_is_least_squares_with_robust_errors():
    rng = np.random.default_rng(3)
    covariates = rng.normal(size=(50, 2)), rng.normal(size=(50, 2))
    outcome = rng.normal(size=50) + covariates[0][:, 0], rng.normal(size=50)
    found = pair_effect(outcome, covariates, level=0.9)
    design = np.column_stack([np.ones(50), covariates[0] - covariates[1]])
    coefficients, *_ = np.linalg.lstsq(design, outcome[0] - outcome[1], rcond=None)
    rest = outcome[0] - outcome[1] - design @ coefficients
    bread = np.linalg.inv(design.T @ design)
    meat = sum(rest[i] ** 2 * np.outer(design[i], design[i]) for i in range(50))
    error = np.sqrt((bread @ meat @ bread)[0, 0] * 50 / 47)
    assert (found.difference, found.upper) == pytest.approx(
        (coefficients[0], coefficients[0] + student.ppf(0.95, 47) * error)
    )
    assert found.p_value == pytest.approx(2 * student.sf(abs(coefficients[0]) / error, 47))


@given(
    st.lists(st.integers(0, 40), max_size=15),
    st.lists(st.integers(0, 40), max_size=15).map(sorted),
    st.sampled_from([0.5, 3.0, 100.0]),
)
def test_the_nearest_free_one_is_that_of_a_slow_search(wanted, offered, reach):
    found = _nearest_free(np.array(wanted, dtype=float), np.array(offered, dtype=float), reach=reach)
    free = dict(enumerate(offered))
    for value, place in zip(wanted, found.tolist(), strict=True):
        near = min((abs(other - value) for other in free.values()), default=np.inf)
        assert (place >= 0) == (near <= reach)
        if place >= 0:
            assert abs(free.pop(place) - value) == near


# Known truth


def test_selection_on_the_past_is_undone_and_hidden_selection_is_not():
    found = compared(chosen_by_past(n=8000, effect=5.0))
    assert found["reason"] is None
    assert found["naive_difference"] > 35
    assert found["lower"] < 5 < found["upper"]
    # what was spent earlier shows that something not recorded decided on the contact
    hidden = chosen_by_past(n=8000, effect=5.0, hidden=0.7)
    assert compared(hidden)["lower"] > 5
    table = matched_comparison_table(
        hidden, treated="contacted", covariates=["past", "days"], outcomes=["spend"], placebo_outcomes=["earlier"]
    )
    assert table["reason"].tolist() == ["placebo_outcome", None]
    assert table["role"].tolist() == ["outcome", "placebo"]
    assert table.loc[0, "expected_value":"e_value_of_limit"].isna().all()
    assert table.loc[1, "difference"] > 5


@pytest.mark.deep
def test_intervals_hold_the_truth_and_the_placebo_rarely_errs():
    rows = [compared(chosen_by_past(n=1500, seed=seed), placebo_outcomes=["earlier"]) for seed in range(300)]
    told = [row for row in rows if row["reason"] is None]
    assert len(told) >= 270
    assert 0.91 <= np.mean([row["lower"] <= 5 <= row["upper"] for row in told]) <= 0.985


# No number


def test_no_effect_where_the_others_are_unlike():
    found = compared(chosen_by_past(steepness=0.2))
    assert "little_overlap" in found["reason"]
    assert found[["naive_difference", "difference", "lower", "upper", "p_value"]].isna().all()
    assert compared(chosen_by_past(steepness=0.2), min_matched=0.0)["reason"] != found["reason"]


def test_no_effect_where_balance_is_not_reached():
    # contacted are those in the middle, which no straight line of log odds can say; a wide caliper takes anybody
    customers = chosen_by_past(n=600)
    customers["contacted"] = customers["past"].rank() <= 200
    found = compared(customers, caliper=50)
    assert "imbalance" in found["reason"]
    balance = matching_balance_table(customers, treated="contacted", covariates=["past", "days"], caliper=50)
    assert not balance["is_balanced"].all()


def test_how_much_may_be_left_of_a_difference_is_up_to_the_caller():
    # all are matched, and past spend still differs by 4 over a standard deviation of 11.7
    past = np.array([*range(4, 44), *range(40)], dtype=float)
    customers = pd.DataFrame({"contacted": [1] * 40 + [0] * 40, "past": past, "spend": past + 3 * (np.arange(80) < 40)})
    asked = {"treated": "contacted", "covariates": ["past"], "outcomes": ["spend"], "caliper": 50}
    (row,) = matched_comparison_table(customers, **asked).to_dict("records")
    assert (row["n_pairs"], row["reason"]) == (40, "imbalance")
    # the regression takes it out: spend is past spend, and 3 from the contact
    (row,) = matched_comparison_table(customers, **asked, max_difference=0.35).to_dict("records")
    assert (row["difference"], row["reason"]) == (pytest.approx(3.0), None)


def test_no_effect_from_a_few():
    few = pd.concat([MEMBERS[:10], MEMBERS[40:60]])
    row = matched_comparison_table(few.assign(member=range(30)), **ASKED, outcomes=["spend"]).iloc[0]
    assert "too_few" in row["reason"]
    assert np.isnan(row["value"])


def test_reasons_in_words():
    effects = matched_comparison_table(chosen_by_past(n=40, steepness=0.2), treated="contacted", covariates=["past"],
                                       outcomes=["spend"])  # fmt: skip
    (sentence,) = explain_without_control(effects)
    assert sentence.startswith("No effect can be told for spend: too few customers")
    (sentence,) = explain_without_control(effects, language="zh")
    assert sentence.startswith("无法判断活动对 spend 的效果：可比较的客户太少")
    told = explain_without_control(
        matched_comparison_table(
            chosen_by_past(), treated="contacted", covariates=["past"], outcomes=["spend"], placebo_outcomes=["earlier"]
        )
    )
    assert told[0].startswith("The contact changed spend by +")
    assert told[1].startswith("Placebo earlier: ")
    assert told[1].endswith("; it should be 0.")


# Law


@pytest.mark.parametrize("with_ids", [True, False])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=6)
def test_the_order_of_the_rows_does_not_matter(with_ids, seed):
    # past spend in steps of 100 is the same for many, with whom anybody can be paired
    customers = chosen_by_past(n=400).round({"past": -2})
    customers["days"] = customers["days"].where(customers["days"] > 5)
    if with_ids:
        customers["customer_id"] = range(400)
    asked = {"treated": "contacted", "covariates": ["past", "days"]}
    shuffled = customers.sample(frac=1, random_state=seed)
    for table in (matching_balance_table, matching_overlap_table):
        assert_frame_equal(table(shuffled, **asked), table(customers, **asked), check_exact=True)
    outcomes = {"outcomes": ["spend"], "placebo_outcomes": ["earlier"], "max_difference": 0.5}
    found, expected = (matched_comparison_table(each, **asked, **outcomes) for each in (shuffled, customers))
    assert expected["difference"].notna().any()
    assert_frame_equal(found, expected, check_exact=True)


def test_with_ids_partners_do_not_depend_on_the_outcomes_asked_for():
    customers = chosen_by_past(n=400).round({"past": -2}).assign(customer_id=range(400))
    asked = {"treated": "contacted", "covariates": ["past"], "max_difference": 0.5}
    alone = matched_comparison_table(customers, **asked, outcomes=["spend"])
    both = matched_comparison_table(customers, **asked, outcomes=["earlier", "spend"])
    assert_frame_equal(both.iloc[[1]].reset_index(drop=True), alone)


def test_days_count_from_the_earliest():
    customers = chosen_by_past(n=300)
    dated = customers.assign(days=pd.Timestamp("2024-01-01") + pd.to_timedelta(customers["days"].round(), unit="D"))
    found, expected = compared(dated), compared(customers.round({"days": 0}))
    assert found["difference"] == pytest.approx(expected["difference"])


@given(st.sampled_from([0.01, 7.0, 1e6]), st.sampled_from([-3.0, 0.0, 1e4]))
def test_units_do_not_matter(unit, origin):
    customers = chosen_by_past(n=400)
    table = compared(customers)
    moved = customers.assign(past=customers["past"] * unit + origin, spend=customers["spend"] * unit + origin)
    found = compared(moved)
    assert found["n_pairs"] == table["n_pairs"]
    for name in ("difference", "lower", "upper", "naive_difference"):
        assert found[name] == pytest.approx(table[name] * unit, rel=1e-4, abs=1e-6 * unit)


def test_every_customer_is_in_one_group_and_in_one_pair_at_most():
    customers = chosen_by_past(n=1000)
    overlap = matching_overlap_table(customers, treated="contacted", covariates=["past"])
    counts = overlap.filter(like="n_")
    pd.testing.assert_series_equal(counts[:-1].sum(), counts.iloc[-1], check_names=False)
    assert (overlap["n_treated"] == overlap["n_treated_matched"] + overlap["n_treated_left_out"]).all()
    assert overlap["n_treated_matched"].iloc[-1] == overlap["n_others_matched"].iloc[-1] > 0


def test_every_kind_of_frame(build):
    # an engine gives the rows in any order, and past spend in steps of 100 has many ties
    customers = chosen_by_past(n=300).round({"past": -2}).assign(channel=["web", "shop"] * 150)
    asked = {"treated": "contacted", "covariates": ["past", "channel"]}
    expected = matched_comparison_table(customers, **asked, outcomes=["spend"])
    assert_same_rows(matched_comparison_table(build(customers), **asked, outcomes=["spend"]), expected)
    assert_same_rows(matching_balance_table(build(customers), **asked), matching_balance_table(customers, **asked))
    assert_same_rows(matching_overlap_table(build(customers), **asked), matching_overlap_table(customers, **asked))


# Refusal


@pytest.mark.parametrize(
    ("changed", "options", "error", "words"),
    [
        ({"contacted": 2}, {}, SchemaError, r"1 or 0, got \[2"),
        ({"contacted": pd.Timestamp("2024-01-01")}, {}, SchemaError, "one call for each day"),
        ({"contacted": None}, {}, SchemaError, "must say of every customer"),
        ({"contacted": 1}, {}, SchemaError, "120 contacted and 0 others"),
        ({"spend": None}, {}, SchemaError, "must hold a number for every customer"),
        ({"spend": "much"}, {}, SchemaError, "must hold a number for every customer, got .'much'"),
        ({"member": np.inf}, {}, SchemaError, "has infinite values"),
        ({"spend": 1e200}, {}, SchemaError, r"'spend'\]` has a value of size 1e\+200, too large to compute with"),
        ({"member": -1e200}, {}, SchemaError, r"'member'\]` has a value of size 1e\+200, too large to compute with"),
        ({"spend": 1e-300}, {}, SchemaError, r"'spend'\]` has no value larger than 1e-300, too small to compute with"),
        ({"member": 1}, {"covariates": ["member"]}, SchemaError, r"\['member'\] in `covariates` are the same for all"),
        ({"member": None}, {"covariates": ["member"]}, SchemaError, "there is nothing to compare them by"),
        ({"member": [f"m{n}" for n in range(120)]}, {}, SchemaError, "has 120 labels; at most 50 are compared"),
        ({}, {"covariates": []}, ValueError, "`covariates` names no column"),
        ({}, {"outcomes": "spend"}, TypeError, "`outcomes` must be a list of columns"),
        ({}, {"outcomes": ["member"]}, ValueError, r"\['member'\] are named more than once"),
        ({}, {"caliper": 0}, ValueError, "`caliper` must be above 0"),
        ({}, {"min_matched": 2}, ValueError, "`min_matched` must lie between 0 and 1"),
        ({}, {"max_difference": 10}, ValueError, "`max_difference` must lie between 0 and 1"),
        ({}, {"level": 1.0}, ValueError, "`level` must lie between 0 and 1"),
        ({}, {"covariates": ["age"]}, SchemaError, r"lacks the columns \['age'\]"),
        ({}, {"covariates": [["member"]]}, TypeError, r"`covariates` must be a list of columns, got \[\['member'\]\]"),
        ({}, {"treated": ["contacted"]}, TypeError, r"`treated` must be the name of one column, got \['contacted'\]"),
        ({"customer_id": [7, 7, *range(118)]}, {}, SchemaError, r"has 2 rows of customers .* such as \[7\]"),
    ],
)
def test_refused(changed, options, error, words):
    with pytest.raises(error, match=words):
        matched_comparison_table(MEMBERS.assign(**changed), **{**ASKED, "outcomes": ["spend"], **options})


def test_refused_words():
    table = matched_comparison_table(MEMBERS, **ASKED, outcomes=["spend"])
    with pytest.raises(SchemaError, match=r"reasons \['luck'\]"):
        explain_without_control(table.assign(reason="luck"))
    with pytest.raises(ValueError, match="language"):
        explain_without_control(table, language="fr")


# Input untouched


def test_the_table_is_not_changed():
    before = MEMBERS.copy(deep=True)
    matched_comparison_table(MEMBERS, **ASKED, outcomes=["spend"])
    matching_balance_table(MEMBERS, **ASKED)
    matching_overlap_table(MEMBERS, **ASKED)
    assert_frame_equal(MEMBERS, before)
