"""Whether an assignment held: `assignment_check_table`."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare, hypergeom
from tests.depth import up_to
from tests.frames import EVERY_KIND, Builder, to_arrow

from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns import assign_arms, assignment_check_table
from crmkit.loyalty.campaigns._imbalance import imbalance
from crmkit.loyalty.campaigns._sample_ratio import sample_ratio_p_value

EVEN = {"arms": {"none": 0.5, "email": 0.5}, "control": "none"}


def campaign(counts, **columns):
    arms = [arm for arm, n in counts.items() for _ in range(n)]
    return pd.DataFrame({"customer_id": range(len(arms)), "arm": arms, **columns})


def checks(assigned, check, **plan):
    table = assignment_check_table(assigned, **{**EVEN, **plan})
    return table[table["check"] == check].reset_index(drop=True)


# By hand


def test_the_sample_ratio():
    # 450 and 550 of 1,000 planned evenly: 2 × 50²/500 = 10, p = .001565
    row = checks(campaign({"none": 450, "email": 550}), "sample_ratio").loc[0]
    assert [row["n_customers"], row["value"], row["verdict"]] == [1000, pytest.approx(-0.05), "pass"]
    assert row["p_value"] == pytest.approx(0.0015654, abs=1e-7)
    assert checks(campaign({"none": 450, "email": 550}), "sample_ratio", level=0.99)["verdict"][0] == "fail"


def test_the_sample_ratio_of_few_is_exact():
    # 8 of 9 planned at 1/10: the binomial test
    row = checks(campaign({"none": 8, "email": 1}), "sample_ratio", arms={"none": 0.1, "email": 0.9}).loc[0]
    assert row["p_value"] == pytest.approx(binomtest(8, 9, 0.1).pvalue)
    # of three arms the least of three, times three
    counts, shares = np.array([6.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3])
    tests = [binomtest(int(k), 9, p).pvalue for k, p in zip(counts, shares, strict=True)]
    assert sample_ratio_p_value(counts, shares) == pytest.approx(min(3 * min(tests), 1))


def test_a_stratum_that_is_off_is_named():
    # in the north 100 and 100, in the south 140 and 60: off by 40 of 100, χ² = 32
    table = campaign({"none": 240, "email": 160}).assign(region=["n"] * 100 + ["s"] * 140 + ["n"] * 100 + ["s"] * 60)
    found = checks(table, "sample_ratio_in_stratum", strata="region").set_index("scope")
    assert found["verdict"].to_dict() == {"n": "pass", "s": "fail"}
    assert found.loc["s", "adjusted_p_value"] == pytest.approx(2 * chisquare([140, 60]).pvalue)
    assert found.loc["s", "sentence_en"].startswith("In s the share of none is off its plan by +20.00%")


def test_the_standardised_difference():
    # control 0, 0, 1, 1: mean .5; email 0, 1, 1, 1: .75; variances 1/3 and 1/4, the root of their mean .540062
    table = campaign({"none": 4, "email": 4}, member=[0, 0, 1, 1, 0, 1, 1, 1])
    row = checks(table, "balance", covariates=["member"]).loc[0]
    assert row["value"] == pytest.approx(0.25 / 0.540062, abs=1e-6)
    # the number of members in email is hypergeometric: mean 2.5, variance 4 × 5/8 × 3/8 × 4/7 = .535714; z = .683130
    assert row["p_value"] == pytest.approx(math.erfc(0.5 / math.sqrt(0.535714) / math.sqrt(2)), abs=1e-6)
    assert row["verdict"] == "warning"
    # with one covariate all together is that one
    assert checks(table, "balance_jointly", covariates=["member"])["p_value"][0] == pytest.approx(row["p_value"])


def test_arms_are_compared_within_strata():
    # members are all in the north, where nine in ten get the mail: alike within both regions
    north, south = campaign({"none": 10, "email": 90}, member=1), campaign({"none": 90, "email": 10}, member=0)
    table = pd.concat([north.assign(region="n"), south.assign(region="s", customer_id=range(100, 200))])
    assert checks(table, "balance", covariates=["member"])["verdict"][0] == "fail"
    within = checks(table, "balance", covariates=["member"], strata="region").loc[0]
    assert [within["value"], within["verdict"]] == [0, "pass"]


def test_labels_and_missing_values_are_levels():
    table = campaign({"none": 4, "email": 4}, region=["n", "s", None, "n"] * 2, age=[1.0, 2.0, 3.0, None] * 2)
    found = checks(table, "balance", covariates=["region", "age"])
    assert list(found["scope"]) == ["region=n", "region=s", "region=missing", "age", "age=missing"]
    assert list(found["value"]) == [0] * 5
    assert found["sentence_en"].iloc[-1].startswith("age=missing: ")
    assert found["sentence_zh"].iloc[-1].startswith("age=缺失：")


def test_a_covariate_that_does_not_vary_differs_nowhere():
    found = assignment_check_table(campaign({"none": 4, "email": 4}, member=1.0), **EVEN, covariates=["member"])
    assert list(found["check"]) == ["sample_ratio", "balance", "several_arms"]
    assert found.loc[1, ["value", "verdict"]].tolist() == [0, "pass"]


def test_who_is_where_they_should_not_be():
    table = campaign({"none": 10, "email": 10}, was=[True] + [False] * 9 + [True] * 10)
    table = pd.concat([table, table.iloc[[15]].assign(arm="none"), table.iloc[[16]]])
    plan = {"contacted": "was", "holdout": pd.DataFrame({"customer_id": ["2", "3", "99"]})}
    found = assignment_check_table(table, **EVEN, **plan).set_index("check")
    # 1 of 20 in both arms; of the 19 others 1 of 10 in the control group was contacted, and 2 are in the holdout
    assert list(found.loc[["several_arms", "control_contacted", "holdout_assigned"], "value"]) == [0.05, 0.1, 2 / 19]
    assert found.loc["sample_ratio", "n_customers"] == 19
    assert (found.loc[["several_arms", "control_contacted", "holdout_assigned"], "verdict"] == "fail").all()
    loose = assignment_check_table(table, **EVEN, **plan, max_contaminated=0.2).set_index("check")
    assert (loose.loc[["several_arms", "control_contacted", "holdout_assigned"], "verdict"] == "pass").all()


def test_the_holdout_of_the_assignment():
    table = campaign({"holdout": 4, "none": 10, "email": 10}, was=[1, 0, 0, 0] + [0] * 10 + [1] * 10)
    found = assignment_check_table(table, **EVEN, contacted="was").set_index("check")
    assert found.loc["holdout_contacted", ["n_customers", "value", "verdict"]].tolist() == [4, 0.25, "fail"]
    assert found.loc["sample_ratio", "n_customers"] == 20
    assert found.loc["control_contacted", "verdict"] == "pass"


def test_campaigns_that_overlap():
    table = campaign({"none": 100, "email": 100}, campaign="spring", window_days=10.0)
    # only who was contacted has a day: the campaign runs from 1 March to 10 March
    table["date"] = pd.Series([pd.NaT] * 100 + [pd.Timestamp("2024-03-01")] * 100)
    days = {0: "2024-02-20", 1: "2024-02-21", 2: "2024-02-22", 150: "2024-03-10", 151: "2024-03-11", 152: "2024-03-05"}
    others = pd.DataFrame({"customer_id": list(days), "date": pd.to_datetime(list(days.values())), "window_days": 10.0})
    # 0 ends on 29 February, 151 comes after the 10 days; the last day of 1 is 1 March
    row = checks(table, "other_campaigns", others=others).loc[0]
    assert [row["value"], row["verdict"]] == [4 / 200, "warning"]
    untreated = others.assign(treated=[True, True, False, True, True, True])
    assert checks(table, "other_campaigns", others=untreated)["value"][0] == 3 / 200
    same = others.assign(campaign=["spring"] * 5 + ["x"])
    assert checks(table, "other_campaigns", others=same)["value"][0] == 1 / 200
    many = pd.DataFrame({"customer_id": range(100, 130), "date": pd.Timestamp("2024-03-02"), "window_days": np.nan})
    assert checks(table, "other_campaigns", others=many)["verdict"][0] == "fail"


def test_a_customer_contacted_on_several_days_counts_once_whatever_the_order_of_rows():
    table = campaign({"none": 20, "email": 20}, window_days=5.0)
    table["date"] = pd.Series([pd.NaT] * 20 + [pd.Timestamp("2024-03-01")] * 20)
    again = table.iloc[[20]].assign(date=pd.Timestamp("2024-03-20"))
    # the second contact makes the campaign last until 24 March, and 3 of 40 were contacted by another one on the 22nd
    others = pd.DataFrame({"customer_id": [1, 2, 30], "date": pd.Timestamp("2024-03-22"), "window_days": 1.0})
    for rows in (pd.concat([table, again]), pd.concat([again, table])):
        row = checks(rows, "other_campaigns", others=others).loc[0]
        assert [row["n_customers"], row["value"]] == [40, 3 / 40]


# Reference


def test_balance_of_one_flag_is_the_hypergeometric_in_its_normal_form():
    # Hansen and Bowers (2008), section 3: mean and variance of the sum over the treated under random assignment
    rng = np.random.default_rng(1)
    flags, treated = (rng.random(300) < 0.2).astype(float), np.arange(300) < 80
    found = imbalance(flags[:, None], treated, np.zeros(300, dtype=np.int64))
    law = hypergeom(300, int(flags.sum()), 80)
    z = (flags[treated].sum() - law.mean()) / law.std()
    assert found.p_value[0] == pytest.approx(math.erfc(abs(z) / math.sqrt(2)))


# Laws


@pytest.mark.deep
@pytest.mark.parametrize(("n", "share", "n_strata"), [(500, 0.5, 1), (2000, 0.1, 1), (2000, 0.1, 8)])
def test_false_alarms_are_as_rare_as_said(n, share, n_strata):
    rng = np.random.default_rng(n)
    region = rng.integers(0, 4, n)
    columns = [rng.lognormal(3, 1.2, n), rng.poisson(2, n), rng.random(n) < 0.2, *(region == i for i in range(4))]
    known, strata = np.column_stack(columns).astype(float), rng.integers(0, n_strata, n)
    known[rng.random(n) < 0.1, 0] = np.nan
    together, single, ratio = [], [], []
    for _ in range(2000):
        treated = rng.random(n) >= share
        found = imbalance(known, treated, strata)
        together.append(found.joint_p_value)
        single.append(found.p_value)
        counts = np.array([(~treated).sum(), treated.sum()], dtype=float)
        ratio.append(sample_ratio_p_value(counts, np.array([share, 1 - share])))
    # 4 standard errors of .05 among 2,000
    for p_values in (together, ratio, *np.array(single).T):
        assert (np.array(p_values) < 0.05).mean() == pytest.approx(0.05, abs=0.02)


@given(st.integers(0, 10**6))
@up_to(10)
def test_units_and_the_order_of_rows_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    table = campaign({"none": 40, "email": 60}, spend=rng.gamma(1, 10, 100), member=rng.random(100) < 0.3)
    shuffled = table.sample(frac=1, random_state=seed).assign(spend=lambda rows: rows["spend"] * 1e6 + 7)
    one, other = (
        assignment_check_table(each, **EVEN, covariates=["spend", "member"])[["value", "p_value", "adjusted_p_value"]]
        for each in (table, shuffled)
    )
    np.testing.assert_allclose(one.to_numpy(), other.to_numpy(), rtol=1e-6, atol=1e-9)


def test_an_assignment_passes_its_checks():
    rng = np.random.default_rng(4)
    base = pd.DataFrame(
        {"customer_id": range(5000), "region": rng.choice(list("nsw"), 5000), "spend": rng.gamma(1, 9, 5000)}
    )
    arms = {"none": 0.2, "email": 0.5, "sms": 0.3}
    plan = {"arms": arms, "control": "none", "strata": "region"}
    made = assign_arms(base, campaign="spring", key="secret", holdout_share=0.1, **plan).assign(spend=base["spend"])
    found = assignment_check_table(made, **plan, covariates=["region", "spend"], contacted="treated")
    assert (found["verdict"] == "pass").all()
    # who spends most in one arm is lost
    lost = made[~((made["arm"] == "sms") & (made["spend"] > 9))]
    failed = assignment_check_table(lost, **plan, covariates=["region", "spend"])
    failed = failed[failed["verdict"] == "fail"]
    assert set(failed["check"]) >= {"sample_ratio", "balance", "balance_jointly"}
    assert set(failed.loc[failed["check"] == "balance", "arm"]) == {"sms"}


@pytest.mark.parametrize("kind", EVERY_KIND[:-1])
def test_every_kind_of_frame_gives_the_same(kind):
    table = campaign({"none": 12, "email": 20}, region=["n", "s", None, "n"] * 8, spend=np.arange(32.0) % 7)
    table = table.assign(was=[False] * 12 + [True] * 20)
    plan = {**EVEN, "strata": "region", "covariates": ["spend", "region"], "contacted": "was"}
    found, wanted = (
        to_arrow(assignment_check_table(each, **plan)).to_pydict() for each in (Builder(kind)(table), table)
    )
    assert found["verdict"] == wanted["verdict"]
    assert found["sentence_zh"] == wanted["sentence_zh"]
    for name in ("value", "p_value"):
        numbers = [[math.nan if x is None else x for x in each[name]] for each in (found, wanted)]
        assert numbers[0] == pytest.approx(numbers[1], nan_ok=True)


# Refusals


@pytest.mark.parametrize(
    ("columns", "changed", "error", "says"),
    [
        ({}, {"arms": {"none": 0.5, "sms": 0.5}}, SchemaError, r"has the arms \['email'\], which are not in `arms`"),
        ({"campaign": ["a", "b"] * 2}, {}, SchemaError, "has the campaigns"),
        ({"arm": ["none", None, "email", "email"]}, {}, SchemaError, r"is missing in 1 row, first at rows \[1\]"),
        ({"customer_id": [1, 2, None, 3]}, {}, SchemaError, r"is missing in 1 row, first at rows \[2\]"),
        ({"was": [1, 0, None, 1]}, {"contacted": "was"}, SchemaError, "is missing in 1 row"),
        ({"was": list("yyny")}, {"contacted": "was"}, SchemaError, "true or false"),
        ({"arm": ["holdout"] * 4}, {}, SchemaError, "has no customers in the arms planned"),
        ({"x": [np.inf, 1, 2, 3]}, {"covariates": ["x"]}, SchemaError, "has infinite values"),
        ({}, {"covariates": "arm"}, TypeError, "`covariates` must be a list of columns"),
        ({}, {"strata": {"arm"}}, TypeError, "`strata` must be the name of a column or a list of them"),
        ({}, {"contacted": ["arm"]}, TypeError, "`contacted` must be the name of one column"),
        (
            {"customer_id": [0, 0, 2, 3], "x": [1, 2, 3, 4]},
            {"covariates": ["x"]},
            SchemaError,
            r"differ in 'x', .*\['0'\]",
        ),
        ({}, {"covariates": ["age"]}, SchemaError, "lacks the columns"),
        ({}, {"others": pd.DataFrame()}, SchemaError, "lacks the columns"),
        ({}, {"level": 1}, ValueError, "`level`"),
        ({}, {"max_difference": 0}, ValueError, "`max_difference` must be above 0"),
        ({}, {"max_contaminated": 2}, ValueError, "`max_contaminated`"),
    ],
)
def test_what_cannot_be_checked_is_refused(columns, changed, error, says):
    with pytest.raises(error, match=says):
        assignment_check_table(campaign({"none": 2, "email": 2}).assign(**columns), **{**EVEN, **changed})


def test_too_many_labels_are_refused():
    table = campaign({"none": 30, "email": 30}).assign(town=[f"t{i}" for i in range(60)])
    with pytest.raises(SchemaError, match="has 60 labels; at most 50 are compared"):
        assignment_check_table(table, **EVEN, covariates=["town"])


def test_a_campaign_without_a_time_is_refused():
    table = campaign({"none": 2, "email": 2}).assign(date=pd.NaT, window_days=7.0)
    others = pd.DataFrame({"customer_id": [1], "date": [pd.Timestamp("2024-03-01")], "window_days": [7.0]})
    with pytest.raises(SchemaError, match="has no row with both date and window_days"):
        assignment_check_table(table.astype({"date": "datetime64[us]"}), **EVEN, others=others)


# Input untouched


def test_the_table_is_not_changed():
    table = campaign({"none": 5, "email": 5}, spend=np.arange(10.0))
    kept = table.copy()
    assignment_check_table(table, **EVEN, covariates=["spend"])
    pd.testing.assert_frame_equal(table, kept)
