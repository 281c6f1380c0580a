"""A model of churn beside baselines, drift, importance, the card: by hand, reference, laws, refusals."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from tests.depth import up_to
from tests.test_churn_classifier import LEFT, TABLE, one_thread, snapshots

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit._stats import population_stability, quantile_edges
from crmkit.errors import SchemaError
from crmkit.loyalty.churn import (
    ChurnClassifier,
    SnapshotSplit,
    churn_drift_table,
    churn_model_card,
    churn_report_table,
    feature_importance_table,
    score_table,
)
from crmkit.loyalty.churn._report_measures import MEASURES, weighted_measures
from crmkit.value import ParetoNBDModel

__all__ = ["one_thread"]

MODEL = ChurnClassifier(learner="logistic", random_state=0)
SPLIT = SnapshotSplit(embargo_days=90, n_splits=2, n_cutoffs=2)
judged = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 4)), min_size=2, max_size=30).filter(
    lambda rows: 0 < sum(left for left, _, _ in rows) < len(rows)
)


@pytest.fixture(scope="module")
def report():
    return churn_report_table(MODEL, TABLE, LEFT, split=SPLIT, n_draws=200)


# By hand


def test_measures_by_hand():
    # of 2 · 2 pairs one is tied and one is wrong; the top half finds one of two
    got = weighted_measures(np.array([1.0, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.6]), np.ones((1, 4)), share=0.5)[0]
    assert dict(zip(MEASURES, got, strict=True)) == pytest.approx(
        {
            "auc": 2.5 / 4,
            "average_precision": 0.5 * 1 + 0.5 * 2 / 4,
            "lift": 1.0,
            "captured": 0.5,
            "brier_score": (0.01 + 0.25 + 0.25 + 0.36) / 4,
            "calibration_difference": 2.5 / 4 - 0.5,
        }
    )


def test_stability_by_hand():
    # half a customer is added to each bin
    p, q = np.array([10.5, 90.5]) / 101, np.array([0.5, 0.5])
    found = population_stability(np.array([10.0, 90]), np.array([50.0, 50]), level=0.95)
    assert found.psi == pytest.approx(((q - p) * np.log(q / p)).sum())
    # chi-square of one degree of freedom
    assert found.by_chance == pytest.approx(3.8415 * 2 / 100, rel=1e-4)
    assert quantile_edges(np.array([1.0, 1, 1, 2, 4, np.nan]), n_bins=2).tolist() == [1.5]
    assert quantile_edges(np.array([np.nan]), n_bins=2).tolist() == []


def test_drift_by_hand():
    before = pd.DataFrame({"x": [1.0, 2, 3, 4] * 25, "c": ["a", "b"] * 50, "churned": [1, 0] * 50})
    after = pd.DataFrame({"x": [np.nan] * 50 + [1.0] * 50, "c": ["new"] * 100, "churned": [1.0] * 90 + [np.nan] * 10})
    rate, x, c = (row for _, row in churn_drift_table(before, after, outcome="churned", n_bins=4).iterrows())
    assert (rate["before"], rate["after"], rate["difference"], rate["has_moved"]) == (0.5, 1.0, 0.5, True)
    assert rate["lower"] > 0
    assert (x["before"], x["after"], x["missing_before"], x["missing_after"]) == (2.5, 1.0, 0.0, 0.5)
    assert (x["size"], c["size"], c["has_moved"]) == ("large", "large", True)


def test_what_a_constant_model_loses_is_seen():
    constant = ChurnClassifier(learner=DummyClassifier(strategy="uniform"), calibration=None)
    table = churn_report_table(constant, TABLE, LEFT, split=SPLIT, features=["n_orders"], n_draws=200)
    auc = table[(table["measure"] == "auc") & (table["score"] == "days_since_last")].iloc[0]
    assert table.loc[0, "value"] == 0.5
    assert auc["verdict"] == "worse"
    assert auc["difference"] == 0.5 - auc["value"]
    assert auc["difference_upper"] < 0


def test_one_cutoff_is_what_scikit_learn_and_the_table_of_scores_say():
    early, late = TABLE["cutoff"] < "2024-07-01", TABLE["cutoff"] > "2024-07-01"
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE[early], LEFT[early])
    expected, left = model.predict_proba(TABLE[late])[:, 1], LEFT[late]
    table = churn_report_table(model, TABLE[late], left, n_draws=2)
    of_model = table[table["score"] == "model"].set_index("measure")["value"]
    assert of_model["auc"] == pytest.approx(roc_auc_score(left, expected))
    assert of_model["average_precision"] == pytest.approx(average_precision_score(left, expected))
    assert of_model["brier_score"] == pytest.approx(brier_score_loss(left, expected))
    assert of_model["calibration_difference"] == pytest.approx(expected.mean() - left.mean())
    scores = score_table(left, {"model": expected, "days": TABLE.loc[late, "days_since_last"].to_numpy()})
    for measure in ("lift", "captured"):
        assert_allclose(table.loc[table["measure"] == measure, "value"], scores[measure])


def test_columns_values_and_purchase_models_are_baselines():
    transactions = as_transactions(load_cdnow())
    customers = customer_summary(transactions, as_of="1997-12-31")
    pareto = ParetoNBDModel(time_unit="W").fit(customers)
    rng = np.random.default_rng(0)
    left = rng.random(len(customers)) < 0.5
    table = customers[["customer_id", "frequency", "recency", "T", "days_since_last"]].assign(
        flat=rng.random(len(left))
    )
    model = ChurnClassifier(learner="logistic", random_state=0).fit(table[["T", "recency"]], left)
    found = churn_report_table(
        model,
        table,
        left,
        baselines={"pareto_nbd": pareto, "flat": "flat", "given": table["T"]},
        horizon_days=91,
        n_draws=2,
    )
    assert list(dict.fromkeys(found["score"])) == ["model", "days_since_last", "pareto_nbd", "flat", "given"]
    expected = brier_score_loss(left, pareto.probability_inactive(customers, horizon=13))
    assert found.loc[
        (found["score"] == "pareto_nbd") & (found["measure"] == "brier_score"), "value"
    ].item() == pytest.approx(expected)


def test_importance_finds_what_tells():
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE[:300], LEFT[:300])
    found = feature_importance_table(model, TABLE[300:], LEFT[300:], n_repeats=3)
    assert found["feature"][0] == "days_since_last"
    assert found["importance"][0] > 0.1 > abs(found["importance"][2])
    assert found["auc"][0] == roc_auc_score(LEFT[300:], model.predict_proba(TABLE[300:])[:, 1])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Model card: who is about to leave"), ("zh", "模型卡：谁可能流失")]
)
def test_the_card_says_what_the_fit_knew(language, words, report):
    model = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    drift = churn_drift_table(TABLE[:300], TABLE[300:])
    page = churn_model_card(model, report=report, drift=drift, language=language)
    assert page.startswith(f"# {words}\n")
    assert f"{LEFT.mean():.1%}" in page
    assert "2024-01-31 – 2024-07-31" in page
    judged = model.card_["judged"]
    assert [line["score"] for line in judged["scores"]] == ["model", "days_since_last"]
    assert all(f"{line['auc']:.3f}" in page for line in judged["scores"])
    assert "calibration_difference" in page
    assert json.loads(json.dumps(model.card_)) == model.card_
    bare = churn_model_card(ChurnClassifier(learner=LogisticRegression(), calibration=None).fit([[0], [1]], [0, 1]))
    assert "Not judged" in bare


# Laws


@given(judged, st.floats(0.05, 0.95))
@example([(0, 1, 2), (0, 1, 4), (1, 2, 2)], 0.5)
def test_weights_count_as_so_many_customers(rows, share):
    left, scores, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    copies = np.repeat(np.arange(len(rows)), weights.astype(int))
    weighed = weighted_measures(left, scores / 5, weights[None], share=share)[0]
    repeated = weighted_measures(left[copies], scores[copies] / 5, np.ones((1, len(copies))), share=share)[0]
    # the top is a share in whole customers, of which there are more
    assert_allclose(np.delete(weighed, [2, 3]), np.delete(repeated, [2, 3]), rtol=1e-9, atol=1e-12)
    assert weighed[0] == pytest.approx(roc_auc_score(left, scores, sample_weight=weights))
    assert weighed[1] == pytest.approx(average_precision_score(left, scores, sample_weight=weights))


def test_intervals_hold_their_values_and_differences_are_paired(report):
    known = report[report["lower"].notna()]
    assert (known["lower"] < known["value"]).all()
    assert (known["value"] < known["upper"]).all()
    assert ((known["lowest"] <= known["value"]) & (known["value"] <= known["highest"])).all()
    same = churn_report_table(
        MODEL,
        TABLE,
        LEFT,
        split=SPLIT,
        baselines={"days_since_last": TABLE["days_since_last"], "doubled": 2 * TABLE["days_since_last"]},
        n_draws=50,
    ).set_index(["score", "measure"])["value"]
    assert same["doubled", "auc"] == same["days_since_last", "auc"]
    assert report["n_cutoffs"].eq(2).all()
    assert report["n_rows"].eq(400).all()


def test_intervals_cover_as_often_as_they_say():
    # An area of known value: normal scores one deviation apart, Φ(1/√2) = .7602; two rows of each customer are copies.
    rng, held = np.random.default_rng(0), 0
    for _ in range(60):
        left = rng.permutation(np.repeat([0.0, 1.0], 60))
        score = rng.normal(left, 1.0)
        table = pd.DataFrame({"customer_id": np.tile(np.arange(120), 2), "score": np.tile(score, 2)})
        model = ChurnClassifier(learner=LogisticRegression(), calibration=None).fit(table[["score"]], np.tile(left, 2))
        row = churn_report_table(model, table, np.tile(left, 2), baselines={"score": "score"}, n_draws=100).iloc[6]
        held += row["lower"] <= 0.7602 <= row["upper"]
    # 57 are expected; without copies counted as one customer it would be about 50
    assert held >= 53


@up_to(20)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=8).filter(sum))
def test_what_has_not_moved_has_no_index(counts):
    same = np.array(counts, dtype=float)
    assert population_stability(same, same, level=0.95).psi == 0


def test_the_index_stays_below_its_chance_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [
        population_stability(*(rng.multinomial(500, [0.1] * 10).astype(float) for _ in range(2)), level=0.95)
        for _ in range(1000)
    ]
    above = np.mean([each.psi > each.by_chance for each in found])
    assert 0.03 < above < 0.07


def test_polars_and_arrow_give_the_same_in_their_own_kind(report):
    arrow = pa.Table.from_pandas(TABLE, preserve_index=False)
    for table in (pl.from_arrow(arrow), arrow):
        found = churn_report_table(MODEL, table, LEFT, split=SPLIT, n_draws=200)
        assert type(found) is type(table)
        assert_allclose(pl.DataFrame(found)["value"].to_numpy(), report["value"])
        drift = churn_drift_table(table, table)
        assert type(drift) is type(table)
        assert pl.DataFrame(drift)["psi"].to_list() == [0.0] * 3


# Refusals


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"split": 5}, TypeError, "`split` must split rows as SnapshotSplit does"),
        ({"n_draws": 1}, ValueError, "`n_draws` must be at least 2"),
        ({"share": 0}, ValueError, "`share` must lie between 0 and 1"),
        ({"baselines": ["T"]}, TypeError, "`baselines` must be a dict"),
        ({"baselines": {"model": "n_orders"}}, ValueError, "calls one of them 'model'"),
        ({"baselines": {"T": "T"}}, SchemaError, "lacks the columns"),
        ({"baselines": {"T": [1.0]}}, ValueError, "The baseline 'T' has 1 value, and `X` 600 rows"),
        ({"baselines": {"n": "n_orders"}}, ValueError, "has 86 missing values"),
        ({"baselines": {"T": ParetoNBDModel()}}, ValueError, "`horizon_days` is needed for the purchase model 'T'"),
        ({"features": ["T"]}, SchemaError, "lacks the columns"),
    ],
)
def test_reports_refuse(given, error, message):
    with pytest.raises(error, match=message):
        churn_report_table(MODEL, TABLE, LEFT, **{"split": SPLIT, **given})


def test_reports_refuse_models_that_know_the_cutoffs_or_are_none():
    fitted = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    with pytest.raises(ValueError, match=r"learned from cutoffs up to 2024-07-31, and `X` begins with 2024-01-31"):
        churn_report_table(fitted, TABLE, LEFT)
    with pytest.raises(TypeError, match="`model` must be a ChurnClassifier"):
        churn_report_table(LogisticRegression(), TABLE, LEFT)
    with pytest.raises(NotFittedError):
        churn_report_table(ChurnClassifier(), TABLE, LEFT)
    later, left = snapshots(cutoffs=("2025-01-31",))
    with pytest.raises(ValueError, match="At the cutoff 2025-01-31 all 200 customers tested had the same outcome"):
        churn_report_table(fitted, later, left * 0)
    alone = ChurnClassifier(learner="logistic").fit(TABLE[["n_orders"]], LEFT)
    with pytest.raises(SchemaError, match="nothing to judge the model beside"):
        churn_report_table(alone, later[["n_orders"]], left)
    with pytest.raises(ValueError, match="`y` has 3 values, and `X` 200 rows"):
        churn_report_table(fitted, later, left[:3])


def test_importance_drift_and_card_refuse():
    fitted = ChurnClassifier(learner="logistic", random_state=0).fit(TABLE, LEFT)
    with pytest.raises(TypeError, match="fitted on a table with named features"):
        feature_importance_table(ChurnClassifier().fit(np.c_[LEFT, LEFT], LEFT), TABLE, LEFT)
    with pytest.raises(TypeError, match="`model` must be a ChurnClassifier that was fitted on a table"):
        feature_importance_table(5, TABLE, LEFT)
    with pytest.raises(ValueError, match="All of `y` is 0"):
        feature_importance_table(fitted, TABLE, LEFT * 0)
    with pytest.raises(ValueError, match="`y` has 3 values"):
        feature_importance_table(fitted, TABLE, LEFT[:3])
    with pytest.raises(SchemaError, match="`after` has no rows"):
        churn_drift_table(TABLE, TABLE.head(0))
    with pytest.raises(SchemaError, match="no features beside"):
        churn_drift_table(TABLE[["customer_id"]], TABLE)
    with pytest.raises(ValueError, match="`n_bins` must be at least 2"):
        churn_drift_table(TABLE, TABLE, n_bins=1)
    with pytest.raises(TypeError, match="`model` must be a fitted ChurnClassifier"):
        churn_model_card(5)
    with pytest.raises(ValueError, match="`language` must be one of"):
        churn_model_card(fitted, language="fr")


# Input untouched


def test_inputs_stay_unchanged():
    table, left = TABLE.copy(deep=True), LEFT.copy()
    churn_report_table(MODEL, table, left, split=SPLIT, n_draws=2)
    churn_drift_table(table, table)
    model = ChurnClassifier(learner="logistic").fit(table, left)
    feature_importance_table(model, table, left, n_repeats=2)
    pd.testing.assert_frame_equal(table, TABLE)
    assert (left == LEFT).all()
    assert not hasattr(MODEL, "learner_")
