"""Kaplan and Meier's curve: published tables, SciPy, a slow count, and the laws it keeps."""

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import CensoredData, ecdf

from crmkit._stats import kaplan_meier, restricted_mean, survival_at, survival_quantile

# Freireich et al. (1963), weeks in remission under 6-MP, + censored: 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23
# 25+ 32+ 32+ 34+ 35+
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
# and under placebo, where all relapsed
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# lifelines' waltons: day, events, censored
WALTONS = """
6 1 0, 7 1 1, 9 3 0, 13 3 0, 15 2 0, 17 1 0, 19 3 0, 22 4 0, 26 5 0, 29 5 0, 32 1 0, 33 3 0, 36 2 0, 38 2 0, 41
7 0, 43 1 0, 45 9 1, 47 1 0, 48 8 0, 51 3 0, 53 7 0, 54 2 0, 56 18 0, 58 4 0, 60 15 1, 61 9 2, 62 2 0, 63 9 0,
66 3 0, 68 9 1, 69 12 1, 75 1 0"""
DAY, ENDED, CENSORED = np.array([line.split() for line in WALTONS.split(",")], dtype=float).T


def waltons():
    counts = np.concatenate([ENDED, CENSORED])
    known = counts > 0
    events = np.repeat([True, False], len(DAY))
    return kaplan_meier(np.tile(DAY, 2)[known], events[known], counts=counts[known])


# By hand


def test_five_by_hand():
    # 1, 2+, 2, 4+, 5: at 1 4/5; at 2 three of the four are left over, 4/5 · 3/4 = 3/5; at 5 nobody is left
    curve = kaplan_meier([5, 2, 1, 4, 2], [1, 0, 1, 0, 1])
    assert_array_equal(curve.times, [1, 2, 4, 5])
    assert_array_equal(curve.at_risk, [5, 4, 2, 1])
    assert_array_equal(curve.events, [1, 1, 0, 1])
    assert_array_equal(curve.censored, [0, 1, 1, 0])
    assert_allclose(curve.survival, [0.8, 0.6, 0.6, 0])
    # Greenwood: 1/(5·4) = .05, and 1/(4·3) more
    assert_allclose(curve.variance, [0.05, 0.05 + 1 / 12, 0.05 + 1 / 12, np.inf])
    assert_allclose(survival_at(curve, [0, 0.9, 1, 3, 5, 9]), [1, 1, 0.8, 0.6, 0, 0])
    # 1 + .8 + .6 · 2 up to 4
    assert restricted_mean(curve, horizon=4).value == pytest.approx(3)


def test_who_comes_in_late_is_not_at_risk_before():
    # at 2 the third has not come in: 1 of 2 ends; at 3, 1 of 2
    curve = kaplan_meier([2, 3, 4], [1, 1, 1], entries=[0, 0, 2])
    assert_array_equal(curve.at_risk, [2, 2, 1])
    assert_allclose(curve.survival, [0.5, 0.25, 0])


@pytest.mark.parametrize("n", range(2, 61, 2))
def test_a_half_that_floats_miss_is_a_half(n):
    # n ended at 1, 2, …: a half has ended at n/2; the product of floats is above ½ for n = 24, 28, 30 …
    assert survival_quantile(kaplan_meier(np.arange(1, n + 1), np.ones(n))).value == n / 2


def test_what_is_not_reached_is_nan():
    curve = kaplan_meier([1, 2, 3], [1, 0, 0])
    assert survival_quantile(curve) == pytest.approx((np.nan, 1, np.nan), nan_ok=True)
    assert np.isnan(restricted_mean(curve, horizon=3.1)).all()
    assert restricted_mean(curve, horizon=3).value == pytest.approx(1 + 2 * 2 / 3)
    assert np.isnan(survival_at(curve, 4))
    nothing = kaplan_meier([], [])
    assert np.isnan([survival_at(nothing, 1), *survival_quantile(nothing), *restricted_mean(nothing, horizon=1)]).all()


# Reference: Freireich et al. (1963) as analysed in Klein and Moeschberger, section 4.2 (S and standard errors), and
# Stata's log-log intervals of it


def test_remission_under_6_mp():
    curve = kaplan_meier(WEEKS, RELAPSED)
    at = np.flatnonzero(curve.events)
    assert curve.times[at].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert_allclose(curve.survival[at], [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], atol=5e-5)
    assert_allclose(curve.std_error[at], [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=5e-5)
    assert_allclose(curve.lower[at], [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], atol=5e-5)
    assert_allclose(curve.upper[at], [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], atol=5e-5)
    # R's survfit with conf.type = "log-log": 23 (13 to not reached); placebo 8 (4 to 11)
    assert survival_quantile(curve) == pytest.approx((23, 13, np.nan), nan_ok=True)
    assert survival_quantile(kaplan_meier(PLACEBO, np.ones(21))) == (8, 4, 11)


def test_waltons():
    # lifelines, KaplanMeierFitter and restricted_mean_survival_time on its own data set
    curve = waltons()
    assert_allclose(
        survival_at(curve, range(10, 80, 10)),
        [0.969210, 0.913650, 0.827224, 0.777837, 0.616817, 0.311524, 0.014341],
        atol=5e-7,
    )
    at = np.searchsorted(curve.times, [33, 56])
    assert_allclose(curve.lower[at], [0.732496, 0.352689], atol=5e-7)
    assert_allclose(curve.upper[at], [0.856023, 0.504680], atol=5e-7)
    assert survival_quantile(curve).value == 56
    assert restricted_mean(curve, horizon=50).value == pytest.approx(43.156046, abs=5e-7)


# Laws

samples = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def slow(sample, time):
    """The share that lasts longer, in fractions, by its definition."""
    share = Fraction(1)
    for each in sorted({lasted for lasted, ended in sample if ended and lasted <= time}):
        at_risk = sum(lasted >= each for lasted, _ in sample)
        share *= 1 - Fraction(sum(ended and lasted == each for lasted, ended in sample), at_risk)
    return share


@given(samples)
def test_it_is_what_a_slow_count_in_fractions_gives(sample):
    lasted, ended = zip(*sample, strict=True)
    curve = kaplan_meier(lasted, ended)
    shares = [slow(sample, time) for time in curve.times]
    assert_allclose(curve.survival, [float(share) for share in shares], atol=1e-14)
    below = [time for time, share in zip(curve.times, shares, strict=True) if share <= Fraction(1, 2)]
    assert survival_quantile(curve).value == pytest.approx(below[0] if below else np.nan, nan_ok=True)


@given(samples, st.floats(0.5, 0.99))
def test_the_interval_is_that_of_scipy(sample, level):
    lasted, ended = (np.array(column) for column in zip(*sample, strict=True))
    curve = kaplan_meier(lasted, ended, level=level)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = ecdf(CensoredData(uncensored=lasted[ended], right=lasted[~ended])).sf
        ends = known.confidence_interval(confidence_level=level, method="log-log")
    inside = (curve.survival > 0) & (curve.survival < 1)
    at = np.searchsorted(known.quantiles, curve.times[inside])
    assert_allclose(curve.survival[inside], known.probabilities[at], rtol=1e-12)
    assert_allclose(curve.lower[inside], ends.low.probabilities[at], rtol=1e-9)
    assert_allclose(curve.upper[inside], ends.high.probabilities[at], rtol=1e-9)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40), st.floats(0.1, 15))
def test_without_censoring_it_is_the_empirical_distribution(lasted, horizon):
    curve = kaplan_meier(lasted, np.ones(len(lasted)))
    assert_allclose(curve.survival, [np.mean(np.array(lasted) > time) for time in curve.times], atol=1e-12)
    capped = np.minimum(lasted, horizon)
    mean, lower, upper = restricted_mean(curve, horizon=horizon)
    assert mean == pytest.approx(capped.mean())
    # Greenwood's variance of the mean is then that of the sample over its size
    half = 1.959963984540054 * capped.std() / np.sqrt(len(lasted))
    assert (lower, upper) == pytest.approx((max(mean - half, 0), min(mean + half, horizon)), abs=1e-9)


@given(samples, st.integers(1, 5), st.randoms())
def test_counts_stand_for_rows_and_order_does_not_matter(sample, times, random):
    repeated = sample * times
    random.shuffle(repeated)
    one = kaplan_meier(*zip(*sample, strict=True), counts=np.full(len(sample), times))
    for left, right in zip(one, kaplan_meier(*zip(*repeated, strict=True)), strict=True):
        assert_allclose(left, right, rtol=1e-9)


@given(samples)
def test_late_entry_at_the_start_changes_nothing(sample):
    lasted, ended = (np.array(column) for column in zip(*sample, strict=True))
    for left, right in zip(
        kaplan_meier(lasted + 1, ended, entries=np.zeros(len(lasted))), kaplan_meier(lasted + 1, ended), strict=True
    ):
        assert_allclose(left, right)


# Refusal


def test_a_level_beyond_1_is_refused():
    with pytest.raises(ValueError, match="`level` must lie between 0 and 1"):
        kaplan_meier([1], [1], level=95)


# Input untouched


def test_what_is_given_is_left_as_it_is():
    lasted, ended = np.array([3.0, 1.0]), np.array([True, False])
    kaplan_meier(lasted, ended, counts=lasted, entries=np.zeros(2))
    assert (lasted.tolist(), ended.tolist()) == ([3, 1], [True, False])
