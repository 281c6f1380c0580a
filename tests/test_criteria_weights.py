"""Weights of criteria: by pairwise judgements, and by how far criteria tell rows apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from crmkit._stats import (
    combined_judgements,
    criteria_weights,
    judgement_matrix,
    pairwise_weights,
    percentile_scale,
    survival_scale,
)

TELECOM = [[1, 0.71, 0.46], [1.41, 1, 0.85], [2.18, 1.18, 1]]
AHP_EXAMPLE = [[1, 3, 3], [1 / 3, 1, 2], [1 / 3, 1 / 2, 1]]
TZENG_HUANG = np.array([[5.0, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]])


def matrix(judgements):
    return judgement_matrix(judgements, n=len(judgements), name="judgements")


# By hand.


def test_consistent_judgements_give_back_the_weights_behind_them():
    # weights .5, .3, .2: each judgement is their ratio
    weights = np.array([0.5, 0.3, 0.2])
    for rule in ("eigenvector", "column_mean"):
        found = pairwise_weights(matrix(weights[:, None] / weights[None, :]), rule=rule)
        assert_allclose(found.weights, weights)
        assert found.consistency_ratio == pytest.approx(0, abs=1e-12)


def test_judges_count_by_their_geometric_mean():
    # 4 and 1 give 2: weights 2/3 and 1/3
    together = combined_judgements([matrix([[1, 4], [1 / 4, 1]]), matrix([[1, 1], [1, 1]])])
    assert_allclose(together, [[1, 2], [1 / 2, 1]])
    found = pairwise_weights(together)
    assert_allclose(found.weights, [2 / 3, 1 / 3])
    assert found.consistency_ratio == 0


def test_critic_by_hand():
    # scaled to 0, 1/2, 1 and 0, 1, 0: uncorrelated, so only the spreads count, sqrt(1/6) and sqrt(2/9)
    found = criteria_weights(np.array([[1.0, 0], [2, 5], [3, 0]]), method="critic")
    spreads = np.sqrt([1 / 6, 2 / 9])
    assert_allclose(found, spreads / spreads.sum())


def test_a_constant_column_has_no_weight():
    values = np.array([[1.0, 5, 0, 3], [2, 5, 0, 1], [4, 5, 0, 9]])
    for method in ("entropy", "critic", "standard_deviation"):
        found = criteria_weights(values, method=method)
        assert found[1] == found[2] == 0
        assert_allclose(found[[0, 3]], criteria_weights(values[:, [0, 3]], method=method))
    assert criteria_weights(values[:, [1, 0]], method="critic").tolist() == [0, 1]


def test_percentiles_by_hand():
    # of 1, 2, 2, 4: half of 1/4; 1/4 and half of 2/4; 3/4 and half of 1/4; 3 lies half way between 2 and 4
    scale = percentile_scale(np.array([2.0, 4, 1, 2]))
    assert_allclose(scale(np.array([1, 2, 4, 3, -9, 99, np.nan])), [0.125, 0.5, 0.875, 0.6875, 0.125, 0.875, np.nan])


def test_survival_percentiles_by_hand():
    # of 1, 2+, 3, 4+: survival 3/4 after 1 and 3/4 * 1/2 after 3; the half of each step
    scale = survival_scale(np.array([1.0, 2, 3, 4]), np.array([True, False, True, False]))
    assert_allclose(scale(np.array([1.0, 2, 3, 4])), [0.125, 0.25, (0.25 + 0.625) / 2, 0.625])


# Reference.


def test_eigenvector_of_the_telecom_judgements():
    # an RFM matrix of a telecom operator, published with R .221, F .341, M .439; recomputed to five digits
    found = pairwise_weights(matrix(TELECOM))
    assert_allclose(found.weights, [0.22064, 0.34035, 0.43901], atol=5e-6)
    assert found.largest_eigenvalue == pytest.approx(3.01047, abs=5e-6)
    assert found.consistency_index == pytest.approx(0.005233, abs=5e-7)
    assert found.consistency_ratio == pytest.approx(0.0090, abs=5e-5)
    assert pairwise_weights(matrix(TELECOM), random_index=0.52).consistency_ratio == pytest.approx(0.0101, abs=5e-5)


def test_the_example_of_scikit_criteria_by_both_rules():
    # scikit-criteria, ahp_ext: weights .58889 .25185 .15926, CI .026952, CR .051829 with a random index of .52
    found = pairwise_weights(matrix(AHP_EXAMPLE), rule="column_mean", random_index=0.52)
    assert_allclose(found.weights, [0.58889, 0.25185, 0.15926], atol=5e-6)
    assert found.consistency_index == pytest.approx(0.026952, abs=5e-7)
    # .026952 / .52 is .051831
    assert found.consistency_ratio == pytest.approx(0.051829, abs=3e-6)
    found = pairwise_weights(matrix(AHP_EXAMPLE))
    assert_allclose(found.weights, [0.59363, 0.24931, 0.15706], atol=5e-6)
    assert found.largest_eigenvalue == pytest.approx(3.05362, abs=5e-6)
    assert found.consistency_index == pytest.approx(0.026811, abs=5e-7)


def test_objective_weights_of_tzeng_and_huang():
    # the TOPSIS matrix of Tzeng and Huang (2011); three codes agree on these weights
    critic = criteria_weights(TZENG_HUANG, method="critic")
    assert_allclose(critic, [0.24760183, 0.47755553, 0.27484264], atol=5e-9)
    entropy = criteria_weights(TZENG_HUANG, method="entropy")
    assert_allclose(entropy, [0.17795405, 0.45214939, 0.36989655], atol=5e-9)


def test_weights_of_two_rows():
    # scikit-criteria's example [[1, 2], [4, 16]]: entropy .358889 .641111
    values = np.array([[1.0, 2], [4, 16]])
    assert_allclose(criteria_weights(values, method="entropy"), [0.358889, 0.641111], atol=5e-7)
    # shares .2 .8 and 1/9 8/9 deviate by .3 and 7/18: .3 / (.3 + .388889)
    assert_allclose(criteria_weights(values, method="standard_deviation"), [0.435484, 0.564516], atol=5e-7)


# Laws.

VALUES = arrays(np.float64, st.tuples(st.integers(3, 8), st.integers(2, 4)), elements=st.integers(0, 50).map(float))


@given(VALUES, st.sampled_from(["entropy", "critic", "standard_deviation"]), st.sampled_from([1e-6, 0.1, 7.0, 1e9]))
def test_weights_add_up_to_one_and_no_unit_plays_a_part(values, method, unit):
    # a column that tells rows apart, and one that is no line through it
    values = np.column_stack([values, np.arange(len(values)), np.arange(len(values)) % 2])
    found = criteria_weights(values, method=method)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    assert_allclose(criteria_weights(values[::-1] * unit, method=method), found, atol=1e-9)


@given(st.lists(st.tuples(st.integers(0, 20), st.just(True)), min_size=1, max_size=20))
def test_percentiles_of_lives_that_are_all_over_are_those_of_values(lives):
    durations = np.array([float(days) for days, _ in lives])
    found = survival_scale(durations, np.full(len(lives), fill_value=True))(durations)
    assert_allclose(found, percentile_scale(durations)(durations), atol=1e-12)
    assert found.mean() == pytest.approx(0.5)


def test_a_long_scale_is_thinned_and_moves_no_percentile_by_more_than_one_in_10000():
    values = np.random.default_rng(5).lognormal(size=30_000).round(3)
    values[:9_000] = 0.5
    scale = percentile_scale(values)
    assert len(scale.points) <= 10_001
    below = np.searchsorted(np.sort(values), values, side="left")
    upto = np.searchsorted(np.sort(values), values, side="right")
    assert np.abs(scale(values) - (below + upto) / 2 / len(values)).max() < 1e-4


# Refusals.


@pytest.mark.parametrize(
    ("judgements", "error", "words"),
    [
        ([[1, 2]], ValueError, "square table of numbers, a row and a column for each of the 1 criteria"),
        ([[1, "a"], ["b", 1]], TypeError, "must hold numbers"),
        ([[1, 0], [2, 1]], ValueError, "numbers from 1/1000 to 1000, got 0.0 in row 1, column 2"),
        ([[1, np.nan], [2, 1]], ValueError, "numbers from 1/1000 to 1000, got nan"),
        ([[1, 3], [3, 1]], ValueError, "got 3.0 in row 1, column 2 and 3.0 in row 2, column 1"),
    ],
)
def test_judgements_that_are_none_are_refused(judgements, error, words):
    with pytest.raises(error, match=words):
        matrix(judgements)


def test_more_criteria_than_saaty_tabulated_need_a_random_index():
    ones = np.ones((11, 11))
    with pytest.raises(ValueError, match="`random_index` must be given for 11 criteria: Saaty's table ends at 10"):
        pairwise_weights(ones)
    assert pairwise_weights(ones, random_index=1.51).consistency_ratio == pytest.approx(0)


@pytest.mark.parametrize(
    ("values", "method", "words"),
    [
        ([[1.0, 2]], "entropy", "need 2 rows or more with all criteria known, got 1"),
        ([[1.0, np.inf], [2, 3]], "critic", "need finite criteria"),
        ([[1.0, -2], [2, 3]], "entropy", "need criteria of 0 or more, got -2"),
        ([[1.0, 2], [1, 2]], "standard_deviation", "each one has the same value everywhere"),
        ([[1.0, 2], [2, 4]], "critic", "all are perfectly correlated"),
    ],
)
def test_weights_that_mean_nothing_are_refused(values, method, words):
    with pytest.raises(ValueError, match=words):
        criteria_weights(np.array(values), method=method)
