"""The longest silence that fits a customer's own rhythm: gaps between purchases, shrunk to those of all customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from crmkit._arrays import Floats
from crmkit.loyalty.churn._warning_log import summed

__all__ = ["rhythm_limits"]

# How many gaps of a customer's own the spread that all share counts for; our convention.
_PRIOR_GAPS: Final = 4.0


def rhythm_limits(
    who: npt.NDArray[np.int64], days: npt.NDArray[np.int64], *, n_customers: int, min_gaps: int, levels: Sequence[float]
) -> Floats:
    r"""Days of silence that so large a share of a customer's gaps stays within, one column per level.

    Logarithms of gaps are normal around a mean of the customer's own, and these means around that of all. Where
    :math:`\bar y_i` is the mean of a customer's :math:`n_i` log-gaps and :math:`s_i^2` their sum of squares about it,

    .. math:: \sigma_i^2 = \frac{4 \sigma^2 + s_i^2}{4 + n_i - 1},\quad
       w_i = \frac{\tau^2}{\tau^2 + \sigma_i^2 / n_i},\quad
       L_i(q) = \exp\left(w_i \bar y_i + (1 - w_i) \mu + t_{3 + n_i}(q) \sqrt{\sigma_i^2 (1 + w_i / n_i)}\right)

    ``who`` and ``days`` are the purchase days, each once, sorted by customer and day. ``nan`` with fewer than
    ``min_gaps`` gaps.

    References
    ----------
    .. [1] Searle, Casella and McCulloch (1992), *Variance Components*, section 3.6 (estimates from the analysis of
       variance of unbalanced data).
    .. [2] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 5.4 (the hierarchical normal model).
    """
    # Two rows of one day are one purchase day.
    same = (who[1:] == who[:-1]) & (days[1:] > days[:-1])
    owner = who[1:][same]
    logs = np.log(np.diff(days)[same].astype(np.float64))
    n = np.bincount(owner, minlength=n_customers).astype(np.float64)
    some = np.maximum(n, 1.0)
    mean = summed(owner, logs, n_customers) / some
    squares = summed(owner, (logs - mean[owner]) ** 2, n_customers)
    within, between, middle = _components(n, mean, squares)
    judged = np.flatnonzero((n >= min_gaps) & np.isfinite(within))
    limits = np.full((n_customers, len(levels)), np.nan)
    if not len(judged):
        return limits
    n, mean, squares = n[judged], mean[judged], squares[judged]
    freedom = _PRIOR_GAPS + n - 1
    own = (_PRIOR_GAPS * within + squares) / freedom
    spread = between + own / n
    weight = np.divide(between, spread, out=np.ones_like(spread), where=spread > 0)
    centre = weight * mean + (1 - weight) * middle
    reach = np.sqrt(own * (1 + weight / n))
    distinct, place = np.unique(freedom, return_inverse=True)
    for column, level in enumerate(levels):
        # Whoever buys every 20 days has a limit of 20, not of 20 less the last bit of a logarithm.
        limits[judged, column] = np.round(np.exp(centre + stdtrit(distinct, level)[place] * reach), 6)
    return limits


def _components(n: Floats, mean: Floats, squares: Floats) -> tuple[float, float, float]:
    """The variance within customers, that between their means, and the mean of these."""
    freedom = (n[n > 0] - 1).sum()
    if freedom <= 0:
        return np.nan, np.nan, np.nan
    within = float(squares.sum() / freedom)
    counts, means = n[n > 0], mean[n > 0]
    total, groups = counts.sum(), len(counts)
    between = 0.0
    if groups > 1:
        grand = (counts * means).sum() / total
        size: Any = (total - (counts**2).sum() / total) / (groups - 1)
        between = max(float(((counts * (means - grand) ** 2).sum() / (groups - 1) - within) / size), 0.0)
    variances = between + within / counts
    weights = 1 / variances if (variances > 0).all() else counts
    return within, between, float((weights * means).sum() / weights.sum())
