"""Gower's distance between rows of numbers, ordered levels and categories, of which some are missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["MixedPoints", "gower_distances", "joined", "parts_apart", "taken"]


class MixedPoints(NamedTuple):
    """Rows on the scale of the distance.

    ``numbers`` run from 0 to 1 over the range that was seen, missing ones are ``nan``; ``codes`` of categories are -1
    where missing, -2 where not seen before. Each column has a weight.
    """

    numbers: Floats
    codes: npt.NDArray[np.int64]
    number_weights: Floats
    code_weights: Floats

    @property
    def known_share(self) -> Floats:
        """The share of each row's columns that is known."""
        known = np.column_stack([~np.isnan(self.numbers), self.codes != -1])
        return np.asarray(known.mean(axis=1))


def gower_distances(rows: MixedPoints, others: MixedPoints) -> Floats:
    r"""Distances of rows from others, between 0 and 1.

    .. math:: d = \frac{\sum_j w_j d_j}{\sum_j w_j}

    over the columns known for both: :math:`d_j` is the difference of numbers over the range seen, at most 1; for
    categories 0 where they are the same, else 1. Rows that have no column in common are at distance 1.

    References
    ----------
    .. [1] Gower (1971), "A General Coefficient of Similarity and Some of Its Properties", *Biometrics* 27.
    """
    apart = np.zeros((len(rows.numbers), len(others.numbers)))
    weight = np.zeros_like(apart)
    for at, own in enumerate(rows.number_weights):
        if own > 0:
            one, other = rows.numbers[:, at, None], others.numbers[None, :, at]
            both = ~np.isnan(one) & ~np.isnan(other)
            apart += np.where(both, own * np.minimum(np.abs(one - other), 1.0), 0.0)
            weight += own * both
    for at, own in enumerate(rows.code_weights):
        if own > 0:
            first, second = rows.codes[:, at, None], others.codes[None, :, at]
            both = (first != -1) & (second != -1)
            apart += own * (both & ((first != second) | (first == -2)))
            weight += own * both
    return np.where(weight > 0, apart / np.where(weight > 0, weight, 1.0), 1.0)


def parts_apart(rows: MixedPoints) -> Floats:
    """What each column adds to the distance of each row from the others on average; what is missing adds nothing.

    Columns come as they lie: numbers and ordered levels, then categories.
    """
    apart = []
    for values, own in zip(rows.numbers.T, rows.number_weights, strict=True):
        apart.append(own * np.minimum(np.nan_to_num(np.abs(values[:, None] - values[None, :])), 1.0))
    for codes, own in zip(rows.codes.T, rows.code_weights, strict=True):
        both = (codes[:, None] != -1) & (codes[None, :] != -1)
        apart.append(own * (both & (codes[:, None] != codes[None, :])))
    return np.column_stack([each.mean(axis=1) for each in apart])


def taken(points: MixedPoints, rows: npt.NDArray[np.intp]) -> MixedPoints:
    """Take some rows."""
    return points._replace(numbers=points.numbers[rows], codes=points.codes[rows])


def joined(points: MixedPoints) -> Floats:
    """All columns side by side, as numbers by which rows are sorted and compared; what is missing is -1."""
    return np.column_stack([np.where(np.isnan(points.numbers), -1.0, points.numbers), points.codes.astype(np.float64)])
