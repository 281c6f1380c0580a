"""Comparisons of means and shares: published tables, SciPy, and laws that differences, ratios and tests obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import chi2_contingency, false_discovery_control, ttest_ind

from crmkit._stats import (
    Contrast,
    PairedCounts,
    Sample,
    adjusted_p_values,
    compare,
    compare_paired_shares,
    compare_shares,
    contrast_of_pairs,
    contrast_of_samples,
    detectable_difference,
    detectable_difference_of_paired_shares,
    detectable_difference_of_shares,
    is_too_skewed,
)


def paired(both, only, other_only, neither, *, level=0.95):
    counts = PairedCounts(*(np.array([float(each)]) for each in (both, only, other_only, neither)))
    return compare_paired_shares(counts, level=level)


def moments(values):
    return Sample(len(values), np.mean(values), np.var(values, ddof=1), np.mean((values - np.mean(values)) ** 3))


# By hand.


def test_mid_p_by_hand():
    # 1 and 7 of 8 changed: 2 (1 + 8) / 256 - 8 / 256
    assert paired(1, 1, 7, 12).p_value[0] == pytest.approx(10 / 256)
    assert paired(5, 0, 0, 5).p_value[0] == 1


def test_pearson_with_one_fewer_by_hand():
    # 10 of 20 and 3 of 20: 39 (10 · 17 - 3 · 10)² / (20 · 20 · 13 · 27) = 5.4444
    found = compare_shares(10, 20, 3, 20, level=0.95).p_value
    assert found == pytest.approx(math.erfc(math.sqrt(39 * 140**2 / (20 * 20 * 13 * 27) / 2)))


def test_fisher_where_little_is_expected():
    # all 3 and none of 12: one of the 455 ways to choose 3 of 15
    assert compare_shares(3, 3, 0, 12, level=0.95).p_value == pytest.approx(1 / 455)


def test_without_spread_a_difference_is_sure():
    found = compare(contrast_of_samples(Sample(2, [5.0, 5.0], 0.0), Sample(3, [4.0, 5.0], 0.0)), level=0.95)
    assert found.p_value.tolist() == [0, 1]
    assert found.lower.tolist() == found.upper.tolist() == [1, 0]
    assert found.relative_lower.tolist() == found.relative_upper.tolist() == [0.25, 0]


def test_what_is_undefined():
    alone = compare(contrast_of_samples(Sample(1, 5.0, np.nan), Sample(3, 4.0, 1.0)), level=0.95)
    assert alone.difference == 1
    assert np.isnan([alone.lower, alone.upper, alone.p_value]).all()
    assert np.isnan(compare_shares(0, 0, 3, 10, level=0.95)).all()
    assert np.isnan(paired(0, 0, 0, 0)).all()
    # of nothing nothing is a multiple; of what may be 0 there may be any multiple
    assert np.isnan(compare_shares(3, 10, 0, 10, level=0.95)[3:6]).all()
    unsure = compare(contrast_of_samples(Sample(9, 5.0, 1.0), Sample(9, 1.0, 81.0)), level=0.95)
    assert not np.isnan(unsure.upper)
    assert np.isnan(unsure.relative_upper)
    assert np.isnan(detectable_difference_of_shares(0.5, 3, 3, alpha=0.05, power=0.8))
    assert np.isnan(detectable_difference_of_paired_shares(0, 100, alpha=0.05, power=0.8))


# Reference: Newcombe (1998), Statistics in Medicine 17, 2635-2650, table III, method 10, four decimals.


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((36, 12, 2, 0), 0.0569, 0.3404),
        ((20, 12, 2, 16), 0.0562, 0.3292),
        ((18, 12, 2, 18), 0.0562, 0.3290),
        ((36, 14, 0, 0), 0.1528, 0.4167),
        ((18, 14, 0, 18), 0.1441, 0.3963),
        ((2, 97, 1, 0), 0.8721, 0.9854),
        ((0, 29, 1, 0), 0.6666, 0.9882),
        ((1, 98, 0, 1), 0.9171, 0.9916),
        ((0, 30, 0, 0), 0.8395, 1.0),
        ((54, 0, 0, 0), -0.0664, 0.0664),
        ((30, 0, 0, 24), -0.0358, 0.0358),
    ],
)
def test_newcombe_for_pairs(counts, lower, upper):
    found = paired(*counts)
    assert_allclose([found.lower[0], found.upper[0]], [lower, upper], atol=6e-5)


# Reference: Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91, hyper-responsiveness: .039.


def test_mcnemar_mid_p():
    assert paired(1, 1, 7, 12).p_value[0].round(3) == 0.039


# Reference: Student (1908), additional hours of sleep; t = 4.0621, p = .002833, interval .7001142 to 2.4598858, as R's
# documentation of t.test has it.

SLEEP = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
MORE_SLEEP = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_pairs_of_student():
    covariance = np.cov(MORE_SLEEP, SLEEP)
    found = compare(
        contrast_of_pairs(10, (MORE_SLEEP.mean(), SLEEP.mean()), np.diag(covariance), covariance[0, 1]), level=0.95
    )
    assert_allclose([found.difference, found.lower, found.upper], [1.58, 0.7001142, 2.4598858], atol=5e-8)
    assert found.p_value == pytest.approx(0.002833, abs=5e-7)


# Reference: GraphPad's calculator of Fieller's interval: 14 (SD 3) over 7 (SD 2), 6 of each, 10 degrees of freedom.


@pytest.mark.parametrize(("level", "lower", "upper"), [(0.9, 1.54, 2.64), (0.95, 1.46, 2.83), (0.99, 1.27, 3.36)])
def test_fieller(level, lower, upper):
    numbers = (14.0, 7.0, 3 / math.sqrt(6), 2 / math.sqrt(6), 0.0, 10.0, 0.0)
    found = compare(Contrast(*map(np.asarray, numbers)), level=level)
    assert_allclose([found.relative_lower + 1, found.relative_upper + 1], [lower, upper], atol=0.006)


# Reference: Benjamini and Hochberg (1995), section 3.2: at .05 theirs finds four of fifteen, Bonferroni three.

FIFTEEN = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
FIFTEEN += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_findings_of_benjamini_and_hochberg():
    assert (adjusted_p_values(FIFTEEN, adjust="benjamini-hochberg") <= 0.05).sum() == 4
    assert (adjusted_p_values(FIFTEEN, adjust="holm") <= 0.05).sum() == 3


# Reference: the documentation of stdlib's padjust.


@pytest.mark.parametrize(
    ("adjust", "given", "expected"),
    [
        ("holm", [0.319, 0.201, 0.4, 0.374, 0.113], [0.957, 0.804, 0.957, 0.957, 0.565]),
        ("benjamini-hochberg", [0.319, 0.201, 0.4, 0.374, 0.113], [0.4] * 5),
        ("benjamini-hochberg", [0.008, 0.03, 0.123, 0.6, 0.2], [0.04, 0.075, 0.205, 0.6, 0.25]),
    ],
)
def test_adjusted_p_values(adjust, given, expected):
    assert_allclose(adjusted_p_values(given, adjust=adjust), expected, atol=1e-12)


# Reference: sample sizes in textbooks. Cohen (1988), table 2.4.1: 64 in each group for half a standard deviation; 10 %
# against 15 % takes 686 in each; both at 5 % and 80 %.


def test_detectable_differences_of_textbooks():
    contrast = contrast_of_samples(Sample(64, 0.0, 1.0), Sample(64, 0.0, 1.0))
    assert detectable_difference(contrast, alpha=0.05, power=0.8) == pytest.approx(0.5, abs=0.002)
    assert detectable_difference_of_shares(0.1, 686, 686, alpha=0.05, power=0.8) == pytest.approx(0.05, abs=2e-5)
    # falling from 90 % is rising from 10 %
    assert detectable_difference_of_shares(0.9, 686, 686, alpha=0.05, power=0.8) == pytest.approx(0.05, abs=2e-5)


def test_pairs_that_find_what_they_should_are_as_many_as_connor_says():
    found = float(detectable_difference_of_paired_shares(200, 1000, alpha=0.05, power=0.8))
    needed = (1.959964 * math.sqrt(0.2) + 0.841621 * math.sqrt(0.2 - found**2)) ** 2 / found**2
    assert needed == pytest.approx(1000, rel=1e-5)


# Reference: SciPy.

samples = st.lists(st.floats(-100, 100), min_size=3, max_size=20).filter(lambda values: np.var(values) > 1e-3)


@given(samples, samples)
def test_welch_as_in_scipy_without_third_moments(values, others):
    found = compare(contrast_of_samples(*(Sample(*moments(each)[:3]) for each in (values, others))), level=0.9)
    expected = ttest_ind(values, others, equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_benjamini_and_hochberg_as_in_scipy(p_values):
    assert_allclose(adjusted_p_values(p_values, adjust="benjamini-hochberg"), false_discovery_control(p_values))


def test_pearson_as_in_scipy():
    table = [[30, 70], [45, 55]]
    statistic = chi2_contingency(table, correction=False).statistic * 199 / 200
    assert compare_shares(30, 100, 45, 100, level=0.95).p_value == pytest.approx(
        math.erfc(math.sqrt(statistic / 2)), rel=1e-12
    )


# Laws.


@given(samples, samples, st.sampled_from([0.8, 0.95, 0.99]))
def test_exchanging_samples_turns_everything_around(values, others, level):
    one, two = moments(values), moments(others)
    found = compare(contrast_of_samples(one, two), level=level)
    turned = compare(contrast_of_samples(two, one), level=level)
    size = max(np.abs(values).max(), np.abs(others).max())
    assert_allclose(
        [turned.difference, turned.lower, turned.upper],
        [-found.difference, -found.upper, -found.lower],
        rtol=1e-8,
        atol=1e-9 * size,
    )
    assert turned.p_value == pytest.approx(float(found.p_value), rel=1e-6, abs=1e-12)


@given(samples, samples, st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_and_test_agree(values, others, level):
    found = compare(contrast_of_samples(moments(values), moments(others)), level=level)
    surely = float(found.p_value) < 1 - level
    if abs(float(found.p_value) - (1 - level)) > 1e-9:
        assert bool((found.lower > 0) | (found.upper < 0)) is surely
        if not np.isnan([found.relative_lower, found.relative_upper]).any():
            assert bool((found.relative_lower > 0) | (found.relative_upper < 0)) is surely


@given(samples, samples)
def test_a_correction_for_skewness_only_widens(values, others):
    plain = compare(contrast_of_samples(*(Sample(*moments(each)[:3]) for each in (values, others))), level=0.95)
    found = compare(contrast_of_samples(moments(values), moments(others)), level=0.95)
    slack = 1e-9 * (plain.upper - plain.lower)
    assert found.lower <= plain.lower + slack
    assert found.upper >= plain.upper - slack
    assert found.p_value >= plain.p_value - 1e-12


@given(samples, st.data())
def test_samples_of_one_size_are_not_corrected(values, data):
    others = data.draw(st.lists(st.floats(-100, 100), min_size=len(values), max_size=len(values)))
    assert contrast_of_samples(moments(values), moments(others)).skewness == 0


counts = st.tuples(*[st.integers(0, 30)] * 4).filter(sum)


@given(counts, st.sampled_from([0.8, 0.95]))
def test_exchanging_periods_turns_everything_around(given_counts, level):
    both, only, other_only, neither = given_counts
    found, turned = (
        paired(both, only, other_only, neither, level=level),
        paired(both, other_only, only, neither, level=level),
    )
    assert_allclose(
        [turned.difference, turned.lower, turned.upper], [-found.difference, -found.upper, -found.lower], atol=1e-12
    )
    assert_allclose(turned.p_value, found.p_value)
    assert -1 - 1e-12 <= found.lower[0] <= found.difference[0] <= found.upper[0] <= 1 + 1e-12


@given(counts, st.sampled_from([0.8, 0.95]))
def test_ratio_and_difference_of_shares_agree(given_counts, level):
    found = paired(*given_counts, level=level)
    for end, relative in ((found.lower, found.relative_lower), (found.upper, found.relative_upper)):
        if not np.isnan(relative[0]) and abs(end[0]) > 1e-9:
            assert (end[0] > 0) == (relative[0] > 0)


@given(st.lists(st.floats(0, 1), max_size=12), st.sampled_from(["holm", "benjamini-hochberg", "none"]))
def test_adjusting_keeps_the_order_and_never_lowers(p_values, adjust):
    found = adjusted_p_values(p_values, adjust=adjust)
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert (found >= np.asarray(p_values)).all()
    assert (found <= np.minimum(np.asarray(p_values) * len(p_values), 1) + 1e-12).all() or adjust == "none"
    # what has no p-value was not tested
    with_missing = adjusted_p_values([*p_values, np.nan], adjust=adjust)
    assert_allclose(with_missing, [*found, np.nan])


def test_a_tenth_as_many_with_a_long_tail_are_flagged():
    rest, few = Sample(5000, 10.0, 100.0, 8 * 10.0**3), Sample(50, 10.0, 100.0, 8 * 10.0**3)
    assert is_too_skewed(contrast_of_samples(few, rest), level=0.95)
    assert not is_too_skewed(contrast_of_samples(few, few), level=0.95)
    assert not is_too_skewed(contrast_of_samples(rest, Sample(9000, 10.0, 100.0, 8 * 10.0**3)), level=0.95)


@pytest.mark.deep
def test_a_small_group_with_a_long_tail_against_the_rest_holds_the_truth():
    rng = np.random.default_rng(3)
    covered = {True: 0, False: 0}
    n_tried = 2000
    for _ in range(n_tried):
        few, rest = (np.exp(rng.normal(0, 1.2, n)) * (rng.random(n) < 0.4) for n in (60, 600))
        for corrected in covered:
            given_samples = [moments(each) if corrected else Sample(*moments(each)[:3]) for each in (few, rest)]
            found = compare(contrast_of_samples(*given_samples), level=0.95)
            covered[corrected] += bool(found.lower <= 0 <= found.upper)
    # Student's alone hold it in nine of ten.
    assert covered[False] / n_tried < 0.91
    assert covered[True] / n_tried > 0.94


@pytest.mark.deep
def test_detectable_differences_are_found_as_often_as_asked():
    rng = np.random.default_rng(11)
    n, other_n, n_tried = 300, 500, 4000
    noise, others = (rng.normal(0, 1, (n_tried, size)) for size in (n, other_n))
    planned = contrast_of_samples(Sample(n, 0.0, 1.0), Sample(other_n, 0.0, 1.0))
    difference = float(detectable_difference(planned, alpha=0.05, power=0.8))
    given_samples = (
        Sample(np.full(n_tried, each.shape[1]), each.mean(axis=1), each.var(axis=1, ddof=1))
        for each in (noise + difference, others)
    )
    found = compare(contrast_of_samples(*given_samples), level=0.95)
    assert np.mean(found.p_value < 0.05) == pytest.approx(0.8, abs=0.02)
    rise = float(detectable_difference_of_shares(0.2, n, other_n, alpha=0.05, power=0.8))
    won, other_won = rng.binomial(n, 0.2 + rise, n_tried), rng.binomial(other_n, 0.2, n_tried)
    shares = compare_shares(won, np.full(n_tried, n), other_won, np.full(n_tried, other_n), level=0.95)
    assert np.mean(shares.p_value < 0.05) == pytest.approx(0.8, abs=0.02)
    change = float(detectable_difference_of_paired_shares(0.3 * n, n, alpha=0.05, power=0.8))
    cells = rng.multinomial(n, [0.4, 0.15 + change / 2, 0.15 - change / 2, 0.3], n_tried).T.astype(float)
    pairs = compare_paired_shares(PairedCounts(*cells), level=0.95)
    assert np.mean(pairs.p_value < 0.05) == pytest.approx(0.8, abs=0.02)
