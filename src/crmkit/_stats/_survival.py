"""Survival without a model: Kaplan and Meier's curve with its interval, quantiles and restricted mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._stats._intervals import normal_reach

__all__ = [
    "Estimate",
    "Moments",
    "SurvivalCurve",
    "Transform",
    "kaplan_meier",
    "restricted_mean",
    "restricted_moments",
    "survival_at",
    "survival_band",
    "survival_quantile",
]

Transform: TypeAlias = Literal["log_log", "logit", "log", "plain"]
"""The scale on which an interval of a survival is symmetric: that of log(-log S), the log odds, log S, or S."""

# A product that is a half by arithmetic misses it by a few units in the last place: n = 24, 28, 30 …
_ROUNDING: Final = 1e-12
# Whole durations are counted in bins where there are not many more bins than rows.
_BINS_PER_ROW: Final = 4
_FEW_BINS: Final = 1000


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
    transform: Transform = "log_log",
) -> SurvivalCurve:
    r"""Estimate the share that lasts longer than each duration seen, some of which are still going on.

    .. math:: \hat S(t) = \prod_{t_i \le t} (1 - d_i / n_i), \qquad
        \hat\sigma^2(t) = \sum_{t_i \le t} \frac{d_i}{n_i (n_i - d_i)}, \qquad
        \hat S(t)^{\exp(\pm z \hat\sigma(t) / \ln \hat S(t))}

    The interval is that of ``transform="log_log"``.

    Parameters
    ----------
    durations : array-like
        How long each lasted, or was seen to last; none missing.
    events : array-like of bool
        Whether it ended then. What ends at a time is still at risk then, what is censored at it too.
    counts : array-like, optional
        How many each stands for, above 0; 1 if not given.
    entries : array-like, optional
        The age from which each was under observation (left truncation): 0, which is from the start, or below its
        duration. 0 if not given.
    level : float, default 0.95
        Confidence of the interval at each time, between 0 and 1.
    transform : {"log_log", "logit", "log", "plain"}, default "log_log"
        The scale on which the interval is symmetric; the last two are cut off at 0 and 1.

    References
    ----------
    .. [1] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.
    .. [2] Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, 2nd ed., section 1.4.
    """
    lasted = np.asarray(durations, dtype=np.float64)
    weights = None if counts is None else np.asarray(counts, dtype=np.float64)
    times, ended, left = _counted(lasted, np.asarray(events, dtype=bool), weights)
    at_risk: Floats = np.cumsum(left[::-1])[::-1]
    if entries is not None:
        at_risk = at_risk - _yet_to_enter(np.asarray(entries, dtype=np.float64), weights, times=times)
    survival: Floats = np.cumprod(1 - ended / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(np.where(ended > 0, ended / (at_risk * (at_risk - ended)), 0.0))
    # Between events the interval stays what it is: it is computed once for each.
    steps = np.flatnonzero(ended)
    ends = survival_band(survival[steps], variance[steps], level=level, transform=transform)
    lower, upper = (np.append(np.nan, end)[np.cumsum(ended > 0)] for end in ends)
    return SurvivalCurve(times, at_risk, ended, left - ended, survival, variance, lower, upper)


def survival_band(
    survival: Floats, variance: Floats, *, level: float = 0.95, transform: Transform = "log_log"
) -> tuple[Floats, Floats]:
    """Return the ends of the interval of survivals whose logarithms have these variances; ``nan`` at 0 and 1."""
    check_fraction(level, name="level")
    check_option(transform, _ENDS, name="transform")
    known = (survival > 0) & (survival < 1)
    lower, upper = np.full_like(survival, np.nan), np.full_like(survival, np.nan)
    reach = normal_reach(level) * np.sqrt(variance[known])
    lower[known], upper[known] = _ENDS[transform](survival[known], reach)
    return lower, upper


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
    mean, variance = restricted_moments(curve, horizon=horizon)
    half = normal_reach(level) * float(np.sqrt(variance))
    return Estimate(mean, float(np.maximum(mean - half, 0.0)), float(np.minimum(mean + half, horizon)))


class Moments(NamedTuple):
    """An estimated mean and the variance of that estimate."""

    mean: float
    variance: float


def restricted_moments(curve: SurvivalCurve, *, horizon: float) -> Moments:
    """Return the restricted mean with its variance by Greenwood; ``nan`` where the curve ends before the horizon."""
    seen = curve.times < horizon
    if not len(curve.times) or (curve.times[-1] < horizon and curve.survival[-1] > 0):
        return Moments(np.nan, np.nan)
    edges = np.concatenate([[0.0], curve.times[seen], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[seen]])
    # What remains of the area after each time; where nobody is left, nothing does.
    after = np.cumsum(areas[::-1])[::-1][1:]
    at_risk, ended = curve.at_risk[seen], curve.events[seen]
    varies = (ended > 0) & (at_risk > ended)
    terms = after[varies] ** 2 * ended[varies] / (at_risk[varies] * (at_risk[varies] - ended[varies]))
    return Moments(float(areas.sum()), float(terms.sum()))


def _counted(lasted: Floats, events: npt.NDArray[np.bool_], weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """The distinct durations, ascending, how many ended at each, and how many ended or were last seen."""
    positive = not lasted.size or bool(lasted.min() >= 0)
    if positive and lasted.max(initial=0) <= _BINS_PER_ROW * len(lasted) + _FEW_BINS and _are_whole(lasted):
        return _counted_in_bins(lasted, events, weights)
    if positive and weights is None:
        return _counted_by_sorting(lasted, events)
    times, which = np.unique(lasted, return_inverse=True)
    each = np.ones(len(lasted)) if weights is None else weights
    n = len(times)
    ended, left = (np.bincount(which, part, minlength=n).astype(np.float64) for part in (each * events, each))
    return times, ended, left


def _are_whole(numbers: Floats) -> bool:
    return bool((numbers == np.floor(numbers)).all())


def _counted_in_bins(
    lasted: Floats, events: npt.NDArray[np.bool_], weights: Floats | None
) -> tuple[Floats, Floats, Floats]:
    whole = lasted.astype(np.int64)
    # The last time of an event may lie before the last time seen.
    n = int(whole.max(initial=-1)) + 1
    left = np.bincount(whole, weights, minlength=n)
    ended = np.bincount(whole[events], None if weights is None else weights[events], minlength=n)
    times = np.flatnonzero(left)
    return times.astype(np.float64), ended[times].astype(np.float64), left[times].astype(np.float64)


def _counted_by_sorting(lasted: Floats, events: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Sort once: floats of 0 and more are in the order of their bits, below which there is room for the event."""
    # A zero with a sign would come last.
    keys = np.sort((lasted + 0.0).view(np.uint64) << np.uint64(1) | events)
    bits = keys >> np.uint64(1)
    starts = np.flatnonzero(np.concatenate([[True], bits[1:] != bits[:-1]]))
    ended = np.add.reduceat((keys & np.uint64(1)).astype(np.float64), starts)
    left = np.diff(np.append(starts, len(keys))).astype(np.float64)
    return bits[starts].view(np.float64), ended, left


def _yet_to_enter(entries: Floats, weights: Floats | None, *, times: Floats) -> Floats:
    """How many come in at each time or later: who enters at a time is at risk after it, or from the start."""
    if weights is None:
        entered, known = np.sort(entries), np.arange(len(entries) + 1.0)
    else:
        order = np.argsort(entries, kind="stable")
        entered, known = entries[order], np.concatenate([[0.0], np.cumsum(weights[order])])
    entered = np.where(entered > 0, entered, -np.inf)
    return np.asarray(known[-1] - known[np.searchsorted(entered, times, side="left")])


def _log_log(survival: Floats, reach: Floats) -> tuple[Floats, Floats]:
    log = np.log(survival)
    stretch = np.exp(reach / -log)
    return np.exp(log * stretch), np.exp(log / stretch)


def _logit(survival: Floats, reach: Floats) -> tuple[Floats, Floats]:
    odds, reach = logit(survival), reach / (1 - survival)
    return expit(odds - reach), expit(odds + reach)


def _log(survival: Floats, reach: Floats) -> tuple[Floats, Floats]:
    return survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1.0)


def _plain(survival: Floats, reach: Floats) -> tuple[Floats, Floats]:
    return np.maximum(survival * (1 - reach), 0.0), np.minimum(survival * (1 + reach), 1.0)


_ENDS: Final[Mapping[Transform, Callable[[Floats, Floats], tuple[Floats, Floats]]]] = MappingProxyType(
    {"log_log": _log_log, "logit": _logit, "log": _log, "plain": _plain}
)


def _first_time(times: Floats, line: Floats, height: float) -> float:
    """The first time at which a falling line is at a height or below; ``nan`` if it never is."""
    at = np.flatnonzero(line <= height + _ROUNDING)
    return float(times[at[0]]) if at.size else float("nan")
