"""What a law of buying provides; the models of purchases follow from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit.value._model import Values
from crmkit.value._purchases._histories import Histories

__all__ = ["Gradient", "Histories", "Law", "Link", "Values"]

Gradient: TypeAlias = dict[str, Floats]
# A parameter that covariates multiply, and whether they raise it (1) or lower it (-1).
Link: TypeAlias = tuple[str, int]


class Law(ABC):
    """The mathematics of one model: how customers buy and leave.

    Parameters are a number each or one value per history; times share one unit. Questions about the future are about
    new customers: an existing one who is alive behaves like a new one with the parameters of `posterior`.
    """

    parameters: tuple[str, ...]
    # Parameters that scale with the unit of time: 1 for a time, -1 for a rate.
    time_powers: ClassVar[Mapping[str, int]] = {}
    purchase_links: tuple[Link, ...] = ()
    dropout_links: tuple[Link, ...] = ()
    # Whether `alive` costs no more than finding equal histories.
    alive_is_quick: bool = False
    # Whether `expected` is a closed form of a few operations.
    expected_is_quick: bool = False
    # Whether the future of those alive depends on x and T alone.
    forgets_recency: bool = True

    @abstractmethod
    def start(self, h: Histories) -> Values:
        """Parameters to start a fit from."""

    @abstractmethod
    def likelihood(self, p: Values, h: Histories) -> tuple[Floats, Gradient]:
        """Log-likelihood of each history, and its derivative by each parameter."""

    @abstractmethod
    def alive(self, p: Values, h: Histories) -> Floats:
        """Probability that a customer with the history is alive at T."""

    @abstractmethod
    def posterior(self, p: Values, h: Histories) -> tuple[Law, Values]:
        """The law and the parameters of those with the history who are alive at T."""

    @abstractmethod
    def rates(self, p: Values, h: Histories) -> dict[str, Floats]:
        """Posterior means of each customer's own rates given the history, alive or not."""

    @abstractmethod
    def survival(self, p: Values, t: Floats) -> Floats:
        """Probability that a new customer is alive after t."""

    @abstractmethod
    def expected(self, p: Values, t: Floats) -> Floats:
        """Purchases expected of a new customer up to t."""

    @abstractmethod
    def discounted(self, p: Values, t: Floats, rate: float) -> Floats:
        """Purchases expected of a new customer up to t, which may be infinite, discounted continuously."""

    @abstractmethod
    def pmf(self, p: Values, n: int, t: Floats) -> Floats:
        """Probability that a new customer buys n times up to t."""

    @abstractmethod
    def simulate(self, p: Values, T: Floats, horizon: float, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
        """Draw histories of new customers observed for T, and what they do in the horizon after."""
