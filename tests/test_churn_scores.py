"""Lift, capture, calibration and the table of scores: by hand, reference, laws, refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.metrics import roc_auc_score
from tests.test_churn_maximum_profit import LEFT, SCORES, TEN, TEN_LEFT

from crmkit.loyalty.churn import calibration_table, capture_table, score_table
from crmkit.metrics import lift_at

judged = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=1, max_size=40)
of_both = judged.filter(lambda rows: 0 < sum(left for left, _ in rows) < len(rows))


def columns(rows):
    return (np.array(column) for column in zip(*rows, strict=True))


def slow_area(left, scores):
    """The area, its standard error by DeLong's pairs, one by one."""
    higher, lower = scores[left == 1], scores[left == 0]
    pairs = (higher[:, None] > lower) + 0.5 * (higher[:, None] == lower)
    variances = [pairs.mean(axis=axis).var(ddof=1) / pairs.shape[1 - axis] for axis in (1, 0)]
    return pairs.mean(), math.sqrt(sum(variances))


# By hand


def test_capture_by_hand():
    # of eight, in twos: two left, one, none, none; tied ones count half each
    table = capture_table([1, 1, 0, 1, 0, 0, 0, 0], [8, 7, 5, 5, 4, 3, 2, 1], n_groups=4)
    assert table["group"].tolist() == [1, 2, 3, 4]
    assert table["n_customers"].tolist() == [2, 2, 2, 2]
    assert table["n_churners"].tolist() == [2, 1, 0, 0]
    assert table["churn_rate"].tolist() == [1, 0.5, 0, 0]
    assert_allclose(table["lift"], [8 / 3, 4 / 3, 0, 0])
    assert_allclose(table["captured"], [2 / 3, 1, 1, 1])
    assert_allclose(table["cumulative_lift"], [8 / 3, 2, 4 / 3, 1])
    # Wilson's interval of 1 of 2
    assert_allclose(table.loc[1, ["churn_rate_lower", "churn_rate_upper"]].astype(float), [0.0945, 0.9055], atol=5e-5)


def test_customers_of_one_score_count_with_their_mean_in_every_group():
    table = capture_table([1, 0, 0, 1], [5, 5, 5, 5], n_groups=4)
    assert table["n_churners"].tolist() == [0.5] * 4
    assert table["cumulative_lift"].tolist() == [1] * 4


def test_few_customers_are_a_group_each_and_without_leavers_there_is_no_lift():
    table = capture_table([0, 0, 0], [3, 2, 1])
    assert table["n_customers"].tolist() == [1, 1, 1]
    assert table["churn_rate"].tolist() == [0, 0, 0]
    assert table[["lift", "captured", "captured_lower", "cumulative_lift"]].isna().all(axis=None)


def test_calibration_by_hand():
    table = calibration_table([0, 1, 1, 1], [0.2, 0.2, 0.7, 0.9], n_bins=2)
    assert table["n_customers"].tolist() == [2, 2]
    assert_allclose(table["predicted"], [0.2, 0.8])
    assert table["observed"].tolist() == [0.5, 1]
    assert_allclose(table["brier_score"], [(0.04 + 0.64) / 2, (0.09 + 0.01) / 2])


def test_scores_by_hand():
    # of 2 · 3 pairs one is tied and one is in the wrong order: 4.5 / 6
    table = score_table([1, 1, 0, 0, 0], {"a": [0.9, 0.5, 0.7, 0.5, 0.1], "days": [50, 40, 30, 20, 10]}, share=0.4)
    a, days = (row for _, row in table.iterrows())
    assert (a["score"], a["n_customers"], a["churn_rate"]) == ("a", 5, 0.4)
    assert a["auc"] == 0.75
    assert a["lift"] == 0.5 / 0.4
    assert a["captured"] == 0.5
    assert a["brier_score"] == pytest.approx((0.01 + 0.25 + 0.49 + 0.25 + 0.01) / 5)
    # precision 1 at the first who left; of both 2 of 4
    assert a["average_precision"] == pytest.approx((1 + 2 / 4) / 2)
    assert (days["auc"], days["average_precision"], days["captured"]) == (1, 1, 1)
    assert math.isnan(days["brier_score"])
    assert math.isnan(days["auc_lower"])


# Reference: the tests of empulse 0.11


def test_published_lifts():
    table = capture_table(TEN_LEFT, TEN).set_index("group")["cumulative_lift"]
    assert table[[1, 2, 3, 5, 10]].tolist() == pytest.approx([1.6667, 1.6667, 1.1111, 1.3333, 1], abs=5e-5)
    assert score_table(TEN_LEFT, {"score": TEN})["auc"][0] == pytest.approx(2 / 3, abs=1e-9)
    eight = score_table(LEFT, {"score": SCORES})["lift"][0]
    assert (eight, capture_table(LEFT, SCORES, n_groups=4)["cumulative_lift"][0]) == (2, 1)


# Laws


@given(judged, st.integers(1, 12))
def test_capture_adds_up_whatever_the_order_of_rows(rows, n_groups):
    left, scores = columns(rows)
    table = capture_table(left, scores, n_groups=n_groups)
    assert table["n_customers"].sum() == len(left)
    assert table["n_customers"].min() >= 1
    assert table["n_churners"].sum() == pytest.approx(left.sum())
    pd.testing.assert_frame_equal(table, capture_table(left[::-1], np.exp(scores)[::-1], n_groups=n_groups))
    for row in table.iloc[:-1].itertuples():
        lift = lift_at(responses=left, scores=scores, share=row.group / len(table))
        assert row.cumulative_lift == pytest.approx(lift, nan_ok=True)
    if left.any():
        assert table["captured"].iloc[-1] == pytest.approx(1)
        assert (table["captured"].diff().dropna() >= -1e-12).all()


@given(of_both)
def test_the_area_and_its_error_are_those_of_all_pairs(rows):
    left, scores = columns(rows)
    row = score_table(left, {"score": scores}).iloc[0]
    assert row["auc"] == pytest.approx(roc_auc_score(left, scores))
    if min(left.sum(), len(left) - left.sum()) < 2 or not 0 < row["auc"] < 1:
        assert math.isnan(row["auc_lower"])
        return
    area, error = slow_area(left, scores)
    assert row["auc"] == pytest.approx(area)
    # on the logit scale the interval reaches 1.96 standard errors to either side
    logits = np.log(row[["auc_lower", "auc_upper"]].astype(float) / (1 - row[["auc_lower", "auc_upper"]].astype(float)))
    reach = 1.959963985 * error / (area * (1 - area))
    assert_allclose(np.diff(logits) / 2, reach, atol=1e-6)


@given(judged, st.integers(1, 12))
def test_bins_add_up_to_the_brier_score(rows, n_bins):
    left, scores = columns(rows)
    table = calibration_table(left, scores / 9, n_bins=n_bins)
    mean = np.average(table["brier_score"], weights=table["n_customers"])
    assert mean == pytest.approx(((scores / 9 - left) ** 2).mean())
    assert np.average(table["observed"], weights=table["n_customers"]) == pytest.approx(left.mean())


@pytest.mark.deep
def test_the_interval_of_the_area_holds_the_truth():
    # normal scores one apart: the area is 0.76025; 300 samples of 200, a coverage of 0.95 gives 285 give or take 4
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        left = rng.random(200) < 0.3
        row = score_table(left, {"score": rng.normal(size=200) + left}).iloc[0]
        held += row["auc_lower"] <= 0.760250 <= row["auc_upper"]
    assert 273 <= held <= 297


# Refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: capture_table([1, 0], [1, 2], n_groups=0), "`n_groups` must be at least 1"),
        (lambda: capture_table([1, 0], [1, 2], level=0), "`level`"),
        (lambda: capture_table([1, np.nan], [1, 2]), "`y_true` has 1 missing value"),
        (lambda: calibration_table([1, 0], [1, 2]), "`y_score` must be probabilities of leaving"),
        (lambda: calibration_table([1, 0], [0.1, 0.2], n_bins=0), "`n_bins` must be at least 1"),
        (lambda: score_table([1, 1], {"a": [1, 2]}), "All of the 2 customers in `y_true` left"),
        (lambda: score_table([1, 0], {"a": [1, 2]}, share=10), "`share`"),
        (lambda: score_table([1, 0], {"a": [1, 2, 3]}), "must have the same length"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("scores", [[1, 2], {}, np.ones(2)])
def test_scores_without_names_are_refused(scores):
    with pytest.raises(TypeError, match="`scores` must be a dict of names and columns of scores"):
        score_table([1, 0], scores)


# Input untouched


def test_scores_stay_as_they_were():
    scores = {"a": pd.Series([0.5, 0.1])}
    before = scores["a"].copy()
    score_table(pd.Series([1, 0]), scores)
    capture_table(pd.Series([1, 0]), scores["a"])
    pd.testing.assert_series_equal(scores["a"], before)
