"""A change of a product shared out among its factors one after another: on average over all orders, or in one."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["sequential_contributions", "shapley_contributions"]


def shapley_contributions(before: Floats, after: Floats) -> Floats:
    """What each factor adds to the change of the product, on average over all orders in which they could change.

    Exact whatever the signs, and the same for every order of the factors. With two factors these are Bennet's: the
    change of one times the mean of the other. Takes as many products as there are subsets of factors: for few factors.

    Parameters
    ----------
    before, after : ndarray of shape (n_factors, n_cells)
        The factors.

    Returns
    -------
    ndarray of shape (n_factors, n_cells)
        They add up to the change of the product; ``nan`` where a factor is missing or infinite.

    References
    ----------
    .. [1] Shapley (1953), "A value for n-person games", *Contributions to the Theory of Games* II.
    .. [2] Shorrocks (2013), "Decomposition procedures for distributional analysis: a unified framework based on the
       Shapley value", *Journal of Economic Inequality* 11(1).
    """
    n = len(before)
    found = np.zeros(before.shape)
    for factor in range(n):
        others = [other for other in range(n) if other != factor]
        for size in range(n):
            weight = 1 / (n * comb(n - 1, size))
            for changed in combinations(others, size):
                rest = _product(before, after, changed, without=factor)
                found[factor] += weight * rest * (after[factor] - before[factor])
    return _where_known(found, before, after)


def sequential_contributions(before: Floats, after: Floats) -> Floats:
    """What each factor adds to the change of the product if they change one after another, in the order given.

    As `shapley_contributions`, but for one order: later changes are weighed with the new values of the earlier ones.
    """
    found = np.zeros(before.shape)
    for factor in range(len(before)):
        rest = _product(before, after, range(factor), without=factor)
        found[factor] = rest * (after[factor] - before[factor])
    return _where_known(found, before, after)


def _product(
    before: Floats, after: Floats, changed: npt.ArrayLike | range | tuple[int, ...], *, without: int
) -> Floats:
    """The product of all factors but one, some of them changed."""
    is_changed = np.isin(np.arange(len(before)), np.asarray(changed, dtype=int))
    factors = np.where(is_changed[:, None], after, before)
    factors[without] = 1.0
    return np.asarray(factors.prod(axis=0))


def _where_known(found: Floats, before: Floats, after: Floats) -> Floats:
    known = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
    return np.where(known, found, np.nan)
