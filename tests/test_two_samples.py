"""Differences of two samples: against published values and SciPy, and how often their intervals hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import ttest_ind

from crmkit._stats import Sample, difference_of_means, difference_of_shares

# Reference: Newcombe (1998), Statistics in Medicine 17, table II, method 10, four decimals.


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.2000, 0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.6000, 0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.5714, 0.0582, 0.8062)),
        ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
        ((0, 10, 0, 20), (0.0000, -0.1611, 0.2775)),
        ((10, 10, 0, 10), (1.0000, 0.6075, 1.0000)),
    ],
)
def test_newcombe(counts, expected):
    assert_allclose(difference_of_shares(*counts), expected, atol=6e-5)


# Reference: SciPy's own.

samples = st.lists(st.floats(-100, 100), min_size=2, max_size=20).filter(lambda values: np.var(values) > 1e-6)


@given(samples, samples, st.sampled_from([0.5, 0.95, 0.99]))
def test_welch_as_in_scipy(values, others, level):
    first, second = (Sample(len(each), np.mean(each), np.var(each, ddof=1)) for each in (values, others))
    difference, lower, upper = difference_of_means(first, second, level=level)
    expected = ttest_ind(values, others, equal_var=False).confidence_interval(level)
    assert difference == pytest.approx(np.mean(values) - np.mean(others))
    assert_allclose([lower, upper], [expected.low, expected.high], rtol=1e-6, atol=1e-6)


# By hand.


def test_too_few_values_have_no_interval():
    difference, lower, upper = difference_of_means(Sample([1, 2], [5.0, 5.0], [np.nan, 0.0]), Sample(2, 3.0, 0.0))
    assert difference.tolist() == [2, 2]
    assert_allclose(lower, [np.nan, 2])
    assert_allclose(upper, [np.nan, 2])
    assert np.isnan(difference_of_shares(0, 0, 3, 10)).all()


# Law: exchanging the samples turns the difference around.


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
def test_exchanging_the_samples_changes_the_sign(won, lost, other_won, other_lost):
    one, other = (won, won + lost), (other_won, other_won + other_lost)
    difference, lower, upper = difference_of_shares(*one, *other)
    assert_allclose(difference_of_shares(*other, *one), [-difference, -upper, -lower], atol=1e-12)
    assert lower <= difference <= upper
