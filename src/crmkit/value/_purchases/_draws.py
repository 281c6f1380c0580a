"""Predictions under many parameters at once: how uncertain they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit.value._draws import each_draw, interval
from crmkit.value._purchases._histories import Histories
from crmkit.value._purchases._interpolated import FewHistories
from crmkit.value._purchases._laws import Law, Values
from crmkit.value._purchases._outlook import Outlook

__all__ = ["QUANTITIES", "DrawnLaw", "Quantity"]

Quantity: TypeAlias = Callable[[Outlook], Floats]

# Quantities of a table of predictions by name; each takes the horizon.
QUANTITIES: Mapping[str, Callable[..., Floats]] = {
    "probability_alive": lambda outlook, t: outlook.alive(t),
    "expected_purchases": lambda outlook, t: outlook.expected(t),
    "probability_inactive": lambda outlook, t: outlook.probability(0, t),
}

# Numbers held at a time, 32 MB.
_AT_A_TIME = 4_000_000
# Enough draws of each history's purchases to know the variance of their sum to a few percent.
_REPEATS = 20
# Interpolation must reproduce the total at the estimates to this share, or it is not used for the draws.
_NEAR = 1e-4


@dataclass(frozen=True)
class DrawnLaw:
    """A law, the function that gives a history its own parameters, and draws of the common ones."""

    law: Law
    own: Callable[[Values, Histories], Values]
    estimates: Values
    draws: pd.DataFrame

    def outlook(self, histories: Histories) -> Outlook:
        """At the estimates."""
        return Outlook(self.law, self.own(self.estimates, histories), histories)

    def values(self, histories: Histories, *quantities: Quantity) -> Iterator[tuple[Histories, Floats]]:
        """Give blocks of histories with quantities under every draw, shape (n_quantities, n_draws, n_histories)."""
        draws = each_draw(self.draws)
        size = max(1, _AT_A_TIME // (len(draws) * len(quantities)))
        for first in range(0, max(len(histories), 1), size):
            block = histories.part(slice(first, first + size))
            values = np.empty((len(quantities), len(draws), len(block)))
            for number, draw in enumerate(draws):
                outlook = Outlook(self.law, self.own(draw, block), block)
                values[:, number] = [quantity(outlook) for quantity in quantities]
            yield block, values

    def table(
        self, histories: Histories, names: Sequence[str], *, horizon: float, level: float, rng: np.random.Generator
    ) -> dict[str, Floats]:
        """Estimate, lower and upper end of each quantity for each history."""
        known = {name: partial(quantity, t=horizon) for name, quantity in QUANTITIES.items()}
        # The number itself is drawn; its estimate is its mean.
        sampled = known | {"purchases": lambda outlook: outlook.simulated(horizon, rng)}
        estimated = known | {"purchases": known["expected_purchases"]}
        now = self.outlook(histories)
        ends = [
            np.array(interval(of_name, level=level, whole=name == "purchases"))
            for _, values in self.values(histories, *(sampled[name] for name in names))
            for name, of_name in zip(names, values, strict=True)
        ]
        columns = {}
        for at, name in enumerate(names):
            columns[name] = estimated[name](now)
            columns[f"{name}_lower"], columns[f"{name}_upper"] = np.concatenate(ends[at :: len(names)], axis=1)
        return columns

    def total(self, histories: Histories, *, horizon: float, level: float, rng: np.random.Generator) -> pd.DataFrame:
        """Purchases of all customers together: the expectation, and how they may turn out."""
        now = self.outlook(histories)
        means = now.expected(horizon)
        squares = [(now.simulated(horizon, rng) - means) ** 2 for _ in range(_REPEATS)]
        spread = float(np.sqrt(histories.n @ np.mean(squares, axis=0)))
        expected = self._expected_totals(histories, means, horizon=horizon)
        turned_out = np.maximum(expected + spread * rng.standard_normal(len(expected)), 0.0)
        lower, upper = interval(expected, level=level)
        low, high = interval(turned_out, level=level)
        return pd.DataFrame(
            {
                "expected_purchases": [float(histories.n @ means)],
                "lower": [lower],
                "upper": [upper],
                "prediction_lower": [low],
                "prediction_upper": [high],
            }
        )

    def _expected_totals(self, histories: Histories, means: Floats, *, horizon: float) -> Floats:
        """Purchases expected of all customers together under each draw; ``means`` is those of each at the estimates."""
        interpolates = self.law.forgets_recency and not self.law.expected_is_quick
        few = FewHistories.of(histories) if interpolates else None
        if few is not None:
            total = float(histories.n @ means)
            near = float(few.totals(self.law, [self.estimates], histories, horizon)[0])
            if abs(near - total) <= _NEAR * total:
                return few.totals(self.law, each_draw(self.draws), histories, horizon) * (total / near if near else 1.0)
        expected = np.zeros(len(self.draws))
        for block, (values,) in self.values(histories, lambda outlook: outlook.expected(horizon)):
            expected += values @ block.n
        return expected
