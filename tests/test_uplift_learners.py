"""Learners of uplift: what they find of a known truth, contract, arms, cross-fitting and the report beside others."""

import unittest
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t as student
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.estimator_checks import estimator_checks_generator
from tests import estimator_contract
from tests.files import data_file

from crmkit import SchemaError, make_contacts
from crmkit.loyalty.campaigns import (
    TransformedOutcomeUplift,
    TwoModelUplift,
    auuc_score,
    cross_fitted_uplift,
    qini_score,
    uplift_at_score,
    uplift_report_table,
)

KINDS = (TwoModelUplift, TransformedOutcomeUplift)
CONTACTS, TRUTH = make_contacts(
    n_customers=20_000, base_rate=0.15, effect=0.05, effect_variation=1, control_share=0.5, random_state=0
)
FEATURES = ["past_orders", "past_spend", "age", "channel"]
X, Y, ARM = CONTACTS[["customer_id", *FEATURES]], CONTACTS["conversion"], CONTACTS["arm"]
UPLIFT = TRUTH["probability_with"] - TRUTH["probability_without"]

# Small: one number, 40 rows.
ROWS = np.arange(40.0).reshape(-1, 1)
ODD = np.arange(40) % 2


# By hand


def test_two_models_by_hand():
    # Treated: 3x + 1, untreated x: the uplift is 2x + 1. Outcomes follow the lines exactly.
    y = np.where(ODD == 1, 3 * ROWS[:, 0] + 1, ROWS[:, 0])
    model = TwoModelUplift(learner=LinearRegression()).fit(ROWS, y, ODD)
    assert_allclose(model.predict([[0.0], [10.0]]), [1, 21])
    assert_allclose(model.predict_without([[10.0]]), [10])


def test_the_transformed_outcome_by_hand():
    # One level of the feature, e = 1/4, treated mean 5, untreated mean 1: the mean of (y - c)(t - e) / (e (1 - e)) is
    # (5 - c) - (1 - c) = 4, whatever c.
    treatment = np.arange(40) % 4 == 0
    y = np.where(treatment, 5.0, 1.0) + np.tile([-1, 1], 20).repeat(1) * 0
    y[:8] += [1, 1, -1, 0, -1, 0, 0, 0]
    model = TransformedOutcomeUplift(learner=LinearRegression(), propensity=0.25).fit(ROWS * 0, y, treatment)
    assert_allclose(model.predict([[0.0]]), [4])


def test_the_class_transformation_by_hand():
    # 10 treated of whom 6 responded, 30 untreated of whom 9 did: .6 - .3. Weighted, each arm counts one half:
    # P = (.6 + .7) / 2 = .65, and 2 · .65 - 1 = .3.
    treatment = np.repeat([1, 0], [10, 30])
    y = np.r_[np.arange(10) < 6, np.arange(30) < 9].astype(int)
    model = TransformedOutcomeUplift(learner=RandomForestClassifier(5, bootstrap=False)).fit(ROWS * 0, y, treatment)
    assert_allclose(model.predict([[0.0]]), [0.3])


# Reference: the truth of a simulation.


@pytest.mark.parametrize("kind", KINDS)
def test_learners_find_who_responds(kind):
    half = len(X) // 2
    model = kind(learner="linear", control="none", random_state=0).fit(X[:half], Y[:half], ARM[:half])
    found = model.predict(X[half:])
    assert np.corrcoef(found, UPLIFT[half:])[0, 1] > 0.8
    assert found.mean() == pytest.approx(0.05, abs=0.02)
    treated = (ARM == "email").astype(int)[half:]
    assert qini_score(Y[half:], found, treatment=treated, normalise="customer") > 0.005


def test_money_is_learned_too():
    model = TransformedOutcomeUplift(control="none", random_state=0).fit(X, CONTACTS["spend"], ARM)
    assert np.corrcoef(model.predict(X), UPLIFT)[0, 1] > 0.4


def test_a_learner_that_wins_and_scores_that_lose_are_seen():
    table = X.assign(risk=CONTACTS["days_since_last"].fillna(365), against=CONTACTS["age"])
    models = {"two": TwoModelUplift(learner="linear", control="none", random_state=0)}
    asked = {"treatment": ARM, "control": "none", "scores": {"churn": "risk", "age": "against"}}
    report = uplift_report_table(models, table, Y, **asked).set_index(["score", "measure"])
    qini = report.xs("qini", level="measure")
    assert qini["verdict"].to_dict() == {"two": "better", "churn": "unclear", "age": "worse", "random": None}
    effect = Y[ARM == "email"].mean() - Y[ARM == "none"].mean()
    assert report.loc[("random", "uplift_at"), "value"] == pytest.approx(effect, abs=0.001)
    assert report.loc[("random", "qini"), "value"] == pytest.approx(0, abs=1e-12)
    # the truth of the top 30 percent lies in the interval
    best = UPLIFT[UPLIFT.rank(pct=True) > 0.7].mean()
    at = report.loc[("two", "uplift_at")]
    assert at["lower"] < best < at["upper"]
    assert (report["n_rows"] == 16_000).all()


@pytest.mark.deep
def test_some_customers_of_hillstrom_are_moved_more_than_others():
    # The e-mail on women's merchandise brings .045233 visits per customer more.
    mails = pd.read_parquet(data_file("hillstrom.parquet"))
    known = mails[["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]]
    report = uplift_report_table(
        {"two": TwoModelUplift(learner="linear", control="No E-Mail", random_state=0)},
        known.assign(silence=mails["recency"]), mails["visit"], treatment=mails["segment"], control="No E-Mail",
        arm="Womens E-Mail", scores={"churn": "silence"},
    ).set_index(["score", "measure"])  # fmt: skip
    assert report.loc[("random", "uplift_at"), "value"] == pytest.approx(0.045233, abs=1e-4)
    assert report.loc[("two", "uplift_at"), "verdict"] == "better"
    assert report.loc[("churn", "qini"), "verdict"] == "unclear"
    assert report["n_rows"].iloc[0] == (21_387 + 21_306) * 4 // 5


VERDICTS = ("better", "worse", "unclear", "too_few")


def verdicts_of(*, n, control, base, money, n_runs, heterogeneous=False):
    """Verdicts of many campaigns with the same effect on all, or with one on a third of them alone."""
    rng, found = np.random.default_rng(7), []
    models = {
        "linear": TwoModelUplift(learner="linear", random_state=0),
        "tree": TransformedOutcomeUplift(
            learner=DecisionTreeRegressor(min_samples_leaf=max(20, n // 20), max_depth=3, random_state=0)
        ),
    }
    for run in range(n_runs):
        known = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
        t = (rng.permutation(n) >= control * n).astype(int)
        added = 2 * base * (known["b"] > 0.5) if heterogeneous else base / 2
        y = (rng.random(n) < base * np.exp(0.5 * known["a"] - 0.125) + added * t).to_numpy() * 1.0
        if money:
            y *= rng.lognormal(3, 1.2, n)
        scores = {"noise": rng.normal(size=n), "value": known["a"]}
        found.append(uplift_report_table(models, known, y, treatment=t, scores=scores, random_state=run))
    every = pd.concat(found).query("score != 'random'")
    verdicts = every.groupby(["score", "measure"])["verdict"]
    return pd.DataFrame({said: verdicts.agg(lambda each, said=said: (each == said).sum()) for said in VERDICTS})


@pytest.mark.deep
@pytest.mark.parametrize(
    ("n", "control", "base", "money"),
    [
        (800, 0.5, 0.05, False), (800, 0.04, 0.05, False), (1650, 0.5, 0.05, False), (1650, 0.5, 0.02, False),
        (1650, 0.5, 0.05, True), (1650, 0.04, 0.05, False), (10_000, 0.5, 0.02, True), (10_000, 0.04, 0.05, False),
    ],
)  # fmt: skip
def test_where_the_effect_is_the_same_for_all_few_verdicts_say_otherwise(n, control, base, money):
    # At 95 % about 5 of 100 may, or 2 of 40; 14 and 9 have a chance below 1 in 1,000.
    n_runs, most = (100, 13) if n < 10_000 else (40, 8)
    verdicts = verdicts_of(n=n, control=control, base=base, money=money, n_runs=n_runs)
    assert (verdicts["better"] + verdicts["worse"]).max() <= most
    # Of 32 or 66 customers left alone, few respond.
    assert (verdicts["too_few"] == n_runs).all() == (n < 10_000 and control < 0.1)


@pytest.mark.deep
@pytest.mark.parametrize(("n", "control", "least"), [(1650, 0.5, 0.2), (10_000, 0.5, 0.9), (10_000, 0.04, 0.2)])
def test_a_learner_that_finds_whom_it_moves_is_seen(n, control, least):
    n_runs = 50 if n < 10_000 else 20
    verdicts = verdicts_of(n=n, control=control, base=0.05, money=False, n_runs=n_runs, heterogeneous=True)
    assert verdicts.loc[("linear", "qini"), "better"] >= least * n_runs
    assert verdicts.loc[("linear", "qini"), "worse"] <= 3
    assert verdicts.loc[("noise", "qini"), "better"] <= 6


def test_too_few_outcomes_are_said_and_teach_nothing():
    # 2 x 200 customers; of each arm 9 respond, then 10 of 0 or 1: enough for the areas, not for the top 30 %, 3.
    t, table = np.repeat([1, 0], 200), pd.DataFrame({"x": np.arange(400) % 7})
    for n, expected in ((9, ["too_few"] * 3), (10, ["too_few", "unclear", "unclear"])):
        y = (np.arange(400) % 200 < n) * 1.0
        report = uplift_report_table({}, table, y, treatment=t, scores={"s": np.arange(400) % 11})
        assert report["verdict"].tolist()[:3] == expected
        assert report["lower"].isna().tolist()[:3] == [said == "too_few" for said in expected]
    # of money 30
    report = uplift_report_table({}, table, y * 5, treatment=t, scores={"s": np.arange(400) % 11})
    assert report["verdict"].tolist()[:3] == ["too_few"] * 3
    nothing = uplift_report_table({"m": TwoModelUplift()}, table, (np.arange(400) % 200 < 9) * 1.0, treatment=t)
    assert nothing.loc[nothing["score"] == "m", "value"].isna().all()
    assert nothing["verdict"].tolist() == ["too_few"] * 3 + [None] * 3


def test_each_fold_is_judged_by_a_learner_of_those_before_it():
    class Seen(BaseEstimator):
        sizes = []  # noqa: RUF012

        def fit(self, X, y, treatment):  # noqa: ARG002
            self.seen_ = set(X["number"])
            self.sizes.append(len(X))
            return self

        def predict(self, X):
            assert not self.seen_ & set(X["number"])
            return X["number"].to_numpy() % 3 * 1.0

    table = pd.DataFrame({"number": np.arange(400)})
    report = uplift_report_table({"m": Seen()}, table, np.arange(400) % 5 == 0, treatment=np.arange(400) % 2)
    assert Seen.sizes == [80, 160, 240, 320]
    assert (report["n_rows"] == 320).all()


def test_the_interval_of_the_top_is_that_of_two_means():
    # One row each, distinct scores: the top 60 of 200. s^2 / n with n below, of each arm.
    rng = np.random.default_rng(0)
    y, t, s = rng.integers(0, 2, 200) * 1.0, rng.permutation(np.arange(200) % 2), rng.permutation(200)
    row = uplift_report_table({}, pd.DataFrame({"s": s, "x": 0}), y, treatment=t, scores={"s": "s"}).iloc[0]
    arms = [y[(s >= 140) & (t == arm)] for arm in (1, 0)]
    assert row["value"] == pytest.approx(arms[0].mean() - arms[1].mean())
    moves = np.concatenate([(arm - arm.mean()) / len(arm) for arm in arms])
    degrees = 2 * (moves**2).sum() ** 2 / (moves**4).sum()
    reach = student.ppf(0.975, degrees) * np.sqrt((moves**2).sum())
    assert [row["lower"], row["upper"]] == pytest.approx([row["value"] - reach, row["value"] + reach])


def test_the_errors_of_areas_are_those_of_leaving_customers_out():
    # Where a row is left out a measure changes by about what the row moves it; the ranks of the others stay.
    rng = np.random.default_rng(1)
    y, t, s = rng.random(3000), rng.integers(0, 2, 3000), rng.random(3000)
    rows, scores = pd.DataFrame({"customer_id": np.arange(3000)}), {"s": s}
    report = uplift_report_table({}, rows.assign(x=0), y, treatment=t, scores=scores).set_index("measure")
    for name, score in (("qini", qini_score), ("auuc", auuc_score)):
        parts = np.array([
            score(y[kept], s[kept], treatment=t[kept], normalise="customer")
            for kept in (np.arange(3000) % 150 != part for part in range(150))
        ])  # fmt: skip
        error = np.sqrt(149 / 150 * ((parts - parts.mean()) ** 2).sum())
        row = report.loc[name].iloc[0]
        assert row["value"] == pytest.approx(score(y, s, treatment=t, normalise="customer"))
        assert (row["upper"] - row["lower"]) / 2 / 1.96 == pytest.approx(error, rel=0.2)


# Laws


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_arms_and_kinds_of_frames_change_nothing(kind):
    rows = X.iloc[:2000]
    y, named = Y[:2000], ARM[:2000]
    expected = kind(control="none", random_state=0).fit(rows, y, named).predict(rows)
    flags = (named == "email").to_numpy()
    assert (kind(random_state=0).fit(rows, y, flags).predict(rows) == expected).all()
    assert (
        kind(random_state=0).fit(pl.from_pandas(rows), y, flags.astype(int)).predict(pl.from_pandas(rows)) == expected
    ).all()
    numbers = rows[FEATURES[:3]]
    first = kind(learner="linear", random_state=0).fit(numbers, y, flags).predict(numbers)
    second = kind(learner="linear", random_state=0).fit(numbers.to_numpy(), y, flags).predict(numbers.to_numpy())
    assert_allclose(second, first)


@pytest.mark.parametrize("kind", KINDS)
def test_several_arms_are_each_compared_with_the_control_arm(kind):
    arms = np.where(ARM == "none", "none", np.where(np.arange(len(ARM)) % 2, "a", "b"))[:4000]
    rows, y = X[FEATURES][:4000], Y[:4000]
    both = kind(learner="linear", control="none", random_state=0).fit(rows, y, arms)
    assert both.arms_ == ["a", "b"]
    for arm in both.arms_:
        there = np.isin(arms, ["none", arm])
        alone = kind(learner="linear", control="none", random_state=0).fit(rows[there], y[there], arms[there])
        assert_allclose(both.predict(rows, arm=arm), alone.predict(rows))
    with pytest.raises(ValueError, match=r"`arm` must be one of \['a', 'b'\], got None"):
        both.predict(rows)
    report = uplift_report_table({"model": clone(both)}, rows, y, treatment=arms, control="none", arm="a", n_folds=2)
    assert report["n_rows"].iloc[0] == np.isin(arms, ["none", "a"]).sum() // 2


def test_nobody_is_predicted_by_a_model_that_has_seen_them():
    class Memory(BaseEstimator):
        def fit(self, X, y, treatment):  # noqa: ARG002
            self.seen_ = set(X["number"])
            self.arms_ = set(treatment)
            return self

        def predict(self, X):
            assert self.arms_ == {0, 1}
            assert list(X.columns) == ["number"]
            return X["number"].isin(self.seen_).astype(float).to_numpy()

    rng = np.random.default_rng(0)
    customers = rng.integers(0, 50, 300)
    table = pd.DataFrame({"customer_id": customers, "number": customers})
    found = cross_fitted_uplift(Memory(), table, rng.integers(0, 2, 300), treatment=rng.integers(0, 2, 300))
    assert (found == 0).all()


def test_noise_has_no_uplift_out_of_fold_though_it_has_within():
    rng = np.random.default_rng(3)
    noise, y, t = rng.normal(size=(2000, 5)), rng.integers(0, 2, 2000), rng.integers(0, 2, 2000)
    model = TwoModelUplift(random_state=0)
    asked = {"treatment": t, "share": 0.3, "strategy": "overall"}
    inside = uplift_at_score(y, model.fit(noise, y, t).predict(noise), **asked)
    outside = uplift_at_score(y, cross_fitted_uplift(model, noise, y, treatment=t), **asked)
    assert inside > 0.2
    assert abs(outside) < 0.1


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_a_pipeline_of_ones_own_is_weighted_where_arms_differ(share):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 1))
    t = (rng.random(20_000) < share).astype(int)
    y = (rng.random(20_000) < 0.3 + 0.2 * t * (x[:, 0] > 0)).astype(int)
    model = TransformedOutcomeUplift(learner=make_pipeline(StandardScaler(), GaussianNB())).fit(x, y, t)
    assert model.predict(x).mean() == pytest.approx(0.1, abs=0.03)


def fed(kind):
    """A learner that takes outcomes and arms from columns, as the clauses of the contract fit from a table alone."""

    class Fed(kind):
        def fit(self, customers):
            table = pl.DataFrame(customers).to_pandas() if not isinstance(customers, pd.DataFrame) else customers
            return super().fit(table.drop(columns=["y", "arm"]), table["y"], table["arm"])

        def predict(self, customers):
            return super().predict(customers[FEATURES])

    return Fed(learner="linear", control="none", random_state=0)


# `predict` gives arrays, as scikit-learn's regressors do; `to_json` needs skops.
ARRAYS = {
    "rows_keep_their_order_length_and_index", "polars_and_arrow_say_the_same_in_their_own_kind",
    "json_round_trip_says_the_same", "what_is_set_after_fit_waits_for_the_next",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("clause", sorted(estimator_contract.CLAUSES.keys() - ARRAYS))
def test_the_contract_of_estimators_is_kept(clause, kind):
    estimator_contract.CLAUSES[clause](lambda: fed(kind), X[:400].assign(y=Y[:400], arm=ARM[:400]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_set_after_the_fit_waits_for_the_next(kind):
    model = kind(learner="linear", control="none", random_state=0).fit(X[:400], Y[:400], ARM[:400])
    said = model.predict(X[:400])
    model.set_params(learner=None, control=5, customer_id="age")
    assert (model.predict(X[:400]) == said).all()


class Armed:
    """Arms by turns, where a check of scikit-learn gives none."""

    def fit(self, X, y=None, treatment=None):
        n = len(y) if y is not None else 2
        return super().fit(X, y, np.arange(n) % 2 if treatment is None else treatment)


class ArmedTwoModels(Armed, TwoModelUplift):
    pass


class ArmedTransformedOutcome(Armed, TransformedOutcomeUplift):
    pass


# One row is of one arm; rows in another order would be of other arms.
NOT_OF_ARMS = {"check_fit2d_1sample", "check_methods_sample_order_invariance"}


@pytest.mark.parametrize("kind", [ArmedTwoModels, ArmedTransformedOutcome])
def test_the_checks_of_scikit_learn_pass_with_arms_given(kind):
    skipped, failed = set(), {}
    for each, check in estimator_checks_generator(kind(learner=LinearRegression(), random_state=0)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                check(each)
            except unittest.SkipTest:
                skipped.add(check.func.__name__)
            except Exception as error:  # noqa: BLE001
                failed[check.func.__name__] = repr(error)[:300]
    assert skipped <= {"check_array_api_input"}
    assert failed.keys() <= NOT_OF_ARMS, failed


@pytest.mark.parametrize("learner", ["linear", "boosting", LogisticRegression()], ids=["linear", "boosting", "own"])
@pytest.mark.parametrize("kind", KINDS)
def test_json_brings_back_the_same_model(kind, learner):
    pytest.importorskip("skops", reason="the extra churn is not installed")
    rows = X[["past_orders", "age"]][:400]
    outcomes = Y if not isinstance(learner, str) else CONTACTS["spend"]
    model = kind(learner=learner, control="none", random_state=0).fit(rows, outcomes[:400], ARM[:400])
    again = kind.from_json(model.to_json())
    assert (again.predict(rows, arm="email") == model.predict(rows)).all()
    assert again.arms_ == ["email"]
    assert repr(again) == repr(model)


# Refusals


def test_a_learner_speaks_after_the_fit_alone():
    for kind in KINDS:
        with pytest.raises(NotFittedError):
            kind().predict(ROWS)


ALL_ZERO, VARIED = np.zeros(40), np.arange(40) % 3 == 0


@pytest.mark.parametrize(
    ("options", "y", "treatment", "error", "message"),
    [
        ({"learner": "forest"}, VARIED, ODD, TypeError, r"`learner` must be one of \['boosting', 'linear'\], or a"),
        ({}, None, ODD, ValueError, "requires y to be passed"),
        ({}, VARIED, None, ValueError, "`treatment` is not given"),
        ({}, VARIED, ODD[:5], ValueError, "`treatment` has 5 values, and there are 40 rows"),
        ({}, VARIED, [None] * 40, ValueError, "`treatment` is missing in 40 rows"),
        ({}, VARIED, ODD + 1, ValueError, r"`treatment` has no arm 0; its arms are \[1, 2\]"),
        ({}, VARIED, ALL_ZERO, ValueError, "nobody was treated"),
        ({}, ALL_ZERO, ODD, ValueError, "outcomes are the same, 0: there is nothing to learn"),
        ({}, np.where(ODD, np.nan, 1.0), ODD, ValueError, "contains NaN"),
        ({}, VARIED * 1e200, ODD, ValueError, r"`y` has a value of size 1e\+200, too large to compute with"),
        ({"learner": LogisticRegression()}, ROWS[:, 0], ODD, ValueError, "`learner` is a classifier, and `y` is not 0"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_learned_is_refused(kind, options, y, treatment, error, message):
    with pytest.raises(error, match=message):
        kind(**options).fit(ROWS, y, treatment)


@pytest.mark.parametrize("made", [np.asarray, lambda rows: pd.DataFrame(rows, columns=["x"])])
def test_features_too_large_to_compute_with_are_refused(made):
    with pytest.raises(ValueError, match=r"X.* has a value of size 1e\+201, too large to compute with"):
        TwoModelUplift(learner="linear").fit(made(np.where(ROWS == 10, 1e201, ROWS)), VARIED, ODD)


def test_what_a_transformed_outcome_cannot_use_is_refused():
    y, three = (np.arange(40) % 5 == 0).astype(int), np.arange(40) % 3
    with pytest.raises(
        ValueError, match=r"`propensity` is the probability of one arm, and `treatment` has 2: \[1, 2\]"
    ):
        TransformedOutcomeUplift(propensity=0.5).fit(ROWS, y, three)
    with pytest.raises(ValueError, match="`propensity` must lie between 0 and 1"):
        TransformedOutcomeUplift(propensity=1).fit(ROWS, y, ODD)
    with pytest.raises(TypeError, match="takes no sample_weight"):
        TransformedOutcomeUplift(learner=KNeighborsClassifier()).fit(ROWS, y, three > 0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"models": [1]}, TypeError, "`models` must be a dictionary"),
        ({"models": {"m": TwoModelUplift}}, TypeError, r"`models` must have fit\(X, y, treatment\)"),
        ({"models": {"random": TwoModelUplift()}}, ValueError, "must have different names"),
        ({"scores": {"s": "nothing"}}, SchemaError, "nothing"),
        ({"scores": {"s": [1.0]}}, ValueError, r"has 1 value, and `X` 40 rows"),
        ({"beside": "nobody"}, ValueError, "`beside` must be one of"),
        ({"y": [1, 0]}, ValueError, "`y` has 2 values"),
        ({"n_folds": 1}, ValueError, "`n_folds` must be at least 2"),
        ({"models": {"m": TwoModelUplift()}, "n_folds": 30}, ValueError, "In one of 30 folds an arm has no customers"),
        ({"models": {"m": TwoModelUplift()}, "n_folds": 50}, ValueError, "40 customers are too few"),
        ({"y": np.r_[1e200, ODD[1:]]}, ValueError, r"`y` has a value of size 1e\+200, too large to compute with"),
        ({"scores": {"s": ODD * 1e200}}, ValueError, r"`s` has a value of size 1e\+200, too large to compute with"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes, error, message):
    table = pd.DataFrame(ROWS, columns=["x"])
    given = {"models": {}, "y": ODD, "treatment": ODD, **changes}
    with pytest.raises(error, match=message):
        uplift_report_table(given.pop("models"), table, given.pop("y"), **given)


# Input untouched


def test_tables_and_models_stay_as_they_were():
    rows, model = X[:400].copy(), TwoModelUplift(learner="linear", control="none")
    uplift_report_table({"m": model}, rows, Y[:400], treatment=ARM[:400], control="none", n_folds=2)
    pd.testing.assert_frame_equal(rows, X[:400])
    assert vars(model).keys() == vars(TwoModelUplift()).keys()
