"""Predictions for customers with a history: every future quantity, once for all laws."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.value._purchases._laws import Histories, Law, Values

__all__ = ["Outlook"]


class Outlook:
    """The future of histories under a law: customers alive now behave like new ones of the posterior law."""

    def __init__(self, law: Law, p: Values, h: Histories) -> None:
        self._law, self._p, self._h = law, p, h

    @cached_property
    def alive_now(self) -> Floats:
        """Probability of being alive at T."""
        return self._law.alive(self._p, self._h)

    def alive(self, t: float) -> Floats:
        """Probability of being alive at T + t."""
        return (
            self.alive_now * self._of_each(self._later.survival(self._posterior, self._times(t)))
            if t
            else self.alive_now
        )

    def expected(self, t: float) -> Floats:
        """Purchases expected in (T, T + t]."""
        return self.alive_now * self._of_each(self._later.expected(self._posterior, self._times(t)))

    def probability(self, n: int, t: float) -> Floats:
        """Probability of n purchases in (T, T + t]."""
        buys = self.alive_now * self._of_each(self._later.pmf(self._posterior, n, self._times(t)))
        return buys + (1 - self.alive_now) if n == 0 else buys

    def discounted(self, end: float, rate: float) -> Floats:
        """Purchases expected in (T, T + end], discounted to T."""
        return self.alive_now * self._of_each(self._later.discounted(self._posterior, self._times(end), rate))

    def simulated(self, t: float, rng: np.random.Generator) -> Floats:
        """Draw the purchases of one customer per history in (T, T + t]."""
        own = {name: self._of_each(value) if np.ndim(value) else value for name, value in self._posterior.items()}
        drawn = self._later.simulate(own, np.zeros(len(self._h)), t, rng)
        return np.where(rng.random(len(self._h)) < self.alive_now, drawn["holdout_purchases"], 0.0)

    @cached_property
    def _alike(self) -> tuple[Histories, Values, npt.NDArray[np.intp] | None]:
        """Histories whose future differs, their parameters, and which of them each history is."""
        if not self._law.forgets_recency:
            return self._h, self._p, None
        codes, first = self._h.but_for_recency
        own = {name: value[first] if np.ndim(value) else value for name, value in self._p.items()}
        return self._h.part(first), own, codes

    @cached_property
    def _future(self) -> tuple[Law, Values]:
        h, p, _ = self._alike
        return self._law.posterior(p, h)

    @property
    def _later(self) -> Law:
        return self._future[0]

    @property
    def _posterior(self) -> Values:
        return self._future[1]

    def _times(self, t: float) -> Floats:
        return np.full(len(self._alike[0]), float(t))

    def _of_each(self, values: Floats) -> Floats:
        codes = self._alike[2]
        return values if codes is None else values[codes]
