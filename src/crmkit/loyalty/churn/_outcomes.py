"""Who left, what a score said of them, and what they weigh: columns read and checked."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_turnover, some
from crmkit._messages import Joined, Message, Parameter, Said
from crmkit._stats import Numbers, as_floats, as_numbers, check_alike, check_range, read_complete, read_outcomes

__all__ = ["Outcomes", "check_probabilities", "check_sums", "read_amounts", "read_campaign", "read_judged"]

_NOBODY: Final = Message(
    en="{@y_true} has no customers, or all of them weigh 0.", zh="{@y_true} 中没有客户，或所有客户的权重都为 0。"
)
_ALL_STAYED: Final = Message(
    en="Nobody among the {n:,} {n:customer|customers} in {@y_true} left. How well a score finds those who leave shows "
    "only where some did: take a longer period or more customers; in a cross-validation, stratified or fewer folds.",
    zh="{@y_true} 中的 {n:,} 位客户无一流失。要有客户流失，才看得出评分能否找出他们：请取更长的时期或更多客户；"
    "交叉验证时请用分层抽样，或减少折数。",
)
_ALL_LEFT: Final = Message(
    en="All of the {n:,} {n:customer|customers} in {@y_true} left. How well a score finds those who leave shows only "
    "beside some who stayed: take more customers; in a cross-validation, stratified or fewer folds.",
    zh="{@y_true} 中的 {n:,} 位客户全部流失。要有客户留下，才看得出评分能否找出流失客户：请取更多客户；"
    "交叉验证时请用分层抽样，或减少折数。",
)
_NO_PROBABILITIES: Final = Message(
    en="{@y_score} must be probabilities of leaving, between 0 and 1, got {values}.{mend}",
    zh="{@y_score} 须为 0 与 1 之间的流失概率，得到 {values}。{mend}",
)


class Outcomes(NamedTuple):
    """Customers: 1 for those who left and 0 for the others, their scores, and how much each weighs."""

    left: Floats
    scores: Floats
    weights: Floats

    @property
    def total(self) -> float:
        """What all of them weigh."""
        return float(self.weights.sum())

    def mean(self, values: Floats) -> float:
        """The mean of a column, by what each customer weighs."""
        relative = self.weights / self.weights.max()
        return float(relative @ values / relative.sum())


def read_judged(
    y_true: Numbers, y_score: Numbers, *, sample_weight: Numbers | None = None, both: bool = True
) -> Outcomes:
    """Read outcomes, scores and weights; unless told otherwise, some must have left and some stayed."""
    # A model that was fitted on yes and no predicts yes and no.
    y_score = as_numbers(y_score)
    left, scores = read_outcomes(y_true, name="y_true", y_score=y_score)
    if sample_weight is None:
        weights = np.ones(len(left))
    else:
        check_alike(y_score=y_score, sample_weight=sample_weight)
        weights = read_complete(sample_weight, name="sample_weight")
        check_range(weights, name="sample_weight", low=0.0, high=None)
    check_sums(sample_weight=weights)
    counted = left[weights > 0]
    if not len(counted):
        raise ValueError(_NOBODY())
    if both and counted.min() == counted.max():
        raise ValueError((_ALL_LEFT if counted[0] else _ALL_STAYED)(n=len(counted)))
    return Outcomes(left, scores, weights)


def read_campaign(
    y_score: Numbers, clv: Numbers, gamma: Numbers, incentive_cost: Numbers, contact_cost: Numbers
) -> tuple[Floats, Floats, Floats, Floats]:
    """Read what each customer is worth, the chance that they accept, and what the offer and the contact cost."""
    (value,) = read_amounts(y_score, clv=clv)
    (accepts,) = read_amounts(y_score, gamma=gamma, low=0.0, high=1.0)
    incentive, contact = read_amounts(y_score, incentive_cost=incentive_cost, contact_cost=contact_cost, low=0.0)
    check_sums(clv=value, incentive_cost=incentive, contact_cost=contact)
    return value, accepts, incentive, contact


def read_amounts(
    y_score: Numbers, *, low: float | None = None, high: float | None = None, **amounts: Numbers
) -> list[Floats]:
    """Read numbers of each customer, or one for all, beside a column of scores; refuse missing ones."""
    y_score = as_numbers(y_score)
    check_alike(y_score=y_score, **amounts)
    n, read = len(as_floats(y_score, name="y_score")), []
    for name, values in amounts.items():
        floats = as_floats(values, name=name)
        floats = read_complete(floats if floats.ndim else floats.reshape(1), name=name)
        check_range(floats, name=name, low=low, high=high)
        read.append(np.broadcast_to(floats, n))
    return read


def check_sums(**columns: Floats) -> None:
    """Raise unless numbers can be added up, each column and all of them together."""
    with np.errstate(over="ignore"):
        turnover = sum(float(np.abs(values).sum()) for values in columns.values())
    check_turnover(turnover, where=Joined([Parameter(name) for name in columns], en=" + ", zh=" + "))


def check_probabilities(scores: Floats, *, mend: Said | str = "") -> None:
    """Raise unless all scores lie between 0 and 1."""
    other = (scores < 0) | (scores > 1)
    if other.any():
        raise ValueError(_NO_PROBABILITIES(values=some(scores[other].tolist()), mend=mend))
