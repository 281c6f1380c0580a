"""Means of values by weights, and how many equal ones they are worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats._contrasts import Sample

__all__ = ["effective_number", "weighted_covariance", "weighted_samples"]


def effective_number(weights: npt.ArrayLike, codes: npt.NDArray[np.int64], n_groups: int) -> Floats:
    """Count the equal weights that are worth as much as those of each group: (Σw)² / Σw².

    References
    ----------
    .. [1] Kish (1965), *Survey Sampling*, section 11.7.
    """
    of_one = _scaled(weights, codes, n_groups)
    total = np.bincount(codes, of_one, n_groups)
    squares = np.bincount(codes, of_one**2, n_groups)
    return np.asarray(total**2 / np.where(squares > 0, squares, np.nan))


def weighted_samples(
    values: npt.ArrayLike, weights: npt.ArrayLike, codes: npt.NDArray[np.int64], n_groups: int
) -> Sample:
    """The mean and the variance of the values of each group by weights, all above 0, and their effective number.

    The variance is that of the population the weights stand for, without the correction for a sample.
    """
    of_one, each = _scaled(weights, codes, n_groups), np.asarray(values, dtype=float)
    total = np.bincount(codes, of_one, n_groups)
    base = np.where(total > 0, total, np.nan)
    # Measured from one of them, values that are all the same have no variance, not even one of rounding.
    one = np.zeros(n_groups)
    one[codes] = each
    away = each - one[codes]
    mean = np.bincount(codes, of_one * away, n_groups) / base
    variance = np.bincount(codes, of_one * (away - mean[codes]) ** 2, n_groups) / base
    return Sample(np.nan_to_num(effective_number(weights, codes, n_groups)), mean + one, variance)


def weighted_covariance(values: Floats, weights: npt.ArrayLike) -> Floats:
    """The covariances of columns by weights, without the correction for a sample."""
    of_one = _scaled(weights, np.zeros(len(values), dtype=np.int64), 1)
    away = values - values[0]
    centred = away - of_one @ away / of_one.sum()
    return np.asarray((centred * of_one[:, None]).T @ centred / of_one.sum())


def _scaled(weights: npt.ArrayLike, codes: npt.NDArray[np.int64], n_groups: int) -> Floats:
    """Weights with the largest of each group at 1: their unit says nothing, and large ones have no square."""
    given, largest = np.asarray(weights, dtype=float), np.zeros(n_groups)
    np.maximum.at(largest, codes, given)
    return np.asarray(given / largest[codes])
