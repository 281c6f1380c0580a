"""Intervals of shares and of counts."""

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, chdtri

from crmkit._checks import check_fraction

__all__ = ["beta_interval", "normal_reach", "poisson_interval", "wilson_interval"]


def normal_reach(level: float) -> float:
    """Standard errors from the middle of a normal distribution to the ends of its central interval."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Wilson's score interval of a binomial share; ``nan`` where there are no trials.

    References
    ----------
    .. [1] Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference", *JASA* 22.
    .. [2] Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion", *Statistical
       Science* 16(2), section 3.1.1.
    """
    check_fraction(level, name="level")
    z = normal_reach(level)
    won, tried = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    n = np.where(tried > 0, tried, np.nan)
    share = won / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # At the ends the formula gives 0 and 1 except for rounding.
    lower = np.where(won == 0, 0.0, centre - half)
    upper = np.where(won == tried, 1.0, centre + half)
    return np.where(tried > 0, lower, np.nan), np.where(tried > 0, upper, np.nan)


def poisson_interval(
    events: npt.ArrayLike, base: npt.ArrayLike, *, level: float = 0.95
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Exact interval of the number of events per unit of base; ``nan`` where the base is empty.

    References
    ----------
    .. [1] Garwood (1936), "Fiducial Limits for the Poisson Distribution", *Biometrika* 28.
    """
    check_fraction(level, name="level")
    seen, exposed = np.asarray(events, dtype=float), np.asarray(base, dtype=float)
    per = np.where(exposed > 0, exposed, np.nan)
    tail = (1 - level) / 2
    # chdtri(v, p) is the value that a chi-square variable with v degrees of freedom exceeds with probability p.
    lower = np.where(seen == 0, 0.0, chdtri(2 * np.maximum(seen, 1e-300), 1 - tail) / 2)
    upper = chdtri(2 * (seen + 1), tail) / 2
    return lower / per, upper / per


def beta_interval(
    a: npt.ArrayLike, b: npt.ArrayLike, *, level: float = 0.95
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Central interval of a beta distribution, such as the posterior of a share."""
    check_fraction(level, name="level")
    tail = (1 - level) / 2
    return np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1 - tail))
