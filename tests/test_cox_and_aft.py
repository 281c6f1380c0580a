"""Cox's model and accelerated failure times, computed by greenwood: published estimates, and what tables add."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.frames import assert_same_rows
from tests.test_survival import PLACEBO, RELAPSED, WEEKS

from crmkit import SchemaError
from crmkit.errors import ConvergenceError
from crmkit.loyalty.survival import (
    aft_law_table,
    aft_survival_table,
    aft_table,
    cox_survival_table,
    cox_table,
    kaplan_meier_table,
)

greenwood = pytest.importorskip("greenwood", reason="the extra survival is not installed")

# Freireich et al. (1963): weeks in remission under placebo and under 6-MP
REMISSION = pd.DataFrame(
    {
        "duration": [*map(float, WEEKS), *map(float, PLACEBO)],
        "observed": [*map(bool, RELAPSED), *[True] * 21],
        "placebo": [False] * 21 + [True] * 21,
    }
)
MAKERS = (cox_table, aft_table, aft_law_table)


@pytest.fixture(scope="module")
def lung():
    """R's lung cancer data, which come with greenwood."""
    table = greenwood.load_dataset("lung", backend="pandas")
    columns = {"duration": table["time"], "observed": table["status"] == 2, "age": table["age"], "sex": table["sex"]}
    return pd.DataFrame(columns).astype({"duration": float, "age": float, "sex": float})


# By hand


def test_without_ties_two_customers_by_hand():
    # 1 leaves first of those with x = 1, 0, 1, 0, then 0 … : the score of the partial likelihood is 0 at its maximum
    table = pd.DataFrame({"duration": [1, 2, 3, 4], "observed": [1, 1, 1, 0], "x": [1, 0, 1, 0]})
    ratio = float(cox_table(table, features=["x"])["hazard_ratio"][0])
    # 2 leavers had x = 1; expected 2r/(2r+2) + r/(r+2) + r/(r+1)
    assert 2 * ratio / (2 * ratio + 2) + ratio / (ratio + 2) + ratio / (ratio + 1) == pytest.approx(2, abs=1e-6)


# Reference: R's survival, coxph and survreg on lung; Kleinbaum and Klein, Survival Analysis, on the remission times


def test_lung(lung):
    table = cox_table(lung, features=["age", "sex"]).set_index("feature")
    assert_allclose(table["estimate"], [0.017045, -0.513219], atol=5e-7)
    assert_allclose(table["std_error"], [0.009223, 0.167458], atol=5e-7)
    assert_allclose(table["p_value"], [0.06459, 0.00218], atol=5e-6)
    assert_allclose(
        table.loc["sex", ["hazard_ratio", "lower", "upper"]].astype(float), [0.5986, 0.4311, 0.8311], atol=5e-5
    )
    weibull = aft_table(lung, features=["age", "sex"]).set_index("feature")
    assert_allclose(weibull["estimate"], [6.27485, -0.01226, 0.38209], atol=1e-4)
    assert_allclose(weibull["std_error"], [0.48137, 0.00696, 0.12748], atol=1e-4)
    laws = aft_law_table(lung, features=["age", "sex"]).set_index("law")
    assert laws.index[0] == "weibull"
    assert laws.loc["weibull", "scale"] == pytest.approx(0.754, abs=5e-4)
    assert laws.loc["weibull", "loglik"] == pytest.approx(-1147.1, abs=0.05)
    assert laws.loc["exponential", "n_parameters"] == 3


def test_remission():
    # hazard ratio of placebo 4.523 by Breslow, 1.509; by Efron's ties 1.572
    breslow = cox_table(REMISSION, features=["placebo"], ties="breslow").iloc[0]
    assert (breslow["estimate"], breslow["std_error"]) == pytest.approx((1.5092, 0.4096), abs=5e-5)
    assert breslow["hazard_ratio"] == pytest.approx(4.523, abs=5e-4)
    efron = cox_table(REMISSION, features=["placebo"]).iloc[0]
    assert (efron["estimate"], efron["std_error"]) == pytest.approx((1.5721, 0.4124), abs=5e-5)
    assert efron["proportional_p_value"] > 0.5
    # Weibull: 6-MP stretches the time by exp(1.267) = 3.55, with 1/scale = 1.366
    weibull = aft_table(REMISSION, features=["placebo"]).set_index("feature")
    assert weibull.loc["placebo", "estimate"] == pytest.approx(-1.267, abs=1e-3)
    law = aft_law_table(REMISSION, features=["placebo"], laws=["weibull"]).iloc[0]
    assert 1 / law["scale"] == pytest.approx(1.366, abs=1e-3)


# Laws


def test_units_and_shifts_of_a_feature_change_only_its_unit(lung):
    table = cox_table(lung, features=["age", "sex"])
    far = lung.assign(age=(lung["age"] + 1000) * 1e6)
    moved = cox_table(far, features=["age", "sex"])
    assert_allclose(moved["estimate"] * [1e6, 1], table["estimate"], rtol=1e-6)
    assert_allclose(moved["p_value"], table["p_value"], rtol=1e-6)
    assert_allclose(
        aft_table(lung.assign(age=lung["age"] * 1e6), features=["age"])["time_ratio"][1] ** 1e6,
        aft_table(lung, features=["age"])["time_ratio"][1],
        rtol=1e-4,
    )


@pytest.mark.parametrize("shift", [2e3, 1e6, 1e8])
def test_features_far_from_0_keep_their_effects(shift, lung):
    # such as the year of the start: unchanged but for the intercept, which is that of a feature of 0
    far = lung.assign(age=lung["age"] + shift)
    for make in (cox_table, aft_table):
        here, there = (
            make(table, features=["age", "sex"]).set_index("feature").drop("intercept", errors="ignore")
            for table in (lung, far)
        )
        assert_allclose(there, here, rtol=2e-3)
    slope, intercept = (
        aft_table(lung, features=["age"]).set_index("feature")["estimate"][name] for name in ("age", "intercept")
    )
    assert aft_table(far, features=["age"])["estimate"][0] == pytest.approx(intercept - shift * slope, rel=1e-3)
    for make in (cox_survival_table, aft_survival_table):
        here, there = (
            make(table, features=["age"], profiles=pd.DataFrame({"age": [60.0 + by]}), times=[300])
            for table, by in ((lung, 0), (far, shift))
        )
        assert_allclose(there, here, rtol=1e-4)


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**1000])
def test_the_size_of_a_feature_does_not_matter(unit, lung):
    for make in (cox_table, aft_table):
        here, there = (make(lung.assign(age=lung["age"] * by), features=["age"]) for by in (1.0, unit))
        assert_allclose(there["p_value"], here["p_value"], rtol=1e-12)
        assert_allclose(there["estimate"].iloc[-1] * unit, here["estimate"].iloc[-1], rtol=1e-12)


def test_a_single_loss_has_an_effect_but_no_course_in_time(lung):
    one = lung.assign(observed=lung.index == lung["duration"].idxmin())
    table = cox_table(one, features=["age"])
    # one loss among all, before anyone else went: the score says that its age is the mean, weighted by e^(b age)
    age, effect = lung["age"].to_numpy(), float(table["estimate"][0])
    weight = np.exp(effect * (age - age.mean())) * (lung["duration"] >= lung["duration"].min())
    assert (weight * age).sum() / weight.sum() == pytest.approx(age[one["observed"]][0], abs=1e-4)
    assert np.isnan(table["proportional_p_value"][0])


def test_a_profile_beyond_all_others_stays_for_ever_or_not_at_all(lung):
    profiles = pd.DataFrame({"age": [1e9, -1e9]})
    for make in (cox_survival_table, aft_survival_table):
        told = make(lung, features=["age"], profiles=profiles, times=[0, 500])["survival"].to_numpy()
        # the old leave earlier; at a duration of 0 everybody is there
        assert_allclose(told, [1, 0, 1, 1])


def test_no_profile_has_no_curve(lung):
    for make in (cox_survival_table, aft_survival_table):
        table = make(lung, features=["age"], profiles=pd.DataFrame({"age": [50.0]}).iloc[:0], times=[1, 2])
        assert list(table.columns) == ["profile", "duration", "survival", "lower", "upper"]
        assert table.empty


def test_a_customer_cut_in_two_is_still_one(lung):
    # the second half comes into sight where the first is lost to sight
    half = np.floor(lung["duration"] / 2)
    first = lung.assign(duration=half.clip(lower=1), observed=False, entry=0.0)
    second = lung.assign(entry=half.clip(lower=1))
    halves = pd.concat([first, second[second["entry"] < second["duration"]]], ignore_index=True)
    cut = cox_table(halves, features=["age", "sex"])
    whole = cox_table(lung[lung["duration"] > 1], features=["age", "sex"])
    assert_allclose(cut["estimate"], whole["estimate"], rtol=1e-6)
    assert_allclose(cut["std_error"], whole["std_error"], rtol=1e-6)


def test_a_feature_without_effect_leaves_about_kaplan_and_meiers_curve():
    # half of each kind leave at each time: the effect is 0, and Efron's curve is that of Nelson and Aalen
    times = np.repeat(np.arange(1.0, 41), 2)
    table = pd.DataFrame({"duration": times, "observed": True, "x": np.tile([0, 1], 40)})
    profiles = pd.DataFrame({"x": [0.5]})
    curve = cox_survival_table(table, features=["x"], profiles=profiles, times=[5, 20, 30, 41])
    plain = kaplan_meier_table(durations=times, observed=np.ones(80)).set_index("duration")
    assert_allclose(curve["survival"][:3], plain.loc[[5, 20, 30], "survival"], atol=0.01)
    assert_allclose(curve["lower"][:3], plain.loc[[5, 20, 30], "lower"], atol=0.02)
    assert np.isnan(curve["survival"][3])


@pytest.mark.parametrize("make", [cox_survival_table, aft_survival_table])
def test_curves_of_profiles_fall_and_lie_in_their_intervals(make, lung):
    profiles = pd.DataFrame({"sex": [1.0, 2.0], "age": [60.0, 60.0]})
    table = make(lung, features=["age", "sex"], profiles=profiles, times=[365, 0, 180, 365])
    assert table["profile"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["duration"].tolist() == [0, 180, 365] * 2
    assert table.loc[table["duration"] == 0, "survival"].tolist() == [1, 1]
    assert table.loc[table["duration"] == 0, ["lower", "upper"]].isna().all(axis=None)
    later = table[table["duration"] > 0]
    assert ((later["lower"] < later["survival"]) & (later["survival"] < later["upper"]) & (later["upper"] < 1)).all()
    # R: women (2) stay longer
    assert (table["survival"].to_numpy()[4:] > table["survival"].to_numpy()[1:3]).all()


def test_every_kind_of_frame_gives_the_same(build):
    for make in MAKERS:
        assert_same_rows(make(build(REMISSION), features=["placebo"]), make(REMISSION, features=["placebo"]))


# Refusals


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("change", "features", "kind", "says"),
    [
        ({}, "placebo", TypeError, "`features` must be a list of different columns"),
        ({}, [], ValueError, "at least one, got"),
        ({}, ["duration"], ValueError, "`features` must be a list of different columns other than"),
        ({}, ["age"], SchemaError, r"lacks the columns \['age'\]"),
        ({"duration": -1.0}, ["placebo"], SchemaError, r"`durations\['duration'\]` is below 0"),
        ({"observed": False}, ["placebo"], SchemaError, "`durations` holds nobody who left"),
        ({"placebo": 1}, ["placebo"], SchemaError, "Some of the `features` are the same in all rows"),
        ({"other": lambda table: 1.0 - table["placebo"]}, ["placebo", "other"], SchemaError, "follow from the others"),
        ({"placebo": np.nan}, ["placebo"], SchemaError, r"`durations\['placebo'\]` is missing or infinite in 42 rows"),
        (
            {"observed": lambda table: ~table["placebo"] & table["observed"]},
            ["placebo"],
            ConvergenceError,
            r"\['placebo'\] tell exactly who stays longer",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(make, change, features, kind, says):
    with pytest.raises(kind, match=says):
        make(REMISSION.assign(**change), features=features)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"entry": 0.5}, "`durations` holds customers who came into sight late .* Take cox_table"),
        ({"duration": 0.0}, "`durations` holds durations of 0 in 42 rows"),
    ],
)
def test_laws_of_time_need_customers_seen_from_the_start_and_longer_than_0(change, says):
    with pytest.raises(SchemaError, match=says):
        aft_table(REMISSION.assign(**change), features=["placebo"])


def test_options_that_cannot_be_used_are_refused():
    with pytest.raises(ValueError, match="`ties` must be one of"):
        cox_table(REMISSION, features=["placebo"], ties="exact")
    with pytest.raises(ValueError, match="`law` must be one of"):
        aft_table(REMISSION, features=["placebo"], law="gompertz")
    with pytest.raises(SchemaError, match=r"`profiles` lacks the columns \['placebo'\]"):
        cox_survival_table(REMISSION, features=["placebo"], profiles=pd.DataFrame({"x": [1]}), times=[1])
    profiles = pd.DataFrame({"placebo": [1]})
    with pytest.raises(ValueError, match="`times` must not be below 0"):
        aft_survival_table(REMISSION, features=["placebo"], profiles=profiles, times=[-1])


# Input untouched


@pytest.mark.parametrize(("laws", "kind"), [([], ValueError), ("weibull", TypeError)])
def test_laws_are_a_list(laws, kind):
    with pytest.raises(kind, match="`laws` must be a list of at least one of"):
        aft_law_table(REMISSION, features=["placebo"], laws=laws)


@pytest.mark.parametrize("make", MAKERS[:2])
def test_what_hardly_varies_or_tells_exactly_who_left_is_refused(make, lung):
    alike = lung.assign(age=1 + 1e-13 * lung["age"])
    with pytest.raises(SchemaError, match="Some of the `features` are the same in all rows"):
        make(alike, features=["age"])


def test_a_date_of_leaving_among_the_features_is_refused(lung):
    # known of those who left alone: no effect of one standard deviation is as large as the one found
    told = lung.assign(age=lung["observed"] * 1000 - lung["duration"])
    with pytest.raises(ConvergenceError, match=r"\['age'\] tell exactly who stays longer"):
        cox_table(told, features=["age"])


def test_durations_stay_as_they_are():
    before = REMISSION.copy(deep=True)
    for make in MAKERS:
        make(REMISSION, features=["placebo"])
    pd.testing.assert_frame_equal(REMISSION, before)
