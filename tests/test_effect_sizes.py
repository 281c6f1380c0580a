"""Effect sizes and tests of groups, held to SciPy and to slow computations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit._stats import (
    association,
    dominance,
    explained_means,
    explained_ranks,
    group_samples,
    samples_of_others,
    standardised_difference,
    value_counts,
)

VALUES = st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 9)), min_size=12, max_size=40).filter(
    lambda rows: all(sum(group == each for group, _ in rows) > 1 for each in range(3))
)


def split(rows):
    groups = np.array([group for group, _ in rows])
    values = np.array([float(value) for _, value in rows])
    return values, groups, [values[groups == each] for each in range(3)]


def test_cliffs_delta_by_hand():
    # of the nine pairs 4 are larger, 2 equal, 3 smaller
    _, counts = value_counts(np.array([1.0, 3.0, 5.0, 2.0, 3.0, 3.0]), np.array([0, 0, 0, 1, 1, 1]), n_groups=2)
    assert dominance(*counts, level=0.95).delta == pytest.approx((4 - 3) / 9)


def test_values_that_are_all_apart_have_a_p_value_of_permutations_and_one_open_end():
    _, counts = value_counts(np.arange(7.0), np.array([0, 0, 0, 1, 1, 1, 1]), n_groups=2)
    found = dominance(*counts, level=0.95)
    # two of the 35 ways to deal seven values to three and four
    assert (found.delta, found.lower, found.p_value) == (-1, -1, pytest.approx(2 / 35))
    assert -1 < found.upper < 0
    turned = dominance(*counts[::-1], level=0.95)
    assert (turned.lower, turned.upper) == (-found.upper, 1)


def test_cramers_v_without_bias_by_hand():
    # chi-square of [[30, 10], [10, 50]] is 100 (30·50 - 10·10)² / (40·60·40·60) = 34.03; phi² = 0.3403
    without = 0.340278 - 1 / 99
    assert association(np.array([[30.0, 10], [10, 50]])).v == pytest.approx(np.sqrt(without / (1 - 1 / 99)), rel=1e-5)


@given(VALUES)
def test_two_groups_agree_with_scipy(rows):
    values, groups, parts = split(rows)
    pair = np.where(groups == 2, -1, groups)
    _, counts = value_counts(values, pair, n_groups=2)
    found = dominance(*counts, level=0.95)
    above = np.sign(parts[0][:, None] - parts[1][None, :])
    assert found.delta == pytest.approx(above.mean(), abs=1e-12)
    if 0 < abs(found.delta) < 1 and len(set(parts[0])) + len(set(parts[1])) > 2:
        # so few that Mann and Whitney's spread is taken where it is larger
        expected = [
            stats.brunnermunzel(*parts[:2]).pvalue,
            stats.mannwhitneyu(*parts[:2], method="asymptotic", use_continuity=False).pvalue,
        ]
        assert min(abs(found.p_value - each) for each in expected) < 1e-6
        assert (found.lower <= 0 <= found.upper) == (found.p_value >= 0.05)
    samples = group_samples(values, pair, n_groups=2)._replace(third=np.zeros(2))
    other = samples_of_others(samples)._replace(third=np.zeros(2))
    of_means = standardised_difference(samples, other, level=0.95)
    spread = [each.var(ddof=1) for each in parts[:2]]
    if min(spread) > 0:
        expected = stats.ttest_ind(*parts[:2], equal_var=False).pvalue
        assert of_means.p_value[0] == pytest.approx(expected, rel=1e-6)
        sizes = [len(each) - 1 for each in parts[:2]]
        pooled = np.sqrt(np.average(spread, weights=sizes))
        assert of_means.d[0] == pytest.approx((parts[0].mean() - parts[1].mean()) / pooled)
        assert of_means.lower[0] < of_means.d[0] < of_means.upper[0]


@given(VALUES)
def test_all_groups_agree_with_scipy_and_with_a_slow_computation(rows):
    values, groups, parts = split(rows)
    n, k = len(values), 3
    if len(set(values)) == 1:
        assert np.isnan(explained_means(group_samples(values, groups, n_groups=k)).share)
        return
    statistic = stats.kruskal(*parts)
    _, counts = value_counts(values, groups, n_groups=k)
    of_ranks = explained_ranks(counts)
    assert of_ranks.p_value == pytest.approx(statistic.pvalue, rel=1e-6, abs=1e-12)
    assert of_ranks.share == pytest.approx(max((statistic.statistic - k + 1) / (n - k), 0), abs=1e-9)
    of_means = explained_means(group_samples(values, groups, n_groups=k))
    within = sum(((part - part.mean()) ** 2).sum() for part in parts)
    between = ((values - values.mean()) ** 2).sum() - within
    expected = (between - (k - 1) * within / (n - k)) / (between + within)
    assert of_means.share == pytest.approx(max(expected, 0), abs=1e-9)


@given(VALUES, st.integers(0, 2))
def test_samples_of_others_are_those_of_the_rest(rows, which):
    values, groups, _ = split(rows)
    rest = values[groups != which]
    others = samples_of_others(group_samples(values, groups, n_groups=3))
    third = ((rest - rest.mean()) ** 3).mean()
    found = [np.asarray(each)[which] for each in others]
    assert found == pytest.approx([len(rest), rest.mean(), rest.var(ddof=1), third], abs=1e-9)


@pytest.mark.parametrize(("n", "test"), [(2, "mannwhitneyu"), (9, "mannwhitneyu"), (12, "brunnermunzel")])
def test_ranks_of_few_are_no_surer_than_without_a_difference(n, test):
    rng = np.random.default_rng(3)
    # alike, at the end of many others
    few, many = np.sort(rng.normal(0, 1, 300))[280 : 280 + n], rng.normal(0, 1, 200)
    values, groups = np.concatenate([few, many]), np.repeat([0, 1], [n, 200])
    _, counts = value_counts(values, groups, n_groups=2)
    options = {"method": "asymptotic", "use_continuity": False} if test == "mannwhitneyu" else {}
    assert dominance(*counts, level=0.95).p_value == pytest.approx(getattr(stats, test)(few, many, **options).pvalue)


@pytest.mark.parametrize("beyond", [0.2, 4.0])
def test_a_group_of_one_has_the_spread_of_the_others(beyond):
    # one value against a sample: Student's test
    rest = np.random.default_rng(7).normal(0, 1, 40)
    values, groups = np.append(rest, beyond), np.repeat([0, 1], [40, 1])
    found = explained_means(group_samples(values, groups, n_groups=2))
    assert found.p_value == pytest.approx(stats.ttest_ind([beyond], rest).pvalue)
    assert np.isnan(explained_means(group_samples(np.array([1.0, 2, 3]), np.arange(3), n_groups=3)).p_value)


def test_brown_and_forsythe_of_two_groups_is_welch():
    rng = np.random.default_rng(5)
    parts = rng.normal(0, 1, 20), rng.normal(0.8, 3, 35)
    groups = np.repeat([0, 1], [20, 35])
    found = explained_means(group_samples(np.concatenate(parts), groups, n_groups=2))
    assert found.p_value == pytest.approx(stats.ttest_ind(*parts, equal_var=False).pvalue)


def test_association_does_not_depend_on_the_order_of_groups_and_levels():
    # so few are expected that random tables are drawn
    table = np.array([[12.0, 3, 1], [40, 22, 2], [7, 9, 4], [1, 0, 2]])
    turned = table[[2, 0, 3, 1]][:, [1, 2, 0]]
    assert association(turned).p_value == association(table).p_value
    assert association(table).p_value == pytest.approx(stats.chi2_contingency(table).pvalue, abs=0.02)


def test_association_is_tested_as_scipy_does():
    table = np.array([[30.0, 10, 20], [20, 25, 22]])
    assert association(table).p_value == pytest.approx(stats.chi2_contingency(table).pvalue)
    few = np.array([[3.0, 1], [0, 9]])
    assert association(few).p_value == pytest.approx(stats.fisher_exact(few).pvalue)


def test_a_sparse_table_is_tested_by_all_tables_with_its_margins():
    # of tables with rows 3, 3 and columns 2, 2, 2 the exact p-value by their probabilities, written out
    table = np.array([[2, 1, 0], [0, 1, 2]])
    expected, exact = np.ones((2, 3)), 0.0
    for a in range(3):
        for b in range(3):
            first = np.array([a, b, 3 - a - b])
            if (first < 0).any() or (first > 2).any():
                continue
            drawn = np.array([first, 2 - first])
            if ((drawn - expected) ** 2).sum() >= ((table - expected) ** 2).sum() - 1e-9:
                exact += stats.random_table([3, 3], [2, 2, 2]).pmf(drawn)
    assert association(table.astype(float)).p_value == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize(
    "table", [np.array([[3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])]
)
def test_no_association_without_two_rows_and_columns(table):
    assert np.isnan(association(table)).all()
