"""How strongly two columns of labels go together."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import chdtrc

from crmkit._arrays import Floats
from crmkit._stats._shares import compare_shares

__all__ = ["Association", "association"]

# Cochran's rule: chi-square holds where at least one is expected in every cell, and five in most.
_LEAST: Final = 1.0
_FEW: Final = 5.0
_MOST_FEW: Final = 0.2
_TABLES: Final = 1_999
# Cells that are held in memory at a time.
_BLOCK: Final = 2_000_000
_SEED: Final = 20


class Association(NamedTuple):
    """Cramér's V without its bias, and the p-value of none."""

    v: float
    p_value: float


def association(counts: Floats) -> Association:
    r"""Measure how strongly the rows and columns of a table of counts go together.

    .. math:: \tilde V = \sqrt{\frac{\max(0,\; \chi^2/n - (r-1)(c-1)/(n-1))}{\min(\tilde r, \tilde c) - 1}},
       \quad \tilde r = r - \frac{(r-1)^2}{n-1}

    Rows and columns without a count do not count. The test is Pearson's; where too few are expected for it, by
    Cochran's rule, Fisher's exact test of two by two, or 1,999 random tables with the same margins, always the same
    ones. ``nan`` where there are fewer than two rows or columns.

    References
    ----------
    .. [1] Bergsma (2013), "A Bias-Correction for Cramér's V and Tschuprow's T", *Journal of the Korean Statistical
       Society* 42.
    .. [2] Cochran (1954), "Some Methods for Strengthening the Common Chi-Square Tests", *Biometrics* 10.
    .. [3] Patefield (1981), "Algorithm AS 159: An Efficient Method of Generating Random R × C Tables", *Applied
       Statistics* 30.
    """
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n_rows, n_columns = table.shape
    n = float(table.sum())
    if min(n_rows, n_columns) < 2 or n < 3:
        return Association(np.nan, np.nan)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    statistic = float(((table - expected) ** 2 / expected).sum())
    freedom = (n_rows - 1) * (n_columns - 1)
    without_bias = max(statistic / n - freedom / (n - 1), 0.0)
    sizes = [size - (size - 1) ** 2 / (n - 1) for size in (n_rows, n_columns)]
    v = min(np.sqrt(without_bias / (min(sizes) - 1)), 1.0) if min(sizes) > 1 else np.nan
    if expected.min() >= _LEAST and (expected < _FEW).mean() <= _MOST_FEW:
        return Association(float(v), float(chdtrc(freedom, statistic)))
    if freedom == 1:
        (one, other), totals = table[:, 0], table.sum(axis=1)
        return Association(float(v), float(compare_shares(one, totals[0], other, totals[1], level=0.95).p_value))
    return Association(float(v), _by_random_tables(table, expected, statistic))


def _by_random_tables(table: Floats, expected: Floats, statistic: float) -> float:
    """The share of random tables with the same margins that are as far from what is expected."""
    from scipy.stats import random_table

    # In the order of their sizes, so that the order in which groups and levels come does not matter.
    rows, columns = (np.argsort(table.sum(axis=axis), kind="stable") for axis in (1, 0))
    table, expected = table[rows][:, columns], expected[rows][:, columns]
    tables = random_table(table.sum(axis=1).astype(np.int64), table.sum(axis=0).astype(np.int64))
    rng = np.random.default_rng(_SEED)
    size = max(_BLOCK // table.size, 1)
    as_far = 0
    for first in range(0, _TABLES, size):
        drawn = tables.rvs(size=min(size, _TABLES - first), random_state=rng).reshape(-1, *table.shape)
        found = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
        as_far += int((found >= statistic * (1 - 1e-12)).sum())
    return (as_far + 1) / (_TABLES + 1)
