"""How long nothing may happen before it is more than chance."""

import math

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["longest_plausible_silence", "silence_probability"]

# One log in a thousand is as quiet as this at its end by chance.
_RARE = 0.001
# Days with events that tell the rhythm of late.
_OF_LATE = 20


def silence_probability(silence: npt.ArrayLike, *, n_days: npt.ArrayLike, span: npt.ArrayLike) -> Floats:
    r"""Probability that nothing happens for ``silence`` days after something did on ``n_days`` of ``span`` days.

    .. math:: P = \left(\frac{L}{L + s}\right)^n

    the predictive probability of a Poisson process whose rate is known from n events in L days alone, so that a short
    log or a sparse one allows longer silences. Days with events are counted, not events: many on one day do not
    make the next day surer.

    References
    ----------
    .. [1] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 2.6 (gamma-Poisson, prior 1/rate).
    """
    days = np.asarray(span, dtype=float)
    return np.asarray((days / (days + np.asarray(silence, dtype=float))) ** np.asarray(n_days, dtype=float))


def longest_plausible_silence(days: npt.NDArray[np.int64]) -> int:
    """The days without an event after the last one that the rhythm of the events makes plausible.

    ``days`` are the days with events, each once and sorted. A silence is plausible that has been there before, between
    two of them, or that is no rarer than one in a thousand by `silence_probability`, whether the rhythm is that of all
    days or that of the last 20.
    """
    return max(_by_chance(days), _by_chance(days[-_OF_LATE:]), int(np.diff(days).max(initial=1)) - 1)


def _by_chance(days: npt.NDArray[np.int64]) -> int:
    span = int(days[-1] - days[0]) + 1
    return math.floor(span * math.expm1(-math.log(_RARE) / len(days)))
