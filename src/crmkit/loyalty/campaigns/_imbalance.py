"""How far the customers of two arms differ in what was known before, in strata or without."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr

from crmkit._arrays import Floats

__all__ = ["Imbalance", "imbalance"]

# Directions in which covariates vary less than this, relative to the first, are rounding.
_ROUNDING = 1e-10


class Imbalance(NamedTuple):
    """Standardised differences of an arm from the control group with their p-values, and the p-value of all together.

    ``nan`` where a covariate does not vary, or where an arm is empty.
    """

    difference: Floats
    p_value: Floats
    joint_p_value: float


def imbalance(covariates: Floats, treated: npt.NDArray[np.bool_], strata: npt.NDArray[np.int64]) -> Imbalance:
    """Compare what is known of the customers of an arm with that of the control group, by how they were drawn.

    ``covariates`` has a row per customer, ``nan`` where a value is not known. If the arm was drawn at random within
    the strata, the sum of a covariate over it has a known mean and variance, whatever its distribution.

    References
    ----------
    .. [1] Hansen and Bowers (2008), "Covariate Balance in Simple, Stratified and Clustered Comparative Studies",
       *Statistical Science* 23.
    """
    known = ~np.isnan(covariates)
    n_strata = int(strata.max(initial=-1)) + 1
    n = np.bincount(strata, minlength=n_strata).astype(float)
    share = _means(treated.astype(float), strata, n)[strata]
    weight = share * (1 - share) * (n / np.maximum(n - 1, 1))[strata]
    centred = np.zeros_like(covariates)
    difference, spread = np.zeros(covariates.shape[1]), np.zeros(covariates.shape[1])
    for place in range(covariates.shape[1]):
        at = known[:, place]
        values, arm, group = covariates[at, place], treated[at], strata[at]
        counts = np.bincount(group, minlength=n_strata).astype(float)
        inner = values - _means(values, group, counts)[group]
        own = _means(arm.astype(float), group, counts)
        size = float((counts * own * (1 - own)).sum())
        difference[place] = inner[arm].sum() / size if size > 0 else np.nan
        spread[place] = _deviation(values[arm], values[~arm])
        centred[at, place] = inner / (np.abs(inner).max(initial=0.0) or 1.0)
    score = centred[treated].sum(axis=0)
    covariance = (centred * weight[:, None]).T @ centred
    with np.errstate(invalid="ignore", divide="ignore"):
        standardised = np.where(difference == 0, 0.0, difference / spread)
        statistic = score / np.sqrt(np.diag(covariance))
    varies = np.diag(covariance) > 0
    p_value = np.where(varies, 2 * ndtr(-np.abs(statistic)), np.nan)
    return Imbalance(np.where(varies, standardised, np.nan), p_value, _joint(score, covariance))


def _means(values: Floats, groups: npt.NDArray[np.int64], counts: Floats) -> Floats:
    return np.asarray(np.bincount(groups, values, minlength=len(counts)) / np.maximum(counts, 1))


def _deviation(values: Floats, others: Floats) -> float:
    """The root of the mean of both variances."""
    parts = [float(each.var(ddof=1)) if len(each) > 1 else 0.0 for each in (values, others)]
    return float(np.sqrt(np.mean(parts)))


def _joint(score: Floats, covariance: Floats) -> float:
    """The p-value of all differences together; covariates that follow from others count once."""
    scale = np.sqrt(np.diag(covariance))
    varies = scale > 0
    if not varies.any():
        return float("nan")
    score, scale = score[varies], scale[varies]
    values, vectors = np.linalg.eigh(covariance[np.ix_(varies, varies)] / np.outer(scale, scale))
    real = values > _ROUNDING * values[-1] * len(values)
    turned = vectors[:, real].T @ (score / scale)
    return float(chdtrc(real.sum(), (turned**2 / values[real]).sum()))
