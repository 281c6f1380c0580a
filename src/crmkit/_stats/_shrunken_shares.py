"""Shares of several groups, each drawn towards what all have in common."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, digamma

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._stats._gamma import log_rising

__all__ = ["shrunken_shares"]

# The prior's weight, in trials, is looked for from a thousandth of one to a thousand times all trials: below it pulls
# nothing, above it leaves nothing to differ.
_LEAST_WEIGHT: Final = 1e-3
_MOST_WEIGHT: Final = 1e3
_STEPS: Final = 25
_ZOOMS: Final = 6
_HALVINGS: Final = 40
# A log-likelihood that is no more than this above the one without any difference shows none.
_NOTHING: Final = 1e-9
_LEAST: Final = 1e-12


def shrunken_shares(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    r"""Estimate shares that differ from group to group as beta distributed, and give their posterior mean and interval.

    .. math:: x_i \sim \text{Binomial}(n_i, p_i), \qquad p_i \sim \text{Beta}(\mu M, (1 - \mu) M), \qquad
        \hat p_i = \frac{x_i + \hat\mu \hat M}{n_i + \hat M}

    The prior's mean and weight have the highest likelihood of all groups together (empirical Bayes). Groups that differ
    no more than chance lets them have an infinite weight: then every share is the common one. The variance of the
    posterior includes that of the estimated mean, so that the interval does not vanish there; not that of the weight.
    The interval is that of the beta distribution with this mean and variance, widened to hold the mean; where nobody or
    everybody succeeded, it is Jeffreys' interval of all trials, closed at that end.

    Parameters
    ----------
    successes, trials : array-like of shape (n_groups,)
        Whole numbers, trials above 0.
    level : float, default 0.95
        Probability of the intervals, between 0 and 1.

    References
    ----------
    .. [1] Griffiths (1973), "Maximum Likelihood Estimation for the Beta-Binomial Distribution", *Biometrics* 29.
    .. [2] Kass and Steffey (1989), "Approximate Bayesian Inference in Conditionally Independent Hierarchical Models
       (Parametric Empirical Bayes Models)", *JASA* 84.
    .. [3] Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion", *Statistical Science* 16(2).
    """
    check_fraction(level, name="level")
    won, tried = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    tail, all_won, all_tried = (1 - level) / 2, won.sum(), tried.sum()
    if not 0 < all_won < all_tried:
        common = 0.0 if all_won == 0 else 1.0
        ends = betaincinv(all_won + 0.5, all_tried - all_won + 0.5, [tail, 1 - tail])
        lower, upper = (0.0, ends[1]) if all_won == 0 else (ends[0], 1.0)
        return tuple(np.full(len(won), value) for value in (common, lower, upper))  # type: ignore[return-value]
    mean, weight = _prior(won, tried)
    if np.isinf(weight):
        shares = np.full(len(won), mean)
        variance = np.full(len(won), mean * (1 - mean) / all_tried)
    else:
        shares = (won + mean * weight) / (tried + weight)
        of_mean = mean * (1 - mean) / (tried * (weight + 1) / (weight + tried)).sum()
        variance = shares * (1 - shares) / (tried + weight + 1) + (weight / (tried + weight)) ** 2 * of_mean
    size = np.maximum(shares * (1 - shares) / variance - 1, _LEAST)
    lower, upper = (betaincinv(shares * size, (1 - shares) * size, end) for end in (tail, 1 - tail))
    # where the prior's weight is small, the mean of a posterior with nearly all its mass at one end lies outside
    return shares, np.minimum(lower, shares), np.maximum(upper, shares)


def _prior(won: Floats, tried: Floats) -> tuple[float, float]:
    """The mean and the weight with the highest likelihood, found on ever finer grids of the logarithm of the weight."""
    low, high = np.log(_LEAST_WEIGHT), np.log(_MOST_WEIGHT * tried.sum())
    top, common = high, won.sum() / tried.sum()
    for _ in range(_ZOOMS):
        grid = np.linspace(low, high, _STEPS)
        means = _means(np.exp(grid), won, tried)
        values = _log_likelihood(means, np.exp(grid), won, tried)
        best = int(values.argmax())
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, _STEPS - 1)]
    alike = won.sum() * np.log(common) + (tried - won).sum() * np.log1p(-common)
    if grid[best] >= top or values[best] <= alike + _NOTHING:
        return common, np.inf
    return float(means[best]), float(np.exp(grid[best]))


def _means(weights: Floats, won: Floats, tried: Floats) -> Floats:
    """The mean with the highest likelihood for each weight: the likelihood is concave in it."""
    low, high = np.full(len(weights), _LEAST), np.full(len(weights), 1 - _LEAST)
    for _ in range(_HALVINGS):
        mean = (low + high) / 2
        above, below = (mean * weights)[:, None], ((1 - mean) * weights)[:, None]
        rising = digamma(above + won) - digamma(above) - digamma(below + tried - won) + digamma(below)
        slope = rising.sum(axis=1)
        low, high = np.where(slope > 0, mean, low), np.where(slope > 0, high, mean)
    return np.asarray((low + high) / 2)


def _log_likelihood(means: Floats, weights: Floats, won: Floats, tried: Floats) -> Floats:
    """But for the binomial coefficients, which do not depend on the prior."""
    rising = (
        log_rising((means * weights)[:, None], won)
        + log_rising(((1 - means) * weights)[:, None], tried - won)
        - log_rising(weights[:, None], tried)
    )
    return np.asarray(rising.sum(axis=1))
