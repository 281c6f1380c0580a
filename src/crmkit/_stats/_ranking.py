"""Customers ranked by a prediction, equal predictions treated alike whatever the order of the rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["Cuts", "best_first", "cuts_of", "even_groups", "normalised_gini"]


class Cuts(NamedTuple):
    """Where a ranking can be cut, customers of equal score together, the highest score first.

    ``thresholds`` are the lowest scores above each cut; ``order`` and ``ends`` lead from customers to cuts.
    """

    order: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    thresholds: Floats

    def sums(self, values: Floats) -> Floats:
        """The sums of a column over all customers above each cut."""
        return np.asarray(np.cumsum(values[self.order])[self.ends])


def even_groups(values: Floats, *, n_groups: int) -> npt.NDArray[np.intp]:
    """Number groups of about equal size, from the lowest values on; equal values stay together."""
    from scipy.stats import rankdata

    middle = (rankdata(values, method="average") - 0.5) / len(values)
    return np.unique(np.floor(n_groups * middle), return_inverse=True)[1]


def best_first(predicted: Floats, actual: Floats) -> Floats:
    """What customers did, the highest prediction first; those with equal predictions all count with their mean."""
    of_row, distinct = pd.factorize(predicted, sort=True)
    count = np.bincount(of_row, minlength=len(distinct))
    mean = np.bincount(of_row, weights=actual, minlength=len(distinct)) / count
    return np.repeat(mean, count)[::-1]


def cuts_of(scores: Floats) -> Cuts:
    """Rank customers by their scores, the highest first."""
    order = np.argsort(-scores)
    ranked = scores[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    return Cuts(order, ends, ranked[ends])


def normalised_gini(predicted: Floats, actual: Floats) -> float:
    """How well a prediction ranks: 1 as well as hindsight, 0 no better than chance; ``nan`` where all did the same."""
    perfect = _spread(actual, by=actual)
    return _spread(actual, by=predicted) / perfect if perfect > 0 else float("nan")


def _spread(actual: Floats, *, by: Floats) -> float:
    """Gini's sum of what customers did, in the order of another quantity."""
    from scipy.stats import rankdata

    return float((2 * rankdata(by, method="average") - len(by) - 1) @ actual)
