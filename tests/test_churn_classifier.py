"""The classifier of churn: by hand, scikit-learn's and the house's contracts, calibration without leaks, refusals."""

import base64
import json
import unittest
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator
from tests import estimator_contract
from tests.depth import up_to
from tests.files import data_file
from threadpoolctl import threadpool_info, threadpool_limits

from crmkit._learning._calibrators import calibrated, fit_calibrator
from crmkit.errors import SchemaError
from crmkit.loyalty.churn import ChurnClassifier
from crmkit.loyalty.churn._folds import honest_folds

LEARNERS = ("boosting", "logistic")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small tables are fitted faster by one thread than by several that wait for one another."""
    with threadpool_limits(1):
        yield


def snapshots(n=200, cutoffs=("2024-01-31", "2024-04-30", "2024-07-31"), seed=0):
    """Customers at several cutoffs, the silent ones likelier to leave."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "customer_id": np.tile(np.arange(n), len(cutoffs)),
            "cutoff": np.repeat(pd.to_datetime(list(cutoffs)), n),
            "days_since_last": rng.exponential(60, n * len(cutoffs)),
            "n_orders": rng.poisson(3, n * len(cutoffs)).astype(float),
            "channel": rng.choice(["web", "shop", None], n * len(cutoffs)),
        }
    )
    table.loc[::7, "n_orders"] = np.nan
    left = rng.random(len(table)) < 1 / (1 + np.exp(1.5 - table["days_since_last"] / 30))
    return table, left.astype(float)


TABLE, LEFT = snapshots()


# By hand


def test_columns_of_the_split_and_unripe_rows_stay_out_of_the_fit():
    left = LEFT.copy()
    left[-200:] = np.nan
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, left)
    assert list(model.feature_names_in_) == ["days_since_last", "n_orders", "channel"]
    assert (model.n_features_in_, model.n_rows_, model.n_immature_) == (3, 400, 200)
    assert model.classes_.tolist() == [0, 1]
    card = model.card_
    assert (card["first_cutoff"], card["last_cutoff"], card["n_customers"]) == ("2024-01-31", "2024-04-30", 200)
    assert card["base_rate"] == np.nanmean(left)
    assert [line["base_rate"] for line in card["base_rates"]] == [LEFT[:200].mean(), LEFT[200:400].mean()]
    assert [line["kind"] for line in card["features"]] == ["number", "number", "label"]


def test_a_step_function_pools_neighbours_in_the_wrong_order():
    # the second and third are in the wrong order and share their mean
    steps = fit_calibrator(np.array([-2.0, -1, 1, 2]), np.array([0.0, 1, 0, 1]), method="isotonic")
    assert calibrated(np.array([-3.0, -1, 0, 1, 5]), steps).tolist() == [0, 0.5, 0.5, 0.5, 1]


def test_a_sigmoid_is_not_turned_round():
    against = fit_calibrator(np.array([2.0, 1, -1, -2]), np.array([0.0, 0, 1, 1]), method="sigmoid")
    assert_allclose(calibrated(np.array([-5.0, 5.0]), against), 0.5)


def test_probabilities_of_the_learner_itself_without_calibration():
    X, y = TABLE[["days_since_last"]], LEFT
    own = LogisticRegression().fit(X, y).predict_proba(X)
    model = ChurnClassifier(learner=LogisticRegression(), calibration=None).fit(X, y)
    assert_allclose(model.predict_proba(X), own, rtol=1e-9)
    assert model.card_["judged"] is None


def test_one_thread_is_enough_for_a_learner_of_few_features(monkeypatch):
    # Several wait for one another at each step: on a machine in use, a fit takes seconds for tenths.
    if not any(pool["user_api"] == "blas" for pool in threadpool_info()):
        pytest.skip("this threadpoolctl does not know the BLAS of NumPy")
    seen = set()

    class Watched(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
            return super().fit(X, y, sample_weight)

    monkeypatch.setattr("crmkit._learning._learners.LogisticRegression", Watched)
    table, left = snapshots()
    with threadpool_limits(2, user_api="blas"):
        ChurnClassifier(learner="logistic", calibration=None).fit(table, left)
    assert seen == {1}


# Reference: scikit-learn's own checks, its calibration, and IBM's subscribers


@pytest.mark.parametrize("learner", ["logistic", DecisionTreeClassifier(max_depth=3)], ids=["logistic", "tree"])
def test_the_checks_of_scikit_learn_pass(learner, monkeypatch):
    left_out = run_checks(ChurnClassifier(learner=learner, random_state=0))
    # the one that needs an environment variable set before SciPy is imported
    assert left_out <= {"check_array_api_input"}


@pytest.mark.deep
def test_the_checks_of_scikit_learn_pass_with_boosting():
    assert run_checks(ChurnClassifier(random_state=0)) <= {"check_array_api_input"}


def run_checks(model):
    """Run the checks, warnings as scikit-learn means them, and name those that were skipped."""
    skipped = set()
    for each, check in estimator_checks_generator(model):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                check(each)
            except unittest.SkipTest:
                skipped.add(check.func.__name__)
    return skipped


def test_calibration_agrees_with_scikit_learn():
    # The same folds do not exist on both sides; over 600 rows the probabilities differ by little.
    X, y = TABLE[["days_since_last"]], LEFT
    theirs = CalibratedClassifierCV(LogisticRegression(), cv=StratifiedKFold(5), ensemble=False).fit(X, y)
    ours = ChurnClassifier(learner=LogisticRegression(), random_state=0).fit(X, y)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=0.02)


@pytest.mark.parametrize("learner", LEARNERS)
def test_telco_is_predicted_as_well_as_is_honest(learner):
    # reference: AUC .8454 by logistic regression and .8431 by boosting, 5 folds, with a deviation of .013 over folds
    table = pd.read_csv(data_file("ibm_telco_churn.csv"))
    table["TotalCharges"] = pd.to_numeric(table["TotalCharges"], errors="coerce")
    X, y = table.drop(columns=["customerID", "Churn"]), (table["Churn"] == "Yes").astype(int)
    folds = StratifiedKFold(2, shuffle=True, random_state=0)
    model = ChurnClassifier(learner=learner, random_state=0)
    expected = cross_val_predict(model, X, y, cv=folds, method="predict_proba")[:, 1]
    assert 0.835 < roc_auc_score(y, expected) < 0.855
    assert 0.13 < brier_score_loss(y, expected) < 0.142


# Laws


def fed(**options):
    """A classifier that takes its outcomes from a column, as the clauses of the contract fit from a table alone."""

    class Fed(ChurnClassifier):
        def fit(self, customers):
            table = pl.DataFrame(customers).to_pandas() if not isinstance(customers, pd.DataFrame) else customers
            return super().fit(table.drop(columns="left"), table["left"])

        def predict(self, customers):
            return super().predict(customers[["days_since_last", "n_orders", "channel"]])

    return Fed(learner="logistic", random_state=0, **options)


# `predict` gives arrays, as scikit-learn's classifiers do: no index, and no kind of frame. `to_json` needs skops, and
# two texts of it differ in the time at which skops wrote them.
ARRAYS = {
    "rows_keep_their_order_length_and_index", "polars_and_arrow_say_the_same_in_their_own_kind",
    "json_round_trip_says_the_same", "what_is_set_after_fit_waits_for_the_next",
}  # fmt: skip


@pytest.mark.parametrize("clause", sorted(estimator_contract.CLAUSES.keys() - ARRAYS))
def test_the_contract_of_estimators_is_kept(clause):
    estimator_contract.CLAUSES[clause](fed, TABLE.assign(left=LEFT))


@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("calibration", ["sigmoid", "isotonic", None])
def test_what_is_set_after_the_fit_waits_for_the_next(learner, calibration):
    model = ChurnClassifier(learner=learner, calibration=calibration, random_state=0).fit(TABLE, LEFT)
    said = model.predict_proba(TABLE)
    assert_allclose(said.sum(axis=1), 1)
    model.set_params(learner=None, calibration="none", cutoff="n_orders", customer_id="channel")
    assert (model.predict_proba(TABLE) == said).all()
    again = clone(
        model.set_params(learner=learner, calibration=calibration, cutoff="cutoff", customer_id="customer_id")
    )
    assert (again.fit(TABLE, LEFT).predict_proba(TABLE) == said).all()


def test_polars_arrow_and_arrays_say_the_same():
    numbers = TABLE.drop(columns=["channel"])
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    expected = model.predict_proba(TABLE)
    arrow = pa.Table.from_pandas(TABLE, preserve_index=False)
    for table in (pl.from_arrow(arrow), pl.from_arrow(arrow).lazy(), arrow):
        assert_allclose(
            ChurnClassifier(learner="logistic", random_state=0).fit(table, LEFT).predict_proba(table), expected
        )
    alone = numbers[["days_since_last", "n_orders"]]
    first = ChurnClassifier(learner="logistic", random_state=0).fit(alone, LEFT).predict_proba(alone)
    second = ChurnClassifier(learner="logistic", random_state=0).fit(alone.to_numpy(), LEFT)
    assert_allclose(second.predict_proba(alone.to_numpy()), first)


def test_the_scale_of_a_number_and_outcomes_by_name_change_nothing():
    model = ChurnClassifier(random_state=0).fit(TABLE, LEFT)
    scaled = TABLE.assign(days_since_last=TABLE["days_since_last"] * 24)
    assert_allclose(ChurnClassifier(random_state=0).fit(scaled, LEFT).predict_proba(scaled), model.predict_proba(TABLE))
    named = ChurnClassifier(random_state=0).fit(TABLE, np.where(LEFT == 1, "yes", "no"))
    assert named.classes_.tolist() == ["no", "yes"]
    assert (named.predict_proba(TABLE) == model.predict_proba(TABLE)).all()
    assert ((named.predict(TABLE) == "yes") == model.predict(TABLE)).all()


def test_levels_that_were_not_there_before_and_missing_ones_are_predicted():
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    odd = TABLE.head(3).assign(channel=["new", None, "web"], n_orders=np.nan)
    assert np.isfinite(model.predict_proba(odd)).all()
    assert np.isfinite(model.predict_proba(odd.assign(channel=np.nan))).all()


@up_to(30)
@given(st.integers(0, 10_000), st.integers(6, 40), st.integers(1, 4), st.integers(1, 200))
def test_no_fold_tests_a_customer_or_a_time_that_it_has_seen(seed, n, n_cutoffs, embargo):
    rng = np.random.default_rng(seed)
    customers = pd.Series(rng.integers(0, n, 4 * n))
    days = pd.Series(pd.to_datetime("2024-01-31") + pd.to_timedelta(90 * rng.integers(0, n_cutoffs, 4 * n), unit="D"))
    left = rng.integers(0, 2, 4 * n)
    folds = honest_folds(left, customers=customers, cutoffs=days, embargo_days=embargo, n_folds=5, rng=rng)
    for train, test in folds.pairs:
        assert not set(customers[train]) & set(customers[test])
        if folds.seen == "later_cutoffs":
            assert (days[test].min() - days[train].max()).days >= embargo
    tested = np.concatenate([test for _, test in folds.pairs])
    assert len(tested) == len(set(tested))
    if folds.seen == "other_customers":
        assert sorted(tested) == list(range(4 * n))


def test_later_cutoffs_calibrate_where_the_embargo_leaves_some_to_learn_from():
    seen = {
        embargo: ChurnClassifier(learner="logistic", embargo_days=embargo, random_state=0)
        .fit(TABLE, LEFT)
        .card_["judged"]
        for embargo in (1, 90, 200)
    }
    assert seen[1]["on"] == seen[90]["on"] == "later_cutoffs"
    # one of three cutoffs is the last half of them, rounded down
    assert seen[90]["n_rows"] == 200
    assert seen[200]["on"] == "other_customers"
    assert seen[200]["n_rows"] == 600
    rows = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE[["n_orders"]], LEFT)
    assert rows.card_["judged"]["on"] == "other_rows"


def test_a_learner_that_knows_its_customers_by_heart_is_calibrated_all_the_same():
    # Every customer has one outcome at all cutoffs, and a number of their own: a forest learns it by heart.
    rng = np.random.default_rng(1)
    table, _ = snapshots()
    left = np.tile(rng.integers(0, 2, 200), 3).astype(float)
    table = table[["customer_id"]].assign(number=np.tile(rng.permutation(200), 3))
    forest = RandomForestClassifier(20, random_state=0)
    honest = ChurnClassifier(learner=forest, random_state=0).fit(table, left).predict_proba(table)[:, 1]
    by_row = (
        ChurnClassifier(learner=forest, random_state=0)
        .fit(table[["number"]], left)
        .predict_proba(table[["number"]])[:, 1]
    )
    assert roc_auc_score(left, by_row) > 0.95
    assert by_row.std() > 2 * honest.std()


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_feature_that_only_later_cutoffs_have_does_not_stop_the_fit(learner):
    later = TABLE.assign(spend=np.where(TABLE["cutoff"] > "2024-07-01", 10.0, np.nan), nothing=np.nan)
    model = ChurnClassifier(learner=learner, random_state=0).fit(later, LEFT)
    assert np.isfinite(model.predict_proba(later)).all()


def test_learners_without_probabilities_are_calibrated_from_their_decisions():
    X = TABLE[["days_since_last"]]
    model = ChurnClassifier(learner=LinearSVC(), random_state=0).fit(X, LEFT)
    assert abs(model.predict_proba(X)[:, 1].mean() - LEFT.mean()) < 0.02
    assert model.card_["learner"] == "LinearSVC"


# Kept as JSON


@pytest.mark.parametrize("calibration", ["sigmoid", "isotonic", None])
@pytest.mark.parametrize("learner", [*LEARNERS, RandomForestClassifier(3)], ids=[*LEARNERS, "forest"])
def test_json_brings_back_the_same_model(learner, calibration):
    pytest.importorskip("skops", reason="the extra churn is not installed")
    table = TABLE if isinstance(learner, str) else TABLE[["customer_id", "days_since_last"]]
    model = ChurnClassifier(learner=learner, calibration=calibration, random_state=0).fit(table, LEFT)
    again = ChurnClassifier.from_json(model.to_json())
    assert (again.predict_proba(table) == model.predict_proba(table)).all()
    assert again.card_ == model.card_
    assert again.classes_.dtype == model.classes_.dtype
    assert (again.feature_names_in_ == model.feature_names_in_).all()
    assert repr(again) == repr(model)


def own_function(values):
    return values


def test_what_is_not_on_the_list_is_neither_written_nor_read():
    skops = pytest.importorskip("skops.io", reason="the extra churn is not installed")
    odd = make_pipeline(FunctionTransformer(own_function), LogisticRegression())
    model = ChurnClassifier(learner=odd, random_state=0).fit(TABLE[["days_since_last"]], LEFT)
    with pytest.raises(TypeError, match=r"holds types that are not on the list of trusted ones, .*own_function"):
        model.to_json()
    record = json.loads(ChurnClassifier(learner="logistic").fit(TABLE, LEFT).to_json())
    for blob in (skops.dumps(odd), skops.dumps([1, 2]), b"nothing", b""):
        record["state"]["learner_"] = {"__skops__": base64.b64encode(blob).decode()}
        with pytest.raises(ValueError, match=r"must be what ChurnClassifier\.to_json wrote"):
            ChurnClassifier.from_json(json.dumps(record))


@pytest.mark.parametrize(
    ("name", "value"),
    [("classes_", [0]), ("calibrator_", {}), ("calibrator_", [1]), ("labels_", [1]), ("learner_", 5), ("card_", None)],
)
def test_json_that_was_tampered_with_is_refused(name, value):
    pytest.importorskip("skops", reason="the extra churn is not installed")
    record = json.loads(ChurnClassifier(learner="logistic").fit(TABLE, LEFT).to_json())
    record["state"][name] = value
    with pytest.raises(ValueError, match=r"must be what ChurnClassifier\.to_json wrote"):
        ChurnClassifier.from_json(json.dumps(record))


# Refusals


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"learner": "forest"}, TypeError, r"`learner` must be one of \['boosting', 'logistic'\] or a classifier"),
        ({"learner": 5}, TypeError, "`learner` must be one of"),
        ({"learner": LogisticRegression}, TypeError, "`learner` must be one of"),
        ({"calibration": "platt"}, ValueError, "`calibration` must be one of"),
        ({"embargo_days": 0}, ValueError, "`embargo_days` must be at least 1"),
        ({"random_state": "a"}, TypeError, "`random_state` must be an int"),
    ],
)
def test_options_are_refused_in_fit(options, error, message):
    with pytest.raises(error, match=message):
        ChurnClassifier(**options).fit(TABLE, LEFT)


@pytest.mark.parametrize(
    ("table", "left", "error", "message"),
    [
        (TABLE, LEFT * 0, ValueError, r"`y` holds one class only, \[0\.0\]"),
        (TABLE, LEFT * np.nan, ValueError, "outcome in `y` is missing in all 600 rows: there is nothing to learn from"),
        (TABLE, np.arange(600.0), ValueError, "Only binary classification is supported"),
        (TABLE, None, ValueError, "requires y to be passed"),
        (TABLE, LEFT[:-1], ValueError, "inconsistent numbers of samples"),
        (
            TABLE[["customer_id", "cutoff"]],
            LEFT,
            SchemaError,
            r"`X` has no features beside \['customer_id', 'cutoff'\]",
        ),
        (TABLE.assign(churned=LEFT), LEFT, SchemaError, "`X` holds the answer, the column 'churned'"),
        (TABLE.assign(first=TABLE["cutoff"]), LEFT, SchemaError, r"`X\['first'\]` holds days"),
        (TABLE.assign(n_orders=np.inf), LEFT, ValueError, r"`X\['n_orders'\]` contains infinity"),
        (TABLE.assign(cutoff="2024-01-31"), LEFT, TypeError, "`cutoff` must hold days"),
        (TABLE.assign(cutoff=pd.NaT), LEFT, ValueError, "`cutoff` is missing in 600 rows"),
        (TABLE[:4], np.array([1.0, 0, 0, 0]), ValueError, "1 are of the rarer class: too few"),
    ],
)
def test_tables_are_refused(table, left, error, message):
    with pytest.raises(error, match=message):
        ChurnClassifier(learner="logistic", random_state=0).fit(table, left)


def test_a_failed_fit_leaves_nothing_fitted():
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    with pytest.raises(ValueError, match="one class only"):
        model.fit(TABLE, LEFT * 0)
    with pytest.raises(NotFittedError):
        model.predict(TABLE)


def test_other_features_are_refused_in_predict():
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(TABLE.drop(columns="n_orders"))
    with pytest.raises(SchemaError, match=r"`X\['n_orders'\]` held numbers .* now holds 'many'"):
        model.predict(TABLE.assign(n_orders="many"))


# Input untouched


def test_inputs_stay_unchanged():
    table, left = TABLE.copy(deep=True), LEFT.copy()
    learner = RandomForestClassifier(3)
    ChurnClassifier(learner=learner, random_state=0).fit(table[["customer_id", "n_orders"]].fillna(0), left)
    assert learner.random_state is None
    ChurnClassifier(random_state=0).fit(table, left).predict_proba(table)
    pd.testing.assert_frame_equal(table, TABLE)
    assert (left == LEFT).all()
