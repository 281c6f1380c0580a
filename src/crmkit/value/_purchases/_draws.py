"""Predictions under many parameters at once: how uncertain they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit.value._draws import each_draw, interval, interval_of_counts
from crmkit.value._few_draws import LOGARITHM, LOGIT, FewDraws, Link
from crmkit.value._purchases._histories import Histories
from crmkit.value._purchases._interpolated import FewHistories
from crmkit.value._purchases._laws import Law, Values
from crmkit.value._purchases._outlook import Outlook

__all__ = ["QUANTITIES", "DrawnLaw", "Quantity", "estimates"]

Quantity: TypeAlias = Callable[[Outlook], Floats]

# Quantities of a table of predictions by name; each takes the horizon.
QUANTITIES: Mapping[str, Callable[..., Floats]] = {
    "probability_alive": lambda outlook, t: outlook.alive(t),
    "expected_purchases": lambda outlook, t: outlook.expected(t),
    "probability_inactive": lambda outlook, t: outlook.probability(0, t),
}

_LINKS: Mapping[str, Link] = {
    "probability_alive": LOGIT,
    "expected_purchases": LOGARITHM,
    "probability_inactive": LOGIT,
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

    def values(
        self, histories: Histories, *quantities: Quantity, links: Sequence[Link] | None = None
    ) -> Iterator[tuple[Histories, Floats]]:
        """Give blocks of histories with quantities under every draw, shape (n_quantities, n_draws, n_histories).

        Where a quantity changes smoothly with the parameters, on the scale of its link, it is computed under few draws
        and interpolated between them; without links, these are logarithms.
        """
        scales = [LOGARITHM] * len(quantities) if links is None else links
        draws, few = each_draw(self.draws), self._few
        if few is None:
            for block in _blocks(histories, numbers=len(draws) * len(quantities)):
                yield block, self._under(draws, block, quantities)
            return
        some = [draws[at] for at in few.told]
        for large in _blocks(histories, numbers=len(some) * len(quantities)):
            told = self._under(some, large, quantities)
            first = 0
            for block in _blocks(large, numbers=len(draws) * len(quantities)):
                here = told[:, :, first : first + len(block)]
                first += len(block)
                values, near = zip(
                    *(few.all_of(part, link) for part, link in zip(here, scales, strict=True)), strict=True
                )
                filled, far = np.array(values), ~np.all(near, axis=0)
                if far.any():
                    filled[:, :, far] = self._under(draws, block.part(far), quantities)
                yield block, filled

    def drawn(self, histories: Histories, quantity: Quantity) -> Iterator[tuple[Histories, Floats]]:
        """Give blocks of histories with a random quantity under every draw, shape (n_draws, n_histories)."""
        for block in _blocks(histories, numbers=len(self.draws)):
            yield block, self._under(each_draw(self.draws), block, [quantity])[0]

    @cached_property
    def _few(self) -> FewDraws | None:
        logs = {name: np.log(self.draws[name]) for name in self.law.parameters}
        return FewDraws.of(self.draws.assign(**logs).to_numpy())

    def _under(self, draws: Sequence[Values], histories: Histories, quantities: Sequence[Quantity]) -> Floats:
        """Quantities under some draws, shape (n_quantities, n_draws, n_histories)."""
        values = np.empty((len(quantities), len(draws), len(histories)))
        for number, draw in enumerate(draws):
            outlook = Outlook(self.law, self.own(draw, histories), histories)
            values[:, number] = [quantity(outlook) for quantity in quantities]
        return values

    def table(
        self, histories: Histories, names: Sequence[str], *, horizon: float, level: float, rng: np.random.Generator
    ) -> dict[str, Floats]:
        """Estimate, lower and upper end of each quantity for each history."""
        smooth = [name for name in names if name in QUANTITIES]
        asked = [partial(QUANTITIES[name], t=horizon) for name in smooth]
        links = [_LINKS[name] for name in smooth]
        estimated = estimates(self.outlook(histories), names, horizon=horizon)
        ends: dict[str, list[Floats]] = {name: [] for name in names}
        first = 0
        for block, values in self.values(histories, *asked, links=links) if smooth else ():
            rows = slice(first, first + len(block))
            first += len(block)
            for name, of_name in zip(smooth, values, strict=True):
                ends[name].append(np.array(interval(of_name, estimate=estimated[name][rows], level=level)))
        if "purchases" in ends:
            for _, values in self.drawn(histories, lambda outlook: outlook.simulated(horizon, rng)):
                ends["purchases"].append(np.array(interval_of_counts(values, level=level)))
        columns = {}
        for name in names:
            columns[name] = estimated[name]
            columns[f"{name}_lower"], columns[f"{name}_upper"] = np.concatenate(ends[name], axis=1)
        return columns

    def total(self, histories: Histories, *, horizon: float, level: float, rng: np.random.Generator) -> pd.DataFrame:
        """Purchases of all customers together: the expectation, and how they may turn out."""
        now = self.outlook(histories)
        means = now.expected(horizon)
        squares = [(now.simulated(horizon, rng) - means) ** 2 for _ in range(_REPEATS)]
        spread = float(np.sqrt(histories.n @ np.mean(squares, axis=0)))
        expected = self._expected_totals(histories, means, horizon=horizon)
        turned_out = np.maximum(expected + spread * rng.standard_normal(len(expected)), 0.0)
        total = float(histories.n @ means)
        lower, upper = interval(expected, estimate=total, level=level)
        low, high = interval(turned_out, estimate=total, level=level)
        return pd.DataFrame(
            {
                "expected_purchases": [total],
                "lower": [lower],
                "upper": [upper],
                "prediction_lower": [low],
                "prediction_upper": [high],
            }
        )

    def _expected_totals(self, histories: Histories, means: Floats, *, horizon: float) -> Floats:
        """Purchases expected of all customers together under each draw; ``means`` is those of each at the estimates."""
        totals = self._totals(histories, means, horizon=horizon)
        draws, few = each_draw(self.draws), self._few
        if few is not None:
            told = totals([draws[at] for at in few.told])
            expected, near = few.all_of(told[:, None], LOGARITHM)
            if near.all():
                return np.asarray(expected[:, 0])
        return totals(draws)

    def _totals(self, histories: Histories, means: Floats, *, horizon: float) -> Callable[[Sequence[Values]], Floats]:
        """Give the function that sums up the purchases expected under draws."""
        interpolates = self.law.forgets_recency and not self.law.expected_is_quick
        few = FewHistories.of(histories) if interpolates else None
        if few is not None:
            total = float(histories.n @ means)
            near = float(few.totals(self.law, [self.estimates], histories, horizon)[0])
            if abs(near - total) <= _NEAR * total:
                times = total / near if near else 1.0
                return lambda draws: few.totals(self.law, draws, histories, horizon) * times

        def totals(draws: Sequence[Values]) -> Floats:
            expected = np.zeros(len(draws))
            for block in _blocks(histories, numbers=len(draws)):
                expected += self._under(draws, block, [lambda outlook: outlook.expected(horizon)])[0] @ block.n
            return expected

        return totals


def _blocks(histories: Histories, *, numbers: int) -> Iterator[Histories]:
    """Cut histories into blocks, for so many numbers of each."""
    size = max(1, _AT_A_TIME // numbers)
    for first in range(0, max(len(histories), 1), size):
        yield histories.part(slice(first, first + size))


def estimates(outlook: Outlook, names: Sequence[str], *, horizon: float) -> dict[str, Floats]:
    """Estimate of each quantity for each history; that of the number of purchases is its mean."""
    return {name: QUANTITIES.get(name, QUANTITIES["expected_purchases"])(outlook, horizon) for name in names}
