"""Pairs of a customer contacted and one who was not, alike in how likely a contact was."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from crmkit._arrays import Floats
from crmkit._random import as_generator
from crmkit.loyalty.campaigns._compared_base import Base
from crmkit.loyalty.campaigns._propensity import log_odds_of_contact

__all__ = ["Pairs", "paired"]


class Pairs(NamedTuple):
    """The rows of those contacted and of their partners, pair by pair, and the propensity of every customer."""

    treated: npt.NDArray[np.intp]
    others: npt.NDArray[np.intp]
    propensity: Floats


def paired(base: Base, *, caliper: float, random_state: int | np.random.Generator) -> Pairs:
    """Match each customer of the smaller side with the nearest free one of the other, within the caliper.

    Those of the smaller side choose in random order, nobody is chosen twice, and customers of equal propensity are in
    random order too. The caliper is in standard deviations of the log odds, those of the two sides averaged.
    """
    rng = as_generator(random_state)
    log_odds = log_odds_of_contact(base.treated, base.covariates)
    sides = [np.flatnonzero(base.treated), np.flatnonzero(~base.treated)]
    reach = caliper * float(np.sqrt(np.mean([log_odds[side].var() for side in sides])))
    swap = len(sides[0]) > len(sides[1])
    seekers, offered = (rng.permutation(side) for side in (reversed(sides) if swap else sides))
    offered = offered[np.argsort(log_odds[offered], kind="stable")]
    places = _nearest_free(log_odds[seekers], log_odds[offered], reach=reach)
    found = places >= 0
    both = seekers[found], offered[places[found]]
    return Pairs(both[1 if swap else 0], both[0 if swap else 1], expit(log_odds))


def _nearest_free(wanted: Floats, offered: Floats, *, reach: float) -> npt.NDArray[np.intp]:
    """Find a place in ``offered``, which ascends, for each of ``wanted`` in turn; -1 where none is near enough.

    The next free place to either side is found by following pointers that are shortened on the way, so that n
    customers take little more than n steps.
    """
    n = len(offered)
    # Place 0 and place n + 1 stand for none.
    values = [-np.inf, *offered.tolist(), np.inf]
    above, below = list(range(n + 2)), list(range(n + 2))
    found = np.full(len(wanted), -1, dtype=np.intp)
    starts = (np.searchsorted(offered, wanted) + 1).tolist()
    for seeker, (start, value) in enumerate(zip(starts, wanted.tolist(), strict=True)):
        up, down = _followed(above, start), _followed(below, start - 1)
        place = down if value - values[down] <= values[up] - value else up
        if abs(values[place] - value) <= reach:
            found[seeker] = place - 1
            above[place], below[place] = place + 1, place - 1
    return found


def _followed(pointers: list[int], place: int) -> int:
    while pointers[place] != place:
        pointers[place] = pointers[pointers[place]]
        place = pointers[place]
    return place
