r"""How long contracts last, if each customer leaves at a renewal with a beta-distributed probability of their own.

A customer survives t renewals with probability

.. math:: S(t) = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta)},

which is the beta-discrete-Weibull law, and with c = 1 the shifted beta-geometric one. Customers
who have survived T renewals follow the same law as new ones, with :math:`\beta + T^c` in place of :math:`\beta`.
Everything here goes from one renewal to a later one, so nothing is divided by a survival probability close to 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import digamma_step, log_beta_step

__all__ = ["Law"]


# Beyond e^600 a power of time counts as infinite; its products still fit into a float.
_LARGEST_LOG = 600.0


@dataclass(frozen=True)
class Law:
    """Parameters of the beta-discrete-Weibull law; the shifted beta-geometric has c = 1.

    Attributes
    ----------
    alpha, beta : float or array
        Of the beta distribution of the probability of being lost at the first renewal; one, or one for each tenure.
    c : float or array
        Above 1 a customer becomes more likely to leave with time, below 1 less likely.
    """

    alpha: Floats | float
    beta: Floats | float
    c: Floats | float = 1.0

    def log_survival(self, begin: Floats, end: Floats) -> Floats:
        """Logarithm of the probability that a customer who survived ``begin`` renewals survives ``end``."""
        return log_beta_step(self.alpha, self.beta + self._power(begin), self._step(begin, end))

    def slopes(self, begin: Floats, end: Floats) -> Floats:
        """Derivatives of `log_survival` by the logarithms of alpha, beta and c, one row each."""
        a, c = self.alpha, self.c
        first, last, step = self._power(begin), self._power(end), self._step(begin, end)
        b = self.beta + first
        low, high = np.minimum(a, step), np.maximum(a, step)
        in_a = -digamma_step(a + b, step)
        in_b = digamma_step(b, low) - digamma_step(b + high, low)
        in_c = self._pull(begin, first) - self._pull(end, last)
        return np.stack([a * in_a, self.beta * in_b, c * in_c])

    def decay(self, t: Floats) -> Floats:
        """Minus the derivative of log S(t) by log t, which tends to alpha times c."""
        power = self._power(t)
        return np.asarray(self.c * power * digamma_step(self.beta + power, self.alpha))

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw how many renewals customers survive; infinitely many where the probability of leaving is too small."""
        leave = rng.beta(self.alpha, self.beta, n)
        with np.errstate(divide="ignore", over="ignore"):
            return np.floor((rng.exponential(size=n) / -np.log1p(-leave)) ** (1 / self.c))

    def _pull(self, t: Floats, power: Floats) -> Floats:
        """Minus the derivative of log S(t) by c."""
        return np.log(np.maximum(t, 1.0)) * power * digamma_step(self.beta + power, self.alpha)

    def _power(self, t: Floats) -> Floats:
        """Time on the scale on which it acts, t^c."""
        with np.errstate(divide="ignore"):
            return np.exp(np.minimum(self.c * np.log(t), _LARGEST_LOG))

    def _step(self, begin: Floats, end: Floats) -> Floats:
        """Difference of two powers of time, without cancellation."""
        later = begin > 0
        log_ratio = np.log1p((end - begin) / np.where(later, begin, 1.0))
        grown = np.expm1(np.minimum(self.c * log_ratio, _LARGEST_LOG))
        return np.where(later, self._power(begin) * grown, self._power(end))
