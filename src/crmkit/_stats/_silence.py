"""How long a silence has to be to be more than chance."""

import math

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["longest_plausible_silence", "silence_probability"]

# By chance, one log in a thousand is this quiet at its end.
_RARE = 0.001
# The number of days with events that show the recent rhythm.
_OF_LATE = 20


def silence_probability(silence: npt.ArrayLike, *, n_days: npt.ArrayLike, span: npt.ArrayLike) -> Floats:
    r"""Probability that nothing happens for ``silence`` days after something did on ``n_days`` of ``span`` days.

    .. math:: P = \left(\frac{L}{L + s}\right)^n

    This is the predictive probability of a Poisson process whose rate is known only from n events in L days, so a short
    or sparse log allows longer silences. Days with events are counted rather than events, because many on one day do
    not make the next day more certain.

    References
    ----------
    .. [1] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 2.6 (gamma-Poisson, prior 1/rate).
    """
    days = np.asarray(span, dtype=float)
    return np.asarray((days / (days + np.asarray(silence, dtype=float))) ** np.asarray(n_days, dtype=float))


def longest_plausible_silence(days: npt.NDArray[np.int64]) -> int:
    """The longest silence after the last event that is plausible given the rhythm of the events, in days.

    ``days`` are the days with events, each once and sorted. A silence is plausible if one as long lies between two of
    them, or if its `silence_probability` is at least one in a thousand, given the rhythm of all days or of the last 20.
    """
    return max(_by_chance(days), _by_chance(days[-_OF_LATE:]), int(np.diff(days).max(initial=1)) - 1)


def _by_chance(days: npt.NDArray[np.int64]) -> int:
    span = int(days[-1] - days[0]) + 1
    return math.floor(span * math.expm1(-math.log(_RARE) / len(days)))
