"""Latent classes of customers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from crmkit import SchemaError
from crmkit.segment.groups import LatentClassSegmenter

NAMES = ["channel", "pays", "wraps", "asks"]


def answers(n, seed=0, missing=0.1):
    """Two classes; each column has the class's own level with 85 %."""
    rng = np.random.default_rng(seed)
    kind = (rng.random(n) < 0.4).astype(int)
    own = np.array([["web", "card", "no", "never"], ["shop", "cash", "yes", "often"]])[kind]
    other = np.array([["shop", "cash", "yes", "often"], ["web", "card", "no", "never"]])[kind]
    table = pd.DataFrame(np.where(rng.random((n, 4)) < 0.85, own, other), columns=NAMES)
    table["asks"] = table["asks"].where(rng.random(n) > 0.2, "seldom")
    return table.mask(rng.random((n, 4)) < missing), kind


TABLE, KIND = answers(600)


@pytest.fixture(scope="module")
def fitted():
    pytest.importorskip("stepmix", reason="the extra classes is not installed")
    return LatentClassSegmenter(max_classes=3, n_starts=3).fit(TABLE)


# By hand


def test_one_class_has_the_shares_of_all():
    table = pd.DataFrame({"a": ["x", "x", "y", None], "b": [1, 1, 1, 2]})
    one = LatentClassSegmenter(columns=["a", "b"], n_classes=1).fit(table)
    assert one.probabilities_["probability"].tolist() == pytest.approx([2 / 3, 1 / 3, 3 / 4, 1 / 4])
    # the third row and the first two: y and 1, x and 1; the fourth 2 alone
    expected = 2 * np.log(2 / 3 * 3 / 4) + np.log(1 / 3 * 3 / 4) + np.log(1 / 4)
    assert one.choice_["log_likelihood"].tolist() == pytest.approx([expected])
    assert one.choice_["n_parameters"].tolist() == [2]
    assert one.choice_["bic"].tolist() == pytest.approx([2 * np.log(4) - 2 * expected])
    assert one.membership(table)["cluster_1"].tolist() == [1, 1, 1, 1]


def test_classes_are_found_and_named(fitted):
    assert fitted.choice_["chosen"].tolist() == [0, 1, 0]
    assert fitted.choice_["n_parameters"].tolist() == [5, 11, 17]
    assert fitted.segments_["segment"].tolist() == ["cluster_1", "cluster_2"]
    labels = fitted.predict(TABLE)
    known = labels.notna().to_numpy()
    assert known.mean() > 0.95
    assert adjusted_rand_score(KIND[known], labels[known]) > 0.6
    weights = fitted.weights_["weight"].to_numpy()
    assert weights == pytest.approx([0.6, 0.4], abs=0.06)
    web = fitted.probabilities_.query("segment == 'cluster_1' and level == 'web'")["probability"]
    assert web.tolist() == pytest.approx([0.85], abs=0.06)
    assert fitted.segments_["name_en"].iloc[1].count(": ") == 2


def test_a_sentence_names_what_told_the_class(fitted):
    told = fitted.explain(pd.DataFrame([["web", "card", None, "never"], [None] * 4], columns=NAMES).astype(object))
    assert "probability 9" in told[0]
    assert "wraps" not in told[0].split("by ")[1]
    assert told[1] == "No segment: too little is known."


# Reference: stepmix itself


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_probabilities_are_those_of_stepmix(missing):
    stepmix = pytest.importorskip("stepmix.stepmix", reason="the extra classes is not installed")
    table, _ = answers(300, seed=2, missing=missing)
    table = table[table.notna().sum(axis=1) >= 2]
    ours = LatentClassSegmenter(n_classes=2, n_starts=2).fit(table)
    codes = table.apply(lambda column: column.astype("category").cat.codes.replace(-1, np.nan)).astype(float)
    patterns, counts = np.unique(codes.fillna(-1).to_numpy(), axis=0, return_counts=True)
    model = stepmix.StepMix(
        n_components=2, measurement="categorical_nan" if missing else "categorical", n_init=2, max_iter=5000,
        abs_tol=1e-8, random_state=0, verbose=0, progress_bar=0,
    )  # fmt: skip
    patterns = np.where(patterns < 0, np.nan, patterns)
    model.fit(patterns, sample_weight=counts)
    theirs = model.predict_proba(codes.to_numpy())
    found = ours.membership(table).to_numpy()
    found = found if found[0].argmax() == theirs[0].argmax() else found[:, ::-1]
    np.testing.assert_allclose(found, theirs, atol=1e-9)
    likelihood = ours.choice_["log_likelihood"].iloc[0]
    assert likelihood == pytest.approx(model.score(codes.to_numpy()) * len(table), rel=1e-9)
    assert ours.choice_["bic"].iloc[0] == pytest.approx(model.bic(codes.to_numpy()), rel=1e-9)


# Law


@pytest.mark.deep
def test_independent_columns_are_one_class():
    pytest.importorskip("stepmix", reason="the extra classes is not installed")
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(2, size=(300, 4)).astype(str), columns=NAMES)
    assert LatentClassSegmenter(max_classes=2, n_starts=2).fit(table).choice_["chosen"].tolist() == [1, 0]


def test_neither_order_nor_file_change_what_was_learned(fitted):
    turned = LatentClassSegmenter(max_classes=3, n_starts=3).fit(TABLE.iloc[::-1])
    pd.testing.assert_frame_equal(turned.probabilities_, fitted.probabilities_)
    read = LatentClassSegmenter.from_json(fitted.to_json())
    pd.testing.assert_frame_equal(read.membership(TABLE), fitted.membership(TABLE))
    later = fitted.refit(answers(500, seed=4)[0])
    assert later.segments_.equals(fitted.segments_)
    assert (later.clusters_["overlap"] > 0.8).all()


def test_levels_not_seen_before_tell_nothing(fitted):
    new = pd.DataFrame([["web", "card", "no", "always"], ["web", "card", "no", None]], columns=NAMES)
    one, other = fitted.membership(new).to_numpy()
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(one.sum(), 1)


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"columns": ["pays", "wraps"], "n_classes": 2}, ValueError, "the model has 5 parameters. Ask for fewer"),
        ({"n_classes": 0}, ValueError, "`n_classes` must be at least 1"),
        ({"n_starts": 0}, ValueError, "`n_starts` must be at least 1"),
        ({"columns": ["height"]}, SchemaError, "lacks the columns"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        LatentClassSegmenter(**options).fit(TABLE)


def test_wrong_tables_are_refused():
    many = pd.DataFrame({"name": [f"n{n}" for n in range(60)], "one": "x"})
    with pytest.raises(SchemaError, match="has 60 different values, too many for categories"):
        LatentClassSegmenter(columns=["name"], n_classes=1).fit(many)
    with pytest.raises(SchemaError, match=r"No column tells customers apart: \['name', 'one'\] were left out"):
        LatentClassSegmenter(n_classes=1).fit(many)
    with pytest.raises(SchemaError, match="is missing for everybody"):
        LatentClassSegmenter(columns=["one"], n_classes=1).fit(many.assign(one=None))
