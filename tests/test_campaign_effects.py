"""Effects of campaigns: by hand, beside other computations, on Hillstrom's e-mails, and how often intervals hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from tests.depth import deep
from tests.frames import as_pandas, assert_same_rows

from crmkit import SchemaError, as_contacts, make_contacts
from crmkit.loyalty.campaigns import campaign_effect_table, incremental_conversions
from crmkit.metrics import group_comparison_table

HILLSTROM = Path(__file__).parents[1].with_name("shared") / "data" / "hillstrom.parquet"

MAILING = as_contacts(
    pd.DataFrame(
        {
            "customer_id": range(10),
            "arm": ["letter"] * 4 + ["call"] * 2 + ["none"] * 4,
            "bought": [1, 1, 1, 0, 1, 0, 1, 0, 0, 0],
            "orders": [1, 2, 1, 0, 2, 0, 1, 0, 0, 0],
            "spend": [10.0, 20.0, 30.0, 0.0, 8.0, 0.0, 4.0, 0.0, 0.0, 0.0],
            "before": [5.0, None, 8.0, 1.0, None, 2.0, 3.0, 1.0, None, 2.0],
            "region": ["north", "south"] * 5,
        }
    ),
    outcomes=["bought", "orders", "spend"],
    control="none",
    cost=0.5,
    keep=["before", "region"],
)


def contacts_of(treated, control, **columns):
    """Make contacts of two groups of outcomes."""
    table = pd.DataFrame({"arm": ["mail"] * len(treated) + ["none"] * len(control), "y": [*treated, *control]})
    table = table.assign(**columns)
    return as_contacts(table, outcomes=["y"], control="none", customer_id=None, keep=list(columns))


def skewed(rng, n, *, lift=0.0):
    """One in five spends, with a long tail."""
    return np.where(rng.random(n) < 0.2, rng.lognormal(3, 1.2, n), 0.0) * (1 + lift)


# By hand.


def test_each_arm_against_the_control_group():
    table = campaign_effect_table(MAILING, outcomes=["bought", "spend"]).set_index(["arm", "outcome"])
    assert table.index.tolist() == [("call", "bought"), ("call", "spend"), ("letter", "bought"), ("letter", "spend")]
    # 3 of 4 against 1 of 4; 60 / 4 against 4 / 4
    letter = table.loc["letter"]
    assert letter["difference"].tolist() == [0.5, 14]
    assert letter["incremental"].tolist() == [2, 56]
    assert letter["relative_difference"].tolist() == pytest.approx([2, 14])
    assert letter[["n_customers", "n_control", "n_open", "n_unmatched"]].to_numpy().tolist() == [[4, 4, 0, 0]] * 2
    assert table["too_few"].all()


def test_amounts_that_nobody_differs_in_tell_nothing_of_chance():
    # Everybody paid the same fee, in each arm: an interval of no width, which is not to be relied on.
    found = campaign_effect_table(contacts_of([9.0] * 40, [7.0] * 40), outcomes=["y"]).iloc[0]
    assert found[["difference", "lower", "upper"]].tolist() == [2.0] * 3
    assert found["too_few"]


def test_customers_are_compared_within_strata():
    # New customers: 8 of 10 mailed, 5 of 8 and 1 of 2 buy. Old ones: 2 of 10 mailed, 0 of 2 and 0 of 8 buy.
    bought = [1] * 5 + [0] * 3 + [0] * 2 + [1, 0] + [0] * 8
    stratum = ["new"] * 8 + ["old"] * 2 + ["new"] * 2 + ["old"] * 8
    contacts = contacts_of(bought[:10], bought[10:], stratum=stratum)
    plain = campaign_effect_table(contacts, outcomes=["y"]).iloc[0]
    within = campaign_effect_table(contacts, outcomes=["y"], strata="stratum").iloc[0]
    assert plain["difference"] == pytest.approx(5 / 10 - 1 / 10)
    # Of those mailed, 8 would have bought at 1 / 2 and 2 at 0.
    assert within["control_value"] == pytest.approx(0.4)
    assert within["difference"] == pytest.approx(0.1)
    # Weights .8 and .2: .64 × (.234375 / 7 + .25 / 1) and nothing of the old
    error = np.sqrt(0.64 * (5 / 8 * 3 / 8 / 7 + 0.25))
    parts = 0.64 * np.array([5 / 8 * 3 / 8 / 7, 0.25])
    reach = student.ppf(0.975, parts.sum() ** 2 / (parts[0] ** 2 / 7 + parts[1] ** 2)) * error
    assert within["upper"] - within["difference"] >= reach * (1 - 1e-9)


def test_a_stratum_without_a_control_group_is_left_out_and_counted():
    contacts = contacts_of([3.0, 5, 9, 9, 9], [1.0, 2, 3], stratum=list("aabbb") + list("aaa"))
    found = campaign_effect_table(contacts, outcomes=["y"], strata="stratum").iloc[0]
    assert found[["n_customers", "value", "control_value", "n_unmatched"]].tolist() == [2, 4, 2, 3]


def test_windows_that_are_not_over_are_left_out_and_counted():
    days = pd.to_datetime(["2024-03-01"] * 4 + ["2024-03-20"] * 3)
    table = pd.DataFrame(
        {
            "customer_id": range(7),
            "arm": ["a", "a", "none", "none", "a", "a", "none"],
            "date": days,
            "y": [3, 5, 1, 1] + [0.0] * 3,
        }
    )
    contacts = as_contacts(table, outcomes=["y"], control="none", date="date", window_days=14)
    # The first windows are over at the end of 2024-03-15.
    found = campaign_effect_table(contacts, outcomes=["y"], as_of="2024-03-15").iloc[0]
    assert found[["n_customers", "n_control", "difference", "n_open", "n_control_open"]].tolist() == [2, 2, 3, 2, 1]
    assert np.isnan(found["p_value"])
    assert not found["is_significant"]
    tested = campaign_effect_table(contacts, outcomes=["y"], as_of="2024-03-15", early="test").iloc[0]
    assert tested["p_value"] > 0
    nobody = campaign_effect_table(contacts, outcomes=["y"], as_of="2024-03-14").iloc[0]
    assert nobody[["n_customers", "n_open"]].tolist() == [0, 4]
    assert np.isnan(nobody["difference"])
    undated = contacts.assign(date=contacts["date"].where(contacts["treated"]))
    assert campaign_effect_table(undated, outcomes=["y"], as_of="2024-04-30").iloc[0]["n_control"] == 3
    with pytest.raises(SchemaError, match="nobody can tell which windows are over"):
        campaign_effect_table(undated, outcomes=["y"], as_of="2024-03-15")


def test_the_control_groups_variance_is_in_the_relative_difference():
    # Means 12 and 10, both with a standard error of .01: sqrt(.01² + 1.2² × .01²) / 10 = .00156205, not .00141421
    spread = 0.01 * np.sqrt(199)
    contacts = contacts_of([12 - spread, 12 + spread] * 100, [10 - spread, 10 + spread] * 100)
    found = campaign_effect_table(contacts, outcomes=["y"]).iloc[0]
    reach = (found["relative_upper"] - found["relative_lower"]) / 2
    assert found["relative_difference"] == pytest.approx(0.2)
    assert reach / student.ppf(0.975, 398) == pytest.approx(0.00156205, rel=1e-4)


def test_customers_without_a_past_are_kept():
    found = campaign_effect_table(MAILING, outcomes=["spend"], past="before").set_index("arm").loc["letter"]
    assert found[["n_customers", "n_control"]].tolist() == [4, 4]
    assert 0 < found["variance_reduction"] < 1
    # What the past explains wholly leaves nothing but the effect.
    rng = np.random.default_rng(1)
    past = rng.gamma(1, 30, 90)
    contacts = contacts_of(past[:60] + 5, past[60:], past=past)
    exact = campaign_effect_table(contacts, outcomes=["y"], past="past").iloc[0]
    assert exact[["difference", "lower", "upper", "variance_reduction"]].tolist() == pytest.approx([5, 5, 5, 1])


# Reference: other computations of the same.


def test_ratios_by_the_delta_method():
    rng = np.random.default_rng(3)
    orders = rng.poisson(1.5, 200)
    spend = orders * rng.gamma(4, 10, 200)
    contacts = contacts_of(spend[:120], spend[120:], orders=orders)
    found = campaign_effect_table(contacts, ratios={"order_value": ("y", "orders")}).iloc[0]
    ratios, variances = [], []
    for part in (slice(None, 120), slice(120, None)):
        y, d = spend[part], orders[part]
        covariance = np.cov(y, d) / len(y)
        ratio = y.mean() / d.mean()
        ratios.append(ratio)
        variances.append(
            (covariance[0, 0] - 2 * ratio * covariance[0, 1] + ratio**2 * covariance[1, 1]) / d.mean() ** 2
        )
    assert found["difference"] == pytest.approx(ratios[0] - ratios[1])
    width = found["upper"] - found["lower"]
    assert width / 2 == pytest.approx(1.97 * np.sqrt(sum(variances)), rel=0.02)
    assert np.isnan(found["incremental"])


def test_without_strata_and_past_as_the_comparison_of_groups():
    rng = np.random.default_rng(4)
    spend = np.append(skewed(rng, 900, lift=0.2), skewed(rng, 150))
    contacts = contacts_of(spend[:900], spend[900:]).assign(bought=(spend > 0).astype(int))
    found = campaign_effect_table(contacts, outcomes=["bought", "y"])
    other = group_comparison_table(
        contacts, by="arm", rates=["bought"], means=["y"], against="reference", reference="none"
    )
    shared = [
        *("difference", "lower", "upper", "relative_difference", "relative_lower", "relative_upper"),
        *("p_value", "adjusted_p_value", "is_significant", "detectable_difference", "too_few"),
    ]
    pd.testing.assert_frame_equal(found[shared], other[shared], rtol=1e-9)


def test_the_past_as_deng_and_others_have_it():
    rng = np.random.default_rng(5)
    past = rng.gamma(1, 30, 300)
    y = 0.6 * past + rng.gamma(1, 10, 300)
    found = campaign_effect_table(contacts_of(y[:200], y[200:], past=past), outcomes=["y"], past="past").iloc[0]
    arms = [(y[:200], past[:200]), (y[200:], past[200:])]
    slope = sum(np.cov(*arm)[0, 1] / len(arm[0]) for arm in arms) / sum(
        np.var(arm[1], ddof=1) / len(arm[0]) for arm in arms
    )
    adjusted = [values - slope * before for values, before in arms]
    assert found["difference"] == pytest.approx(adjusted[0].mean() - adjusted[1].mean())
    squares = [sum(np.var(each, ddof=1) / len(each) for each in group) for group in (adjusted, [y[:200], y[200:]])]
    assert found["variance_reduction"] == pytest.approx(1 - squares[0] / squares[1])


# Reference: Hillstrom (2008), "The MineThatData E-Mail Analytics And Data Mining Challenge": visits .182757, .151400
# and .106167 of those with the men's e-mail, the women's and none.


@pytest.mark.skipif(not HILLSTROM.exists(), reason="needs the e-mails of Hillstrom")
def test_hillstrom():
    contacts = as_contacts(
        pd.read_parquet(HILLSTROM),
        outcomes=["visit", "conversion", "spend"],
        control="No E-Mail",
        arm="segment",
        customer_id=None,
        keep=["history"],
    )
    table = campaign_effect_table(contacts, outcomes=["visit", "conversion", "spend"], past="history")
    plain = campaign_effect_table(contacts, outcomes=["visit"]).set_index("arm")
    assert plain.loc["Womens E-Mail", "difference"] == pytest.approx(0.045233, abs=1e-6)
    assert plain.loc["Womens E-Mail", "incremental"] == pytest.approx(967.40, abs=0.005)
    assert plain.loc["Mens E-Mail", "difference"] == pytest.approx(0.182757 - 0.106167, abs=1e-6)
    assert table["is_significant"].all()
    assert (table["variance_reduction"] > 0).all()
    # the table of the tutorial: means of spend as published, Newcombe's and Student's intervals worked out apart
    spend = campaign_effect_table(contacts, outcomes=["spend"]).set_index("arm")
    assert spend["value"].tolist() == pytest.approx([1.422617, 1.077202], abs=1e-6)
    for arm, ends in (("Mens E-Mail", (0.49, 1.05)), ("Womens E-Mail", (0.17, 0.68))):
        one, none = (contacts.loc[contacts["arm"] == each, "spend"] for each in (arm, "No E-Mail"))
        reach = 1.96 * np.sqrt(one.var() / len(one) + none.var() / len(none))
        apart = one.mean() - none.mean()
        assert (round(apart - reach, 2), round(apart + reach, 2)) == ends
        assert spend.loc[arm, ["lower", "upper"]].tolist() == pytest.approx([apart - reach, apart + reach], abs=1e-3)


def test_incremental_conversions_as_in_the_table():
    found = campaign_effect_table(MAILING, outcomes=["bought"]).set_index("arm").loc["call", "incremental"]
    given = {"treated_conversions": 1, "treated_customers": 2, "control_conversions": 1, "control_customers": 4}
    assert found == incremental_conversions(**given) == 0.5


# Law.


@given(st.integers(0, 10_000), st.sampled_from([1e-3, 7.1, 1e6]))
def test_the_currency_and_the_order_of_rows_move_nothing(seed, unit):
    rng = np.random.default_rng(seed)
    y, past = skewed(rng, 60), skewed(rng, 60)
    contacts = contacts_of(y[:40], y[40:], past=past, stratum=rng.integers(0, 2, 60))
    asked = {"outcomes": ["y"], "past": "past", "strata": "stratum"}
    found = campaign_effect_table(contacts, **asked).iloc[0]
    other = contacts.assign(y=contacts["y"] * unit, past=contacts["past"] / unit).sample(frac=1, random_state=seed)
    scaled = campaign_effect_table(other, **asked).iloc[0]
    assert scaled["difference"] == pytest.approx(found["difference"] * unit, rel=1e-6, abs=1e-9 * unit)
    same = ["relative_difference", "p_value", "variance_reduction"]
    assert scaled[same].tolist() == pytest.approx(found[same].tolist(), rel=1e-6, abs=1e-9, nan_ok=True)


def test_every_kind_of_frame_gives_the_same(build):
    plain = MAILING.assign(date=pd.Timestamp("2024-03-01"), window_days=14.0)
    asked = {
        "outcomes": ["bought", "spend"],
        "ratios": {"order_value": ("spend", "orders")},
        "as_of": "2024-03-31",
        "past": "before",
        "by": "region",
    }
    assert_same_rows(as_pandas(campaign_effect_table(build(plain), **asked)), campaign_effect_table(plain, **asked))


@pytest.mark.deep
@pytest.mark.parametrize(("n", "n_runs"), [(500, 400), (5000, 400)])
@pytest.mark.parametrize("treated", [0.5, 0.9])
def test_intervals_hold_the_effect_on_skewed_spend(n, n_runs, treated):
    # One in five spends, lognormal with a standard deviation of logarithms of 1.2, and the past explains a part.
    # The runs are campaigns of one table.
    rng = np.random.default_rng(n)
    lift = 0.2
    effect = lift * 0.2 * np.exp(3 + 1.2**2 / 2)
    past = skewed(rng, n * n_runs)
    y = 0.5 * skewed(rng, n * n_runs) + 0.5 * past
    arm = np.tile(np.arange(n) < treated * n, n_runs)
    table = pd.DataFrame(
        {
            "run": np.repeat(np.arange(n_runs), n),
            "arm": np.where(arm, "mail", "none"),
            "y": y * (1 + lift * arm),
            "past": past,
        }
    )
    contacts = as_contacts(table, outcomes=["y"], control="none", customer_id=None, campaign="run", keep=["past"])
    for column in (None, "past"):
        found = campaign_effect_table(contacts, outcomes=["y"], past=column)
        assert len(found) == n_runs
        held = (found["lower"] <= effect) & (effect <= found["upper"])
        assert held.mean() >= 0.92, column


OPTIONS = ({"past": "past"}, {"strata": "shop"}, {"ratios": {"r": ("spend", "orders")}})
FIGURES = ["value", "control_value", "difference", "lower", "upper", "p_value", "detectable_difference"]


@pytest.mark.parametrize(
    ("beside", "options"),
    [
        *((beside, {}) for beside in ("campaign", "country", "arm")),
        *(("campaign", options) for options in OPTIONS),
        *(deep(beside, options) for beside in ("country", "arm") for options in OPTIONS),
    ],
)
def test_what_is_judged_beside_something_of_another_size_is_judged_as_alone(beside, options):
    rng = np.random.default_rng(4)
    small = pd.DataFrame(
        {
            "customer_id": range(400),
            "campaign": "spring",
            "country": "nl",
            "arm": ["mail", "none"] * 200,
            "spend": skewed(rng, 400),
            "orders": rng.integers(1, 4, 400),
            "past": np.where(rng.random(400) < 0.3, np.nan, rng.gamma(1, 10, 400)),
            "shop": ["east", "east", "west", "west"] * 100,
        }
    )
    large = small.assign(spend=small["spend"] * 1e12 + 1e12, customer_id=range(400, 800))
    if beside == "arm":
        large = large[large["arm"] == "mail"]
    else:
        large["past"] *= 1e12
    large[beside] = "other"
    judged = [
        campaign_effect_table(
            as_contacts(
                table,
                outcomes=["spend", "orders"],
                control="none",
                campaign="campaign",
                keep=["past", "shop", "country"],
            ),
            outcomes=["spend"],
            by="country",
            adjust="none",
            **options,
        )
        for table in (small, pd.concat([small, large]))
    ]
    alone, together = (each[(each[["campaign", "country", "arm"]] != "other").all(axis=1)] for each in judged)
    assert len(alone) == (2 if "ratios" in options else 1)
    pd.testing.assert_frame_equal(
        alone[FIGURES].reset_index(drop=True), together[FIGURES].reset_index(drop=True), rtol=1e-9
    )


# Refusals.


def test_a_window_without_end_is_never_over():
    contacts = contacts_of([1, 0], [0, 1]).assign(date=pd.Timestamp("2024-03-01"), window_days=1e9)
    table = campaign_effect_table(contacts, outcomes=["y"], as_of="2024-12-31")
    assert table[["n_open", "n_control_open"]].iloc[0].tolist() == [2, 2]


def test_amounts_whose_squares_are_nothing_are_refused():
    contacts = contacts_of([1e-170, 3e-170, 0], [1e-170, 0, 0])
    with pytest.raises(
        SchemaError, match=r"contacts\['y'\]` adds up to no more than 5e-170, too small to compute with"
    ):
        campaign_effect_table(contacts, outcomes=["y"])


@pytest.mark.parametrize("amount", [1e71, 1e150, 1e308])
def test_amounts_that_no_variance_can_be_made_of_are_refused(amount):
    contacts = contacts_of([amount, -amount, 0], [amount, 0, 0])
    with pytest.raises(SchemaError, match=r"contacts\['y'\]` holds infinite values, or adds up to more than 1e\+70"):
        campaign_effect_table(contacts, outcomes=["y"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "Nothing to judge"),
        ({"outcomes": "spend"}, TypeError, "`outcomes` must be a list"),
        ({"outcomes": ["spend", "spend"]}, ValueError, "`outcomes` names 'spend' twice"),
        ({"outcomes": ["profit"]}, SchemaError, "profit"),
        ({"outcomes": ["region"]}, SchemaError, "must hold numbers"),
        ({"outcomes": ["before"]}, SchemaError, "must hold numbers, none missing"),
        ({"ratios": ["spend"]}, TypeError, "`ratios` must map"),
        ({"ratios": {"value": "spend"}}, TypeError, "`ratios` must map"),
        ({"outcomes": ["spend"], "ratios": {"spend": ("spend", "orders")}}, ValueError, "named in both"),
        ({"outcomes": ["spend"], "by": "arm"}, ValueError, "`by` names 'arm'"),
        ({"outcomes": ["spend"], "strata": "campaign"}, ValueError, "`strata` names 'campaign'"),
        ({"outcomes": ["spend"], "strata": {"region"}}, TypeError, "`strata` must be the name"),
        ({"outcomes": ["spend"], "past": "spend"}, ValueError, "'spend' is given twice"),
        ({"outcomes": ["spend"], "past": "region"}, SchemaError, "missing for customers without a past"),
        ({"outcomes": ["spend"], "early": "look"}, ValueError, "`early`"),
        ({"outcomes": ["spend"], "level": 95}, ValueError, "`level`"),
        ({"outcomes": ["spend"], "power": 0}, ValueError, "`power`"),
        ({"outcomes": ["spend"], "adjust": "tukey"}, ValueError, "`adjust`"),
        ({"outcomes": ["spend"], "as_of": "2024-03-01"}, SchemaError, "lack a date or a window"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        campaign_effect_table(MAILING, **arguments)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (MAILING.head(0), "`contacts` has no rows"),
        (MAILING[MAILING["treated"]], r"The campaigns \['campaign'\] have no control group"),
        (MAILING.assign(treated=MAILING["arm"] == "letter"), r"several arms that were not contacted.*'call', 'none'"),
        (MAILING.assign(spend=1e308), r"adds up to more than 1e\+70"),
        (MAILING.assign(orders=-1.0), "values below 0 in 10 rows"),
    ],
)
def test_tables_that_cannot_be_judged_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        campaign_effect_table(table, outcomes=["spend"], ratios={"value": ("spend", "orders")})


def test_windows_need_the_last_day_of_the_data():
    with pytest.raises(ValueError, match="Give `as_of`, the last day"):
        campaign_effect_table(MAILING.assign(date=pd.Timestamp("2024-03-01"), window_days=14.0), outcomes=["spend"])


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = MAILING.copy()
    campaign_effect_table(MAILING, outcomes=["bought"], past="before", strata="region")
    pd.testing.assert_frame_equal(MAILING, before)


def test_groups_are_judged_apart():
    contacts, _ = make_contacts(n_customers=400, n_campaigns=2, random_state=1)
    contacts = as_contacts(contacts, outcomes=["conversion"], control="none", campaign="campaign")
    found = campaign_effect_table(contacts, outcomes=["conversion"])
    alone = campaign_effect_table(contacts[contacts["campaign"] == "campaign 2"], outcomes=["conversion"])
    columns = ["n_customers", "value", "difference", "lower", "upper", "p_value"]
    assert found.loc[1, columns].tolist() == alone.loc[0, columns].tolist()
