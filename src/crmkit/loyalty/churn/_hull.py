"""The greatest profit of a ranking: the corners of its convex hull, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import betaincc

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_number
from crmkit._messages import Message, Parameter
from crmkit._stats import Cuts
from crmkit.loyalty.churn._outcomes import Outcomes

__all__ = ["Acceptance", "Costs", "Most", "beta_acceptance", "checked_costs", "known_acceptance", "most"]

_NOT_ABOVE_0: Final = Message(en="{name} must be above 0, got {value:g}.", zh="{name} 须大于 0，得到 {value:g}。")
_BELOW_0: Final = Message(en="{name} must not be below 0, got {value:g}.", zh="{name} 不得小于 0，得到 {value:g}。")
_NOTHING_TO_KEEP: Final = Message(
    en="{@clv} must be above {@incentive_cost}, or keeping a customer earns nothing; got {clv:g} and {incentive:g}.",
    zh="{@clv} 须大于 {@incentive_cost}，否则挽留客户无利可图；得到 {clv:g} 与 {incentive:g}。",
)

Acceptance: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""Of the share who accept an offer: the chance that it exceeds each of some shares, and its mean where it does."""


class Costs(NamedTuple):
    """What a customer who is kept is worth, and what the offer and the contact cost."""

    clv: float
    incentive: float
    contact: float


class Most(NamedTuple):
    """The greatest profit per customer, and the share of the customers who are contacted for it."""

    profit: float
    fraction: float


def most(judged: Outcomes, cuts: Cuts, costs: Costs, accepted: Acceptance) -> Most:
    """The greatest profit per customer and its share, over the corners of the convex hull of the ROC curve.

    Whatever the share who accept, a best cut is a corner of the hull, and the more accept, the farther down it lies. So
    each step from corner to corner is taken where more than a certain share accepts: profits are sums over steps.
    """
    left, stayed = _steps(judged, cuts)
    bound = costs.incentive + costs.contact
    with np.errstate(divide="ignore", invalid="ignore"):
        # A step without anyone who leaves is never worth it.
        least = np.where(left > 0, (bound * stayed / left + costs.contact) / (costs.clv - costs.incentive), np.inf)
    chance, mean = accepted(np.maximum.accumulate(least))
    profit = ((costs.clv - costs.incentive) * mean - costs.contact * chance) * left - bound * chance * stayed
    return Most(float(profit.sum() / judged.total), float(((left + stayed) * chance).sum() / judged.total))


def _steps(judged: Outcomes, cuts: Cuts) -> tuple[Floats, Floats]:
    """Who left and who stayed between the corners of the convex hull of the ROC curve, from the highest scores down.

    The hull is where the share who left, made to fall with the score by pooling neighbours, falls.
    """
    left, everybody = (
        np.diff(cuts.sums(values), prepend=0.0) for values in (judged.weights * judged.left, judged.weights)
    )
    counted = everybody > 0
    left, everybody = left[counted], everybody[counted]
    blocks = isotonic_regression(left / everybody, weights=everybody, increasing=False).blocks[:-1]
    left, everybody = np.add.reduceat(left, blocks), np.add.reduceat(everybody, blocks)
    return left, everybody - left


def beta_acceptance(alpha: float, beta: float) -> Acceptance:
    """A share who accept that is not known beforehand, from a beta distribution."""
    for name, value in (("alpha", alpha), ("beta", beta)):
        check_number(value, name=name)
        if value <= 0:
            raise ValueError(_NOT_ABOVE_0(name=Parameter(name), value=value))

    def accepted(least: Floats) -> tuple[Floats, Floats]:
        least = np.minimum(least, 1.0)
        return betaincc(alpha, beta, least), alpha / (alpha + beta) * betaincc(alpha + 1, beta, least)

    return accepted


def known_acceptance(gamma: float) -> Acceptance:
    """A share who accept that is known."""
    check_fraction(gamma, name="gamma", low_open=False, high_open=False)

    def accepted(least: Floats) -> tuple[Floats, Floats]:
        taken = (gamma > least).astype(np.float64)
        return taken, gamma * taken

    return accepted


def checked_costs(clv: float, incentive_cost: float, contact_cost: float) -> Costs:
    """The amounts of money, or raise."""
    for name, value in (("clv", clv), ("incentive_cost", incentive_cost), ("contact_cost", contact_cost)):
        check_number(value, name=name)
        if value < 0:
            raise ValueError(_BELOW_0(name=Parameter(name), value=value))
    if clv <= incentive_cost:
        raise ValueError(_NOTHING_TO_KEEP(clv=clv, incentive=incentive_cost))
    return Costs(float(clv), float(incentive_cost), float(contact_cost))
