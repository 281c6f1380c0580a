"""Intervals of shares and of counts: against SciPy and published values, nan without trials or base."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binomtest, poisson

from crmkit._stats import poisson_interval, wilson_interval

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.01, 0.999)


# By hand.


def test_half_of_four_by_hand():
    # level with z = 2: (p + z²/2n) / (1 + z²/n) = (0.5 + 0.5) / 2 = 0.5;
    # half width 2/2 * sqrt(0.25/4 + 4/64) = sqrt(0.125)
    level_of_two = 0.9544997361036416
    lower, upper = wilson_interval(2, 4, level=level_of_two)
    assert lower == pytest.approx(0.5 - 0.125**0.5, abs=1e-12)
    assert upper == pytest.approx(0.5 + 0.125**0.5, abs=1e-12)


def test_no_success_and_only_successes_end_exactly_at_0_and_1():
    lower, upper = wilson_interval([0, 10, 0, 3, 7], [10, 10, 3, 3, 7])
    assert_array_equal(lower[[0, 2]], 0)
    assert_array_equal(upper[[1, 3, 4]], 1)
    # the other end of 0 of n is z²/(n + z²), 3.8414588 at 95 %
    assert_allclose(upper[[0, 2]], 3.841458820694124 / (np.array([10, 3]) + 3.841458820694124), rtol=1e-12)


def test_no_trials_are_nan():
    lower, upper = wilson_interval([0, 1], [0, 2])
    assert_array_equal(np.isnan(lower), [True, False])
    assert_array_equal(np.isnan(upper), [True, False])


# Reference: Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17,
# table I, method 3 (score, without continuity correction), four decimals.


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_newcombe(successes, trials, expected):
    assert_allclose(wilson_interval(successes, trials), expected, atol=5e-5)


# Reference: SciPy's own.


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("trials", [1, 2, 3, 10, 37, 263, 5000])
def test_scipy_agrees(trials, level):
    successes = sorted({0, 1, trials // 3, trials // 2, trials - 1, trials})
    lower, upper = wilson_interval(successes, [trials] * len(successes), level=level)
    expected = [binomtest(won, trials).proportion_ci(level, method="wilson") for won in successes]
    assert_allclose(lower, [interval.low for interval in expected], rtol=1e-9, atol=1e-12)
    assert_allclose(upper, [interval.high for interval in expected], rtol=1e-9, atol=1e-12)


# Laws.


@given(counts, levels)
def test_the_interval_holds_the_share_and_stays_between_0_and_1(count, level):
    successes, trials = count
    lower, upper = wilson_interval(successes, trials, level=level)
    assert 0 <= lower <= successes / trials <= upper <= 1
    assert lower < upper


@given(counts, levels)
def test_failures_have_the_mirrored_interval(count, level):
    successes, trials = count
    lower, upper = wilson_interval(successes, trials, level=level)
    assert_allclose(wilson_interval(trials - successes, trials, level=level), (1 - upper, 1 - lower), atol=1e-12)


@given(counts, st.tuples(levels, levels).filter(lambda pair: pair[1] - pair[0] > 1e-6))
def test_more_confidence_is_a_wider_interval(count, pair):
    (inner_low, inner_high), (outer_low, outer_high) = (wilson_interval(*count, level=level) for level in pair)
    assert outer_low <= inner_low
    assert inner_high <= outer_high
    assert outer_high - outer_low > inner_high - inner_low


@given(counts)
def test_ten_times_the_customers_are_a_narrower_interval(count):
    successes, trials = count
    few_low, few_high = wilson_interval(successes, trials)
    many_low, many_high = wilson_interval(10 * successes, 10 * trials)
    assert many_high - many_low < few_high - few_low


# Refusals.


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, 95, float("nan")])
def test_a_level_that_is_no_confidence_is_refused(level):
    with pytest.raises(ValueError, match="`level` must lie between 0 and 1, got"):
        wilson_interval(1, 2, level=level)


@pytest.mark.parametrize("level", ["0.95", None, True])
def test_a_level_of_another_kind_is_refused(level):
    with pytest.raises(TypeError, match="`level` must be a number between 0 and 1, got"):
        wilson_interval(1, 2, level=level)


# Input untouched.


def test_the_counts_given_are_not_changed():
    successes, trials = np.array([0.0, 2.0]), np.array([0.0, 4.0])
    wilson_interval(successes, trials)
    assert_array_equal(successes, [0, 2])
    assert_array_equal(trials, [0, 4])


# Counts. Reference: Garwood (1936), Biometrika 28, table of the limits for an expected number of events, 95 %.


@pytest.mark.parametrize(
    ("events", "expected"),
    [(0, (0, 3.69)), (1, (0.0253, 5.57)), (2, (0.242, 7.22)), (10, (4.80, 18.39)), (50, (37.11, 65.92))],
)
def test_garwood(events, expected):
    assert_allclose(poisson_interval(events, 1), expected, rtol=2e-3)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("events", [1, 7, 400, 10**6])
def test_the_ends_leave_half_of_the_rest_outside(events, level):
    lower, upper = poisson_interval(events, 4, level=level)
    assert poisson.sf(events - 1, 4 * lower) == pytest.approx((1 - level) / 2, rel=1e-6)
    assert poisson.cdf(events, 4 * upper) == pytest.approx((1 - level) / 2, rel=1e-6)


def test_an_empty_base_has_no_interval():
    lower, upper = poisson_interval([0, 3, np.nan], [0, 0, 5])
    assert np.isnan([lower, upper]).all()
