"""Survival without a model: Kaplan and Meier's curve with its interval, quantiles and restricted mean."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._stats._intervals import normal_reach

__all__ = ["Estimate", "SurvivalCurve", "kaplan_meier", "restricted_mean", "survival_at", "survival_quantile"]

# A product that is a half by arithmetic misses it by a few units in the last place: n = 24, 28, 30 …
_ROUNDING: Final = 1e-12


class Estimate(NamedTuple):
    """A number with the ends of its interval; ``nan`` where it is not reached."""

    value: float
    lower: float
    upper: float


class SurvivalCurve(NamedTuple):
    """A curve at the distinct times at which something ended or was last seen, ascending.

    ``survival`` is the share that lasts longer; ``variance`` is Greenwood's sum, the variance of its logarithm,
    infinite where nobody is left; ``lower`` and ``upper`` are ``nan`` before the first event and where nobody is left.
    """

    times: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    variance: Floats
    lower: Floats
    upper: Floats

    @property
    def std_error(self) -> Floats:
        """Greenwood's standard error of the survival; ``nan`` where nobody is left."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.survival * np.sqrt(self.variance))


def kaplan_meier(
    durations: npt.ArrayLike,
    events: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    entries: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> SurvivalCurve:
    r"""Estimate the share that lasts longer than each duration seen, some of which are still going on.

    .. math:: \hat S(t) = \prod_{t_i \le t} (1 - d_i / n_i), \qquad
        \hat\sigma^2(t) = \sum_{t_i \le t} \frac{d_i}{n_i (n_i - d_i)}, \qquad
        \hat S(t)^{\exp(\pm z \hat\sigma(t) / \ln \hat S(t))}

    Parameters
    ----------
    durations : array-like
        How long each lasted, or was seen to last; none missing.
    events : array-like of bool
        Whether it ended then. What ends at a time is still at risk then, what is censored at it too.
    counts : array-like, optional
        How many each stands for, above 0; 1 if not given.
    entries : array-like, optional
        The age from which each was under observation, below its duration; 0 if not given (left truncation).
    level : float, default 0.95
        Confidence of the interval at each time, between 0 and 1.

    References
    ----------
    .. [1] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.
    .. [2] Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, 2nd ed., section 1.4.
    """
    check_fraction(level, name="level")
    lasted = np.asarray(durations, dtype=np.float64)
    weights = np.ones(len(lasted)) if counts is None else np.asarray(counts, dtype=np.float64)
    times, which = np.unique(lasted, return_inverse=True)
    ended = _summed(which, weights * np.asarray(events, dtype=bool), n=len(times))
    left = _summed(which, weights, n=len(times))
    at_risk: Floats = np.cumsum(left[::-1])[::-1]
    if entries is not None:
        # Those who enter at a time are at risk after it.
        entered = np.sort(np.asarray(entries, dtype=np.float64))
        order = np.argsort(np.asarray(entries, dtype=np.float64), kind="stable")
        known = np.concatenate([[0.0], np.cumsum(weights[order])])
        at_risk = at_risk - (known[-1] - known[np.searchsorted(entered, times, side="left")])
    survival: Floats = np.cumprod(1 - ended / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(np.where(ended > 0, ended / (at_risk * (at_risk - ended)), 0.0))
    lower, upper = _band(survival, variance, reach=normal_reach(level))
    return SurvivalCurve(times, at_risk, ended, left - ended, survival, variance, lower, upper)


def survival_at(curve: SurvivalCurve, times: npt.ArrayLike) -> Floats:
    """Return the share that lasts longer than each of some times; ``nan`` beyond the last one seen unless it is 0."""
    asked = np.asarray(times, dtype=np.float64)
    found = np.concatenate([[1.0], curve.survival])[np.searchsorted(curve.times, asked, side="right")]
    beyond = asked > curve.times[-1] if len(curve.times) else np.full(asked.shape, True)
    return np.asarray(np.where(beyond & (found > 0), np.nan, found))


def survival_quantile(curve: SurvivalCurve, *, share: float = 0.5) -> Estimate:
    """Return the smallest time by which a share has ended, with Brookmeyer and Crowley's interval from the same band.

    The median where the share is a half. ``nan`` where the curve, or the end of its band, does not come down to it.

    References
    ----------
    .. [1] Brookmeyer and Crowley (1982), "A Confidence Interval for the Median Survival Time", *Biometrics* 38.
    """
    value, lower, upper = (
        _first_time(curve.times, line, 1 - share) for line in (curve.survival, curve.lower, curve.upper)
    )
    return Estimate(value, lower, upper)


def restricted_mean(curve: SurvivalCurve, *, horizon: float, level: float = 0.95) -> Estimate:
    r"""Return the mean duration where those that last longer than a horizon count as the horizon.

    .. math:: \int_0^\tau \hat S(t)\,dt

    ``nan`` where the curve ends before the horizon above 0. The interval is normal, with Greenwood's variance.

    References
    ----------
    .. [1] Klein and Moeschberger (2003), *Survival Analysis*, 2nd ed., section 4.5.
    """
    seen = curve.times < horizon
    if not len(curve.times) or (curve.times[-1] < horizon and curve.survival[-1] > 0):
        return Estimate(np.nan, np.nan, np.nan)
    edges = np.concatenate([[0.0], curve.times[seen], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[seen]])
    mean = float(areas.sum())
    # What remains of the area after each time; where nobody is left, nothing does.
    after = np.cumsum(areas[::-1])[::-1][1:]
    at_risk, ended = curve.at_risk[seen], curve.events[seen]
    varies = (ended > 0) & (at_risk > ended)
    terms = after[varies] ** 2 * ended[varies] / (at_risk[varies] * (at_risk[varies] - ended[varies]))
    half = normal_reach(level) * float(np.sqrt(terms.sum()))
    return Estimate(mean, max(mean - half, 0.0), min(mean + half, float(horizon)))


def _summed(which: npt.NDArray[np.intp], weights: Floats, *, n: int) -> Floats:
    return np.bincount(which, weights, minlength=n).astype(np.float64)


def _band(survival: Floats, variance: Floats, *, reach: float) -> tuple[Floats, Floats]:
    """The ends of the interval on the scale of log(-log), which keeps them between 0 and 1."""
    known = (survival > 0) & (survival < 1)
    lower, upper = np.full_like(survival, np.nan), np.full_like(survival, np.nan)
    log = np.log(survival[known])
    stretch = np.exp(reach * np.sqrt(variance[known]) / -log)
    lower[known], upper[known] = np.exp(log * stretch), np.exp(log / stretch)
    return lower, upper


def _first_time(times: Floats, line: Floats, height: float) -> float:
    """The first time at which a falling line is at a height or below; ``nan`` if it never is."""
    at = np.flatnonzero(line <= height + _ROUNDING)
    return float(times[at[0]]) if at.size else float("nan")
