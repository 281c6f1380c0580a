"""Which customers to take under a budget and a capacity, and who of them is left alone for comparison."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["Places", "chosen", "drawn_controls"]

Places = npt.NDArray[np.intp]

# A sum of costs may exceed the budget by the noise of its last bits, and by no more.
_NOISE: Final = 1e-12


def chosen(profit: Floats, cost: Floats, key: npt.NDArray[np.int64], *, budget: float, capacity: int) -> Places:
    """Give the positions to take, the most profitable first; ties are broken by ``key``, never by the order of rows.

    Two ways are tried and the better one is kept: by profit down to the first that the budget does not allow, and by
    profit per cost, passing over those who do not fit. Each brings more the more is allowed, hence so does the better.
    """
    pays = np.flatnonzero(profit > 0)
    by_profit = pays[np.lexsort((key[pays], -profit[pays]))]
    allowed = budget * (1 + _NOISE)
    affordable = int(np.searchsorted(np.cumsum(cost[by_profit]), allowed, side="right"))
    first = by_profit[: min(affordable, capacity)]
    if len(first) == min(len(by_profit), capacity):
        return first
    with np.errstate(divide="ignore", over="ignore"):
        ratio = profit[pays] / cost[pays]
    by_ratio = pays[np.lexsort((key[pays], -profit[pays], -ratio))]
    second = by_profit[np.isin(by_profit, _that_fit(by_ratio, cost, allowed=allowed, capacity=capacity))]
    return second if profit[second].sum() > profit[first].sum() else first


def drawn_controls(n_chosen: int, *, share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Draw a share of those chosen, rounded up or down at random so that each has exactly this chance."""
    n_controls = int(share * n_chosen + rng.random())
    is_control = np.zeros(n_chosen, dtype=bool)
    is_control[rng.choice(n_chosen, size=n_controls, replace=False)] = True
    return is_control


def _that_fit(order: Places, cost: Floats, *, allowed: float, capacity: int) -> list[int]:
    """Those who fit, taken one after another."""
    taken: list[int] = []
    spent = 0.0
    for place, price in zip(order.tolist(), cost[order].tolist(), strict=True):
        if len(taken) == capacity:
            break
        if spent + price <= allowed:
            taken.append(place)
            spent += price
    return taken
