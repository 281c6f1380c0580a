"""Fisher's natural breaks: the least squared deviation of all groupings, of few values and of many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit._labelling import _natural
from crmkit._labelling._natural import natural_breaks


def deviation(values, counts, breaks):
    """Squared deviation within the groups that end with the values at the breaks."""
    parts = zip(np.split(values, breaks + 1), np.split(counts, breaks + 1), strict=True)
    return sum(((part - np.average(part, weights=n)) ** 2) @ n for part, n in parts if len(part))


def least(values, counts, n_bins):
    """The least deviation of all groupings, by the plain recursion over all starts of the last group."""
    n = len(values)
    within = np.full((n + 1, n + 1), np.inf)
    for start in range(n):
        w, s, q = (np.cumsum(counts[start:] * values[start:] ** power) for power in (0, 1, 2))
        within[start, start + 1 :] = q - s**2 / w
    best = within[0].copy()
    for _ in range(1, n_bins):
        best = np.array([np.inf, *(min(best[:end] + within[:end, end]) for end in range(1, n + 1))])
    return best[n]


# By hand.


def test_breaks_by_hand():
    # 1 1 2 | 10 11 | 50: any other grouping in three puts 10 beside 2 or 50
    assert natural_breaks(np.array([1.0, 2, 10, 11, 50]), np.array([2, 1, 1, 1, 1]), n_bins=3).tolist() == [1, 3]
    # one at 0, one at 3, a hundred at 4, one at 7: 0 | 3 4 7 leaves 1 + 0 + 9 less some rounding, 0 3 | 4 7 leaves
    # 4.5 + 9, and 0 3 4 | 7 leaves 16 + 1
    assert natural_breaks(np.array([0.0, 3, 4, 7]), np.array([1, 1, 100, 1]), n_bins=2).tolist() == [0]
    # one each but two at 7: 0 3 4 | 7 7 leaves 8.7, 0 3 | 4 7 7 leaves 4.5 + 6, 0 | 3 4 7 7 leaves 12.8
    assert natural_breaks(np.array([0.0, 3, 4, 7]), np.array([1, 1, 1, 2]), n_bins=2).tolist() == [2]


def test_fewer_values_than_bins_use_the_first_break_again():
    assert natural_breaks(np.array([1.0, 5.0]), np.array([3, 1]), n_bins=4).tolist() == [0, 0, 0]


@pytest.mark.parametrize("unit", [1.0, 0.01, 1e-5, 1 / 3, 7.1])
def test_of_groupings_that_are_equally_good_the_first_counts(unit):
    # 0 0 | 27 37 71 | 117 leaves 18² + 8² + 26² = 1064, 0 0 27 | 37 71 | 117 leaves 2 · 9² + 18² + 2 · 17² = 1064
    values = np.array([0.0, 27, 37, 71, 117]) * unit
    assert natural_breaks(values, np.array([2, 1, 1, 1, 1]), n_bins=3).tolist() == [0, 3]


# Reference: the plain recursion, which looks at every start.


@pytest.mark.parametrize("n_bins", [2, 3, 5, 11])
@pytest.mark.parametrize("spread", [0.3, 2.0])
def test_many_values_are_grouped_best(n_bins, spread):
    rng = np.random.default_rng(1)
    values, counts = np.sort(rng.lognormal(3, spread, 1300)), rng.integers(1, 9, 1300)
    found = natural_breaks(values, counts, n_bins=n_bins)
    assert len(found) == n_bins - 1
    assert (np.diff(found) > 0).all()
    assert deviation(values, counts, found) == pytest.approx(least(values, counts, n_bins), rel=1e-9)


@given(st.dictionaries(st.integers(-50, 50), st.integers(1, 5), min_size=2, max_size=25), st.integers(2, 6))
def test_few_values_are_grouped_best(counted, n_bins):
    values, counts = (np.array(part) for part in zip(*sorted(counted.items()), strict=True))
    found = natural_breaks(values.astype(float), counts, n_bins=n_bins)
    best = least(values.astype(float), counts, min(n_bins, len(values)))
    assert deviation(values.astype(float), counts, np.unique(found)) == pytest.approx(best, rel=1e-9, abs=1e-9)


# Laws.


@pytest.mark.parametrize("moved", [1e9, -1e9])
def test_values_far_from_zero_are_grouped_alike(moved):
    rng = np.random.default_rng(2)
    values, counts = np.unique(rng.integers(0, 10_000, 3000).astype(float), return_counts=True)
    assert (
        natural_breaks(values + moved, counts, n_bins=5).tolist() == natural_breaks(values, counts, n_bins=5).tolist()
    )


@pytest.mark.parametrize("ends", [[-1e20], [1e20], [-1e20, 1e20]], ids=str)
def test_few_values_far_off_leave_the_others_their_digits(ends):
    # those far off stand alone, and 1 to 100 are halved as if they were all
    values = np.sort([*ends, *np.arange(1.0, 101.0)])
    found = natural_breaks(values, np.ones(len(values), dtype=int), n_bins=len(ends) + 2)
    assert sorted(values[found + 1]) == sorted([51.0, *([1.0] if min(ends) < 0 else []), *([1e20] * (max(ends) > 0))])


@pytest.mark.parametrize("exponent", [-1000, -600, 600, 1000])
def test_the_unit_moves_no_break(exponent):
    rng = np.random.default_rng(5)
    values, counts = np.unique(rng.integers(1, 500, 200).astype(float), return_counts=True)
    expected = natural_breaks(values, counts, n_bins=4).tolist()
    assert natural_breaks(np.ldexp(values, exponent), counts, n_bins=4).tolist() == expected


@pytest.mark.parametrize("far", [[], [1e9], [-1e9, 1e6, 1e9]], ids=str)
def test_too_many_values_are_merged_and_hardly_worse(monkeypatch, far):
    rng = np.random.default_rng(3)
    values = np.sort([*rng.lognormal(3, 1, 5000), *far])
    counts = rng.integers(1, 4, len(values))
    n_bins = 5 + len(far)
    exact = natural_breaks(values, counts, n_bins=n_bins)
    monkeypatch.setattr(_natural, "_MOST_GROUPS", 400)
    merged = natural_breaks(values, counts, n_bins=n_bins)
    assert len(_natural._group_starts(counts)) <= 400
    assert deviation(values, counts, merged) <= 1.001 * deviation(values, counts, exact)


@pytest.mark.parametrize("n_values", [1_500, 150_000])
def test_many_values_are_not_merged(n_values):
    values = np.random.default_rng(4).permutation(n_values).cumsum() * 1.0
    counts = np.ones(n_values, dtype=int)
    found = natural_breaks(values, counts, n_bins=4)
    best = deviation(values, counts, found)
    # no break can be moved by one value to advantage
    for at in range(3):
        for step in (-1, 1):
            moved = found.copy()
            moved[at] += step
            assert deviation(values, counts, moved) >= best
