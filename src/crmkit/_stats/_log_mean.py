"""A change of a product shared out among its factors by the logarithmic mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["log_mean", "log_mean_contributions", "log_ratio"]


def log_mean(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """The logarithmic mean (a - b) / ln(a / b): a where both are equal, 0 where one is 0, ``nan`` below 0."""
    first, second = (np.asarray(each, dtype=float) for each in np.broadcast_arrays(a, b))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.log(first) - np.log(second)
        apart = np.where(np.abs(ratio) > 1, (first - second) / ratio, second * np.expm1(ratio) / ratio)
    mean = np.where(first == second, first, apart)
    mean = np.where((first == 0) | (second == 0), 0.0, mean)
    return np.where((first < 0) | (second < 0) | np.isnan(first) | np.isnan(second), np.nan, mean)


def log_ratio(a: Floats, b: Floats) -> Floats:
    """The logarithm of a / b, exactly 0 where both are equal, also where the ratio itself is beyond all floats."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = a / b
        return np.where(np.isfinite(ratio) & (ratio > 0), np.log(ratio), np.log(a) - np.log(b))


def log_mean_contributions(before: Floats, after: Floats) -> Floats:
    """What each link of a chain of ratios adds to the change of its end.

    The end is the product of the first quantity and the ratios of each quantity to the one before it. By the additive
    log-mean Divisia index a factor adds the log-mean of the end before and after times the change of its own logarithm,
    and the sum is exact. Where the end is 0, the limit is taken: the whole change comes from the first quantity that
    is 0, for all that follow it are 0 with it.

    Parameters
    ----------
    before, after : ndarray of shape (n_quantities, n_cells)
        The chain, from its first quantity to its end.

    Returns
    -------
    ndarray of shape (n_quantities, n_cells)
        Of the first quantity and of each ratio; ``nan`` where a quantity is missing or below 0, or is 0 while the end
        is not.

    References
    ----------
    .. [1] Ang (2005), "The LMDI approach to decomposition analysis: a practical guide", *Energy Policy* 33(7).
    .. [2] Ang and Liu (2007), "Handling zero values in the logarithmic mean Divisia index decomposition approach",
       *Energy Policy* 35(1).
    """
    logs = log_ratio(after, before)
    with np.errstate(invalid="ignore"):
        steps = np.diff(logs, axis=0, prepend=0)
        shared = log_mean(after[-1], before[-1]) * steps
    shared = np.where(np.isfinite(shared).all(axis=0), shared, np.nan)
    change = after[-1] - before[-1]
    ended = (before[-1] == 0) | (after[-1] == 0)
    # Where both ends are 0 nothing changed, whatever stands here.
    zero = np.where(after[-1] == 0, after, before) == 0
    from_first = np.where(np.arange(len(zero))[:, None] == zero.argmax(axis=0), change, 0.0)
    known = (before >= 0).all(axis=0) & (after >= 0).all(axis=0)
    return np.where(known, np.where(ended, from_first, shared), np.nan)
