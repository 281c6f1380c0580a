"""The hazard of each period: published estimates, scikit-learn's, Kaplan and Meier's, its own from simulated data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from tests.depth import few
from tests.files import data_file

from crmkit import SchemaError
from crmkit.errors import ConvergenceError
from crmkit.loyalty.survival import (
    DiscreteHazardModel,
    kaplan_meier_table,
    person_period_table,
    survival_at_table,
    survival_from_hazards,
)

# Singer and Willett (2003), Applied Longitudinal Data Analysis, table 11.1: boys at risk and first having sex in grades
# 7 to 12, those who lived with both parents (pt 0) and those with a parenting transition (pt 1)
AT_RISK = {0: [72, 70, 68, 60, 52, 42], 1: [108, 95, 90, 74, 53, 38]}
EVENTS = {0: [2, 2, 8, 8, 10, 8], 1: [13, 5, 16, 21, 15, 18]}
GRADES = pd.DataFrame(
    [
        (grade, left, pt, events if left else n - events)
        for pt in (0, 1)
        for grade, (n, events) in enumerate(zip(AT_RISK[pt], EVENTS[pt], strict=True), start=1)
        for left in (True, False)
    ],
    columns=["period", "left", "pt", "n_customers"],
)


def repeated(table):
    """A row for each customer of the groups."""
    return table.loc[table.index.repeat(table["n_customers"])].drop(columns="n_customers").reset_index(drop=True)


# By hand


def test_without_features_it_is_the_share_that_leaves_of_those_there():
    # 2 of 4 leave in the first period, nobody of 2 in the second, 1 of 2 in the third
    tenures = pd.DataFrame({"customer_id": range(4), "duration": [1, 1, 3, 3], "observed": [1, 1, 1, 0]})
    periods = person_period_table(tenures, freq=None)
    for link in ("logit", "cloglog"):
        model = DiscreteHazardModel(link=link).fit(periods)
        table = model.survival_table(pd.DataFrame({"x": [0]}), n_periods=4)
        assert_allclose(table["hazard"], [0.5, 0, 0.5, np.nan])
        assert_allclose(table["survival"], [0.5, 0.5, 0.25, np.nan])
        assert model.params_.index.tolist() == ["period 1", "period 3"]
        assert (model.n_periods_, model.n_events_) == (8, 3)
        alive = model.probability_alive(pd.DataFrame({"period": [1, 2, 3, 4]}), horizon=2)
        assert alive.tolist() == pytest.approx([0.5, 0.5, np.nan, np.nan], nan_ok=True)
    # each customer's chance of what they did: (½)^4 in the first period, (½)^2 in the third
    assert model.loglik_ == pytest.approx(6 * np.log(0.5))


def test_bands_hold_for_their_periods_and_the_last_goes_on():
    model = DiscreteHazardModel(baseline=(1, 3)).fit(GRADES)
    firsts = model.hazard(pd.DataFrame({"period": [1, 2, 3, 9]}))
    # 22 of 345 in grades 7 and 8, 104 of 477 later
    assert_allclose(firsts, [22 / 345, 22 / 345, 104 / 477, 104 / 477])


def test_a_level_in_which_everybody_left_leaves_nobody():
    model = DiscreteHazardModel().fit(pd.DataFrame({"period": [1, 1, 2, 2], "left": [1, 0, 1, 1]}))
    table = model.survival_table(pd.DataFrame({"x": [0]}), n_periods=2)
    assert table["survival"].tolist() == [0.5, 0]
    assert table["lower"].isna().tolist() == [False, True]


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_periods_in_which_nobody_or_everybody_left_need_no_estimate(link):
    # two customers: both there after period 1, both gone in period 2
    certain = pd.DataFrame({"period": [1, 1, 2, 2], "left": [0, 0, 1, 1], "pt": [0, 1, 0, 1]})
    model = DiscreteHazardModel(link=link).fit(certain)
    table = model.survival_table(certain.iloc[:1], n_periods=3)
    assert_allclose(table["hazard"], [0, 1, np.nan])
    assert_allclose(table["survival"], [1, 0, np.nan])
    assert model.loglik_ == 0
    assert DiscreteHazardModel.from_json(model.to_json()).params_.empty
    with pytest.raises(SchemaError, match="In each period either nobody or everybody left"):
        DiscreteHazardModel(features=["pt"], link=link).fit(certain)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_features_in_impossible_units_are_refused(unit):
    with pytest.raises(SchemaError, match=r"hold values above 1e\+100, or none above 1e-100"):
        DiscreteHazardModel(features=["pt"]).fit(GRADES.assign(pt=GRADES["pt"] * unit))


def test_hazards_of_any_model_are_cumulated():
    # of ann, whose rows are not in order: .9, .9 · .5, .9 · .5 · .8; of bo, first seen in the third period, .75
    survival = survival_from_hazards(
        hazards=[0.5, 0.1, 0.25, 0.2], spells=["ann", "ann", "bo", "ann"], periods=[2, 1, 3, 3]
    )
    assert_allclose(survival, [0.45, 0.9, 0.75, 0.36])
    missing = survival_from_hazards(hazards=[0.5, np.nan, 0.2], spells=[1, 1, 1], periods=[1, 2, 3])
    assert_allclose(missing, [0.5, np.nan, np.nan])


# Reference: Singer and Willett (2003), tables 11.3 (models A and B) and 12.2 (complementary log-log)


def test_grades_of_first_sex():
    baseline = DiscreteHazardModel().fit(GRADES)
    levels = [-2.3979, -3.1167, -1.7198, -1.2867, -1.1632, -0.7309]
    assert_allclose(baseline.params_["estimate"], levels, atol=5e-5)
    assert -2 * baseline.loglik_ == pytest.approx(651.96, abs=5e-3)
    parents = DiscreteHazardModel(features=["pt"]).fit(GRADES)
    expected = [-2.9943, -3.7001, -2.2811, -1.8226, -1.6542, -1.1791, 0.8736]
    assert_allclose(parents.params_["estimate"], expected, atol=5e-5)
    errors = [0.3175, 0.4206, 0.2724, 0.2585, 0.2691, 0.2716, 0.2174]
    assert_allclose(parents.params_["std_error"], errors, atol=5e-5)
    assert -2 * parents.loglik_ == pytest.approx(634.66, abs=5e-3)
    assert parents.aic_ == pytest.approx(634.66 + 2 * 7, abs=5e-3)
    assert parents.bic_ == pytest.approx(634.66 + 7 * np.log(126), abs=5e-3)
    running = DiscreteHazardModel(features=["pt"], link="cloglog").fit(GRADES).params_
    assert running.loc["pt", "estimate"] == pytest.approx(0.785, abs=5e-4)


def test_it_is_scikit_learns_logistic_regression():
    rng = np.random.default_rng(3)
    periods = pd.DataFrame(
        {"period": rng.integers(1, 9, 4000), "x": rng.normal(5, 2, 4000), "z": rng.random(4000) < 0.3}
    )
    periods["left"] = rng.random(4000) < 1 / (1 + np.exp(3 - 0.2 * periods["x"] - 0.5 * periods["z"]))
    for penalty in (0, 10.0):
        model = DiscreteHazardModel(features=["x", "z"], baseline="log", penalty=penalty).fit(periods)
        scaled = (periods[["x", "z"]] - periods[["x", "z"]].mean()) / periods[["x", "z"]].std(ddof=0)
        # scikit-learn would draw the line in time towards 0 as well: hardly, where it is written large
        design = scaled.assign(log_period=np.log(periods["period"]) * 1e5)
        strength = {"C": 1 / penalty} if penalty else {"C": np.inf}
        peer = LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=200, **strength)
        peer.fit(design.to_numpy(dtype=float), periods["left"])
        assert_allclose(model.hazard(periods), peer.predict_proba(design.to_numpy(dtype=float))[:, 1], rtol=1e-5)
    assert model.params_.index.tolist() == ["intercept", "log_period", "x", "z"]


def test_telco_gives_kaplan_and_meiers_curve_and_prefers_long_contracts():
    telco = pd.read_csv(data_file("ibm_telco_churn.csv"))
    tenures = pd.DataFrame(
        {
            "customer_id": telco["customerID"],
            "duration": telco["tenure"],
            "observed": telco["Churn"] == "Yes",
            "one_year": telco["Contract"] == "One year",
            "two_years": telco["Contract"] == "Two year",
        }
    )
    # 11 customers are in their first month: they have no whole month
    periods = person_period_table(tenures, freq=None, keep=["one_year", "two_years"])
    assert periods["left"].sum() == 1869
    model = DiscreteHazardModel().fit(periods)
    columns = {"durations": tenures["duration"], "observed": tenures["observed"]}
    curve = survival_at_table(**columns, times=np.arange(1, 73))
    table = model.survival_table(pd.DataFrame({"x": [0]}), n_periods=72)
    assert_allclose(table["survival"], curve["survival"], rtol=1e-9)
    assert_allclose(table["lower"], curve["lower"], rtol=1e-6)
    assert_allclose(table["upper"], curve["upper"], rtol=1e-6)
    effects = DiscreteHazardModel(features=["one_year", "two_years"]).fit(periods).params_["estimate"]
    assert effects["two_years"] < effects["one_year"] < -1


# Its own: parameters that made the data


@pytest.mark.parametrize(("link", "inverse"), [
    ("logit", lambda linear: 1 / (1 + np.exp(-linear))),
    ("cloglog", lambda linear: 1 - np.exp(-np.exp(linear))),
])  # fmt: skip
def test_it_finds_the_effects_of_features_that_change(link, inverse):
    rng = np.random.default_rng(11)
    n, last = 6000, 10
    calls, discount = rng.poisson(1.0, (n, last)), rng.random(n) < 0.4
    hazard = inverse(-3 + 0.3 * np.log(np.arange(1, last + 1)) + 0.4 * calls - 0.8 * discount[:, None])
    left = rng.random((n, last)) < hazard
    stays = np.cumsum(left, axis=1) - left == 0
    who, when = np.nonzero(stays)
    periods = pd.DataFrame(
        {"period": when + 1, "left": left[who, when], "calls": calls[who, when], "discount": discount[who]}
    )
    model = DiscreteHazardModel(features=["calls", "discount"], baseline="log", link=link).fit(periods)
    truth = np.array([-3, 0.3, 0.4, -0.8])
    assert (np.abs(model.params_["estimate"] - truth) < 3 * model.params_["std_error"]).all()
    assert (model.params_["std_error"] < 0.1).all()
    # the survival of each customer by its own path, and of each with what they had at first
    alive = survival_from_hazards(hazards=model.hazard(periods), spells=who, periods=periods["period"])
    true = survival_from_hazards(hazards=hazard[who, when], spells=who, periods=when + 1)
    assert np.abs(alive - true).mean() < 0.02


@pytest.mark.deep
def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(120):
        x = rng.random(400) < 0.5
        hazard = np.where(x, 0.1, 0.2)
        lasted = rng.geometric(hazard)
        tenures = pd.DataFrame(
            {"customer_id": range(400), "duration": np.minimum(lasted, 4), "observed": lasted <= 4, "x": x}
        )
        model = DiscreteHazardModel(features=["x"], link="cloglog").fit(
            person_period_table(tenures, freq=None, keep=["x"])
        )
        last = model.survival_table(pd.DataFrame({"x": [1.0]}), n_periods=4).iloc[-1]
        held.append(last["lower"] <= 0.9**4 <= last["upper"])
    assert 0.9 <= np.mean(held) <= 0.99


# Laws

rows = st.lists(
    st.tuples(st.integers(1, 4), st.booleans(), st.sampled_from([0.0, 1.0, 2.5])), min_size=1, max_size=25
).map(lambda drawn: pd.DataFrame(drawn, columns=["period", "left", "x"]))


def padded(table):
    """Rows that keep every level and feature from telling exactly who leaves."""
    certain = [(period, left, x) for period in range(1, 5) for left in (True, False) for x in (0.0, 1.0)]
    return pd.concat([table, pd.DataFrame(certain, columns=["period", "left", "x"])], ignore_index=True)


@few()
@given(rows, st.sampled_from(["logit", "cloglog"]), st.sampled_from(["each", "log", (1, 3)]))
def test_the_slope_is_flat_at_the_maximum(drawn, link, baseline):
    periods = padded(drawn)
    model = DiscreteHazardModel(features=["x"], link=link, baseline=baseline).fit(periods)
    # a step in x and its opposite are both worse
    hazard = np.asarray(model.hazard(periods))
    left = periods["left"].to_numpy()
    assert model.loglik_ == pytest.approx(np.log(np.where(left, hazard, 1 - hazard)).sum())
    for level in sorted(set(periods["period"])) if baseline == "each" and link == "logit" else []:
        here = periods["period"] == level
        assert hazard[here].sum() == pytest.approx(left[here].sum())


@few()
@given(rows, st.sampled_from(["logit", "cloglog"]), st.integers(2, 4))
def test_rows_that_stand_for_several_are_as_good_as_several_rows(drawn, link, times):
    periods = padded(drawn)
    grouped = DiscreteHazardModel(features=["x"], link=link).fit(periods.assign(n_customers=times))
    several = DiscreteHazardModel(features=["x"], link=link).fit(pd.concat([periods] * times))
    pd.testing.assert_frame_equal(grouped.params_, several.params_)
    assert grouped.loglik_ == pytest.approx(several.loglik_)


@few()
@given(rows, st.sampled_from([1e-6, 0.01, 7.3, 1e6]), st.sampled_from([0.0, 2.0]))
def test_the_unit_of_a_feature_changes_no_hazard(drawn, unit, penalty):
    periods = padded(drawn)
    model, other = (
        DiscreteHazardModel(features=["x"], penalty=penalty).fit(periods.assign(x=periods["x"] * scale))
        for scale in (1, unit)
    )
    assert_allclose(other.hazard(periods.assign(x=periods["x"] * unit)), model.hazard(periods), rtol=1e-7)
    assert other.params_.loc["x", "estimate"] * unit == pytest.approx(model.params_.loc["x", "estimate"], abs=1e-7)


def test_survival_of_a_profile_is_what_its_hazards_give():
    model = DiscreteHazardModel(features=["pt"]).fit(GRADES)
    table = model.survival_table(pd.DataFrame({"pt": [1, 0]}), n_periods=6)
    assert table["profile"].tolist() == [0] * 6 + [1] * 6
    cumulated = survival_from_hazards(hazards=table["hazard"], spells=table["profile"], periods=table["period"])
    assert_allclose(table["survival"], cumulated)
    assert ((table["lower"] < table["survival"]) & (table["survival"] < table["upper"])).all()
    new = pd.DataFrame({"period": [1, 1], "pt": [1, 0]})
    last = table.groupby("profile")["survival"].last()
    assert_allclose(model.probability_alive(new, horizon=6), last)


def test_the_curve_without_features_is_that_of_kaplan_and_meier():
    people = repeated(GRADES)
    lasted = people[people["left"] | (people["period"] == 6)]
    curve = kaplan_meier_table(durations=lasted["period"], observed=lasted["left"])
    table = DiscreteHazardModel().fit(GRADES).survival_table(pd.DataFrame({"x": [0]}), n_periods=6)
    # all others were seen to the last grade
    assert curve["n_at_risk"].iloc[0] == 180
    assert_allclose(table["survival"], curve["survival"])


# Refusals


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"features": "pt"}, TypeError, "`features` must be a list of different columns other than"),
        ({"features": ["pt", "pt"]}, ValueError, "`features` must be a list of different columns"),
        ({"features": ["left"]}, ValueError, "`features` must be a list of different columns"),
        ({"features": ["age"]}, SchemaError, r"lacks the columns \['age'\]"),
        ({"baseline": "spline"}, ValueError, "`baseline` must be 'each', 'log', or the first periods of bands"),
        ({"baseline": (2, 3)}, ValueError, "`baseline` must be 'each'"),
        ({"baseline": (1, 3, 3)}, ValueError, "`baseline` must be 'each'"),
        ({"baseline": (1, 2.5)}, TypeError, "`baseline` must be 'each'"),
        ({"link": "probit"}, ValueError, "`link` must be one of"),
        ({"penalty": -1}, ValueError, "`penalty` must be 0 or more, got -1"),
    ],
)
def test_options_that_cannot_be_used_are_refused(options, kind, says):
    with pytest.raises(kind, match=says):
        DiscreteHazardModel(**options).fit(GRADES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"left": False}, "`periods` holds 24 customers and periods, in which 0 left"),
        ({"left": 2}, r"`periods\['left'\]` is neither true nor false"),
        ({"period": 0}, r"`periods\['period'\]` is below 1"),
        ({"period": 1.5}, r"`periods\['period'\]` is not a whole number"),
        ({"pt": np.nan}, r"`periods\['pt'\]` is missing or infinite in 24 rows, first at rows \[0, 1"),
        ({"pt": 3.0}, "Some of the `features` follow from the others"),
        ({"n_customers": -1}, r"`periods\['n_customers'\]` is below 0"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(change, says):
    with pytest.raises(SchemaError, match=says):
        DiscreteHazardModel(features=["pt"]).fit(GRADES.assign(**change))


def test_features_that_cannot_be_told_apart_or_tell_exactly_who_leaves_are_refused():
    with pytest.raises(SchemaError, match="Some of the `features` follow from the others or from the periods"):
        DiscreteHazardModel(features=["pt", "qt"]).fit(GRADES.assign(qt=1 - GRADES["pt"]))
    with pytest.raises(SchemaError, match="Some of the `features`"):
        DiscreteHazardModel(features=["pt", "grade"]).fit(GRADES.assign(grade=GRADES["period"] + 6))
    # only known afterwards
    leak = GRADES.assign(cancelled=GRADES["left"])
    for link in ("logit", "cloglog"):
        with pytest.raises(ConvergenceError, match="tell exactly who leaves"):
            DiscreteHazardModel(features=["cancelled"], link=link).fit(leak)
        drawn = DiscreteHazardModel(features=["cancelled"], link=link, penalty=1).fit(leak)
        assert drawn.params_.loc["cancelled", "estimate"] > 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hazards": [0.5, 1.2]}, "`hazards` must not exceed 1"),
        ({"periods": [1]}, "`periods` must have a value for each of the 2 hazards, got 1"),
        ({"periods": [1, 3]}, r"`periods` must rise by one .* in the spells of \['ann'\]"),
        ({"periods": [1, 1]}, "`periods` must rise by one"),
        ({"spells": ["ann", None]}, "`spells` is missing in 1 row"),
    ],
)
def test_hazards_that_cannot_be_cumulated_are_refused(given, says):
    with pytest.raises(ValueError, match=says):
        survival_from_hazards(**{"hazards": [0.5, 0.2], "spells": ["ann", "ann"], "periods": [1, 2], **given})
